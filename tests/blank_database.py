"""A blank database for every test, without making one for each: what a test wrote is deleted, and the database lent again.

Copying a database takes a tenth of a second and leaves server and program cold; emptying one takes a few thousandths.
A database that cannot be emptied (a lock is still held) or whose shape a test changed is thrown away and copied anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from core.database import connect
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from tests.beginning import OURS, WRITTEN_TO, Beginning

__all__ = ["PATTERN", "BlankDatabase", "administrate"]

PATTERN = "pattern"  # the migrated database that others are copied from
WHAT_SHAPES = ("pg_class", "pg_attribute", "pg_proc", "pg_trigger", "pg_constraint", "pg_policy")
# Every command that changes a shape writes a row of one of these; no other command does.
SHAPE = text("SELECT " + ", ".join(f"(SELECT (count(*), sum(xmin::text::bigint))::text FROM {name})" for name in WHAT_SHAPES))
# As a superuser's replica: neither triggers nor foreign keys stand in the way.
AS_REPLICA = text("SET session_replication_role = replica; SET lock_timeout = '1s'")
COUNT_FROM_ONE = text(
    f"SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences WHERE schemaname IN {OURS}"
)
END_CONNECTIONS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> :pool"
)


class BlankDatabase:
    """A migrated database with no row of ours. Lent to one test at a time, with a pool that stays open from test to test."""

    def __init__(self, cluster: EmbeddedCluster) -> None:
        self.name = f"test_{uuid4().hex[:12]}"
        self._cluster = cluster
        administrate(cluster, f"CREATE DATABASE {self.name} TEMPLATE {PATTERN}")
        # The pool bears the database's name: whatever else is still connected after a test is none of its business.
        self.opened = connect(cluster.url(PROGRAM, self.name).update_query_dict({"application_name": self.name}))
        self._owner = create_engine(cluster.url(ADMINISTRATOR, self.name), isolation_level="AUTOCOMMIT")
        with self._owned() as connection:
            self._shape = _shape(connection)
        self.begin = Beginning(self._owned)

    def emptied(self) -> bool:
        """Empty it; False where it is not what it was, and must not be lent again."""
        if self.opened.engine.pool.checkedin() > 1:  # a test that used several leaves no more than it was lent
            self.opened.close()
        with self._owned() as connection:
            if _shape(connection) != self._shape:
                return False
            connection.execute(END_CONNECTIONS, {"pool": self.name})
            try:
                _empty(connection)
            except OperationalError:  # a lock is held
                return False
        self.begin = Beginning(self._owned)
        return True

    def drop(self) -> None:
        self.opened.close()
        self._owner.dispose()
        administrate(self._cluster, f"DROP DATABASE {self.name} WITH (FORCE)")

    @contextmanager
    def _owned(self) -> Iterator[Connection]:
        with self._owner.connect() as connection:
            connection.execute(AS_REPLICA)
            yield connection


def administrate(cluster: EmbeddedCluster, *statements: str) -> None:
    """Run statements as the server's administrator, outside any transaction."""
    engine = create_engine(cluster.url(ADMINISTRATOR, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _shape(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(SHAPE).one())


def _empty(connection: Connection) -> None:
    tables = [name for (name,) in connection.execute(text(WRITTEN_TO))]
    if tables:
        connection.execute(text("; ".join(f"DELETE FROM {table}" for table in tables)))
        connection.execute(text(f"VACUUM {', '.join(tables)}"))
    connection.execute(COUNT_FROM_ONE)
