"""The database: one schema per stage, one role per trust zone, one transaction at a time.

The program logs in as a role that owns nothing and inherits nothing. Each transaction takes on the role of one
zone (as `SET LOCAL ROLE` does) and states the operation it works for, which row-level security reads. PostgreSQL then
repeats the walls that the import contracts draw in the code.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from typing import cast as taken_for

import psycopg
from sqlalchemy import (
    ARRAY,
    URL,
    ColumnElement,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Select,
    String,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    create_engine,
    literal,
    make_url,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, SessionTransaction
from sqlalchemy.types import TypeEngine, UserDefinedType

from core.access import INFO, Access, NotAllowed, access_of
from core.audit_line import Action, Purpose, record
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.postgres.driver_connection import driver_connection, use_driver_connections
from core.postgres.one_exchange import OneExchange, Row, Said, Statement
from core.postgres.packed_arrays import Kind, Packed, packed

__all__ = [
    "RING",
    "Base",
    "Database",
    "DatabaseDown",
    "DatabaseFull",
    "KeyRetired",
    "Zone",
    "among",
    "among_given",
    "ask_in",
    "connect",
    "go_on_for",
    "ring_of",
    "translated",
]

CONNECT_TIMEOUT_SECONDS: Final = 10
RING: Final = "waystation.ring"  # in the session: what proves the rows that decide what is done with persons (`core.listed`)
DISK_FULL: Final = "53100"
KEY_RETIRED: Final = "WSKEY"  # raised by the triggers of migration 0008

# The role, too, by `set_config`: one statement, and so one round trip, before each transaction's work.
ENTER: Final = (
    b"SELECT set_config('role', %(role)s, true), set_config('waystation.operation', %(operation)s, true), "
    b"set_config('waystation.actor', %(actor)s, true), set_config('waystation.reach', %(reach)s, true)"
)
ENTERED: Final = Statement(ENTER)

GO_ON: Final = (
    b"SELECT set_config('waystation.operation', %s, true), set_config('waystation.actor', %s, true), "
    b"set_config('waystation.reach', %s, true)"
)
ELSEWHERE: Final = b"SELECT set_config('waystation.zone', current_setting('role'), true), set_config('role', %s, true)"
BACK: Final = b"SELECT set_config('role', current_setting('waystation.zone'), true)"


class DatabaseDown(Problem):
    code = "CORE-201"
    says = "The database does not answer ({reason})."
    remedy = (
        "Start the server or correct WAYSTATION_DATABASE_URL; for the embedded cluster see var/postgresql.log. "
        "Nothing was written."
    )


class DatabaseFull(Problem):
    code = "CORE-202"
    says = "The database has no room left on its disk."
    remedy = "Free space on the database's disk and try again. What was being written was not kept; phones keep their copy."


class KeyRetired(Problem):
    code = "CORE-127"
    says = "A key of the key ring that was retired was used for something new; that was not kept: nobody could have opened it."
    remedy = "This process holds an old copy of the key ring: put the newest one on this machine and restart it."


class Zone(StrEnum):
    """A trust zone: the database role that one kind of work is done in, and no other."""

    COLLECTION = "waystation_collection"
    CASEWORK = "waystation_casework"
    ANONYMIZER = "waystation_anonymizer"
    RELEASE = "waystation_release"
    STATISTICS = "waystation_statistics"
    AUDIT = "waystation_audit"
    IDENTITY = "waystation_identity"  # accounts and sign-in
    KEYS = "waystation_keys"  # wrapped record keys, and not one ciphertext that they open
    COMPARISON = "waystation_comparison"  # what keys list, whoever's reach it is in; entered by `ask_in` for one question alone


class Base(DeclarativeBase):
    """Base of every stage's tables; each table names its schema."""

    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """An open connection pool that hands out transactions by zone. `ring` is there as soon as it is opened."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.exchange = OneExchange(engine.pool.recreate())
        self.ring: KeyRing | None = None

    @contextmanager
    def transaction(
        self, zone: Zone, *, operation: str = "", actor: str = "system", access: Access | None = None
    ) -> Iterator[Session]:
        """One transaction in one zone, for one operation; commits on leaving, rolls back on any error.

        It works on behalf of `access`; without one, of the program itself under the name `actor`. A denial
        (`NotAllowed`) undoes everything and leaves a line in the audit log. Only `app` calls this. Raises `DatabaseDown`
        and `DatabaseFull`.
        """
        who = access or Access.of_system(actor, operation)
        try:
            with self._entered(zone, who) as session:
                yield session
        except NotAllowed as denial:
            self._tell_of(denial, zone, access_of(session))
            raise

    def in_one_exchange(self, zone: Zone, said: Sequence[Said], *, operation: str, actor: str) -> Sequence[Sequence[Row]]:
        """A transaction of which every statement is known beforehand: the rows of each, once all is committed.

        The program works in it under the name `actor`. Only `app` calls this. Raises as `transaction` does, also where only a
        pooled connection has died: it is for whoever tries anew in another transaction.
        """
        with translated():
            return self.exchange.run([ENTERED.of(_sent(_whom(zone, Access.of_system(actor, operation)))), *said])[1:]

    @contextmanager
    def _entered(self, zone: Zone, access: Access) -> Iterator[Session]:
        with translated(), Session(self.engine, expire_on_commit=False) as session:
            session.info |= {INFO: access, RING: self.ring}
            with _begun(session, zone, access):
                yield session

    def _tell_of(self, denial: NotAllowed, zone: Zone, access: Access) -> None:
        with self._entered(zone, access) as session:
            subject = denial.subject or zone.value
            record(session, Action.DENIED, subject, purpose=Purpose.SECURITY, count=0, detail=dict(denial.where))

    def close(self) -> None:
        self.exchange.close()
        self.engine.dispose()


def _begun(session: Session, zone: Zone, access: Access) -> SessionTransaction:
    """Begin by stating role, operation, actor and reach.

    This tells whether a pooled connection still lives: nothing has been done on one that does not, so a new one takes its
    place, and none need be asked before each transaction.
    """
    given = _whom(zone, access)
    transaction = session.begin()
    connection = driver_connection(session)
    try:
        connection.execute(ENTER, given)
    except psycopg.OperationalError:
        if not connection.broken:
            raise
        session.invalidate()
        taken_for("Engine", session.get_bind()).dispose()  # those beside it in the pool were ended by the same restart
        transaction = session.begin()
        driver_connection(session).execute(ENTER, given)
    return transaction


def _whom(zone: Zone, access: Access) -> dict[str, str]:
    return {"role": zone.value, "operation": access.operation, "actor": access.actor, "reach": access.reach}


def _sent(given: Mapping[str, str]) -> dict[str, bytes]:
    return {name: value.encode() for name, value in given.items()}


def go_on_for(session: Session, access: Access) -> None:
    """From here on the transaction works on behalf of this access, and sees no more than it does; zone and moment stay.

    For the program that has found out whom it works for, and goes on for them. Goes along with the next statement.
    """
    connection = driver_connection(session)  # what is pending was the program's to write
    session.expunge_all()  # and what was loaded the program's to see
    session.info[INFO] = access
    connection.send_along(GO_ON, (access.operation, access.actor, access.reach))


def ask_in(
    session: Session, zone: Zone, question: Select[*tuple[Any, ...]], given: Mapping[str, object] | None = None
) -> Sequence[Any]:
    """Ask one question in another zone, from within a transaction, which goes on in its own.

    The turns there and back go along with other statements. Where the question fails, its undoing is the way back.
    """
    connection = driver_connection(session)
    connection.send_along(ELSEWHERE, (zone.value,))
    rows: Sequence[Any] = session.execute(question, given).all()
    connection.send_along(BACK, ())
    return rows


def ring_of(session: Session) -> KeyRing:
    """The key ring of the database that the session works on."""
    ring: KeyRing | None = session.info.get(RING)
    if ring is None:
        raise RuntimeError("such rows are read and written where the key ring is open: set `Database.ring`")
    return ring


def among(column: InstrumentedAttribute[Any] | ColumnElement[Any], values: Collection[object]) -> ColumnElement[bool]:
    """That the column's value is one of these. Unlike with IN, the statement is the same however many they are, so that the
    driver and PostgreSQL prepare it once, and ids, tokens and texts are sent as they are: the driver would look at each."""
    as_sent = _AS_SENT.get(type(column.type))
    if as_sent is None:
        return column == any_(literal(list(values), ARRAY(column.type)))
    kind, received, send = as_sent
    return column == any_(cast(literal(packed(kind, [send(value) for value in values]), _Sent()), ARRAY(received)))


class _Sent(UserDefinedType[Packed]):
    """What is made ready for the driver; its cast says what it is."""

    cache_ok = True


_AS_SENT: Final[Mapping[type, tuple[Kind, type[TypeEngine[Any]], Callable[[Any], bytes]]]] = {
    Uuid: (Kind.UUID, Uuid, lambda value: value.bytes),
    LargeBinary: (Kind.BYTEA, LargeBinary, bytes),
    String: (Kind.TEXT, Text, str.encode),
}


def among_given(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """The same of values that are given when the statement is run, as the parameter of this name: for a statement that is made
    once, where each page asks it."""
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def connect(url: str | URL) -> Database:
    """Open the pool; raises `DatabaseDown` when nobody answers."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
        hide_parameters=True,
    )
    use_driver_connections(engine)
    with translated(), engine.connect():
        return Database(engine)


@contextmanager
def translated() -> Iterator[None]:
    """Say in Waystation's words what the database driver reports, without the values it reports them of."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:  # the driver's own, where its connection is used directly
        original = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(original, "sqlstate", None)
        if state == DISK_FULL:
            raise DatabaseFull from error
        if state == KEY_RETIRED:
            raise KeyRetired from error
        if isinstance(original, psycopg.OperationalError) and (state is None or state.startswith(("57P", "08"))):
            raise DatabaseDown(reason=_first_line(original)) from error
        raise


def _first_line(error: psycopg.OperationalError) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
