"""Three persons in a store on a server of its own, two officers, and an attacker who has the key ring."""

import getpass
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pyrage import x25519
from sqlalchemy import create_engine, text

from app.backups.backup import Backup, back_up
from app.backups.restore import Restored, restore_backup
from app.program import Program
from app.records.erase_person import carry_out_proposal
from casework import exporting, read_person
from casework.consent import LegalBasis
from casework.erasure import Certificate, ErasureReason, propose_erasure
from casework.left_to_fetch import leave_export
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Base, Database, Zone, connect
from core.keys.keyring import KeyRing
from core.models import Operation
from core.permissions import Role
from core.places import add_places
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster, embedded_cluster
from core.postgres.migrate import migrate
from core.second_person import approve
from core.settings import Settings
from forms import RecordPart, publish_form, read_form_definition
from tests.blank_database import PATTERN, administrate
from tests.casework.conftest import FORMS, OPERATION, PLACES, SCREENING, Field
from tests.questionnaires import compiled

PEOPLE = ("Zephyrine", "Ondolemar", "Quillaume")
# What is written is the same and lies in the same files; nobody waits until a disk has it.
WITHOUT_FSYNC = ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
OFFICER = (Grant(Role.DATA_PROTECTION_OFFICER),)


@dataclass
class Store:
    """A store on a server of its own, with the persons by first name."""

    cluster: EmbeddedCluster
    name: str
    program: Program
    persons: Mapping[str, UUID]

    @property
    def owner(self) -> str:
        return self.cluster.url(ADMINISTRATOR, self.name).render_as_string()

    def erase(self, first_name: str) -> Certificate:
        """One officer proposes, another approves, and the first carries it out."""
        amal, badr = (Access(name, OPERATION, OFFICER) for name in ("amal", "badr"))
        with self.program.database.transaction(Zone.CASEWORK, access=amal) as session:
            proposal = propose_erasure(session, str(self.persons[first_name]), reason=ErasureReason.PERSON_ASKED)
        with self.program.database.transaction(Zone.CASEWORK, access=badr) as session:
            approve(session, proposal)
        return carry_out_proposal(self.program, amal, proposal)

    def leave_for_a_partner(self, first_name: str) -> None:
        """An export of one person, which two officers let out."""
        amal, badr = (Access(name, OPERATION, OFFICER) for name in ("amal", "badr"))
        database, key = self.program.database, str(x25519.Identity.generate().to_public())
        named = {"code": "medical_partner", "name": "Dr Pia", "organisation": "Clinic", "public_key": key}
        with database.transaction(Zone.CASEWORK, access=amal) as session:
            recipient = exporting.add_recipient(session, **named, fetches=True)
        with database.transaction(Zone.CASEWORK, access=badr) as session:
            exporting.confirm_recipient(session, recipient)
        terms = Purpose.ASSISTANCE, LegalBasis.VITAL_INTEREST
        wanted = exporting.Specification(recipient, ("identity/prs_First_Name",), (self.persons[first_name],), *terms)
        with database.transaction(Zone.CASEWORK, access=amal) as session:
            export = exporting.propose_export(session, wanted)
        with database.transaction(Zone.CASEWORK, access=badr) as session:
            approve(session, exporting.find_export(session, export).proposal)
        with database.transaction(Zone.CASEWORK, access=amal) as session:
            leave_export(session, self.program.ring, export)

    def back_up(self, folder: Path) -> Backup:
        return back_up(self.program.database, self.program.ring, self.owner, folder, actor="tester")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the server's folder, after what is in memory was written down."""
        with owner_of(self.owner) as connection:
            connection.execute(text("CHECKPOINT"))
        yield from files_of(self.cluster)

    def first_name(self, person: UUID, database: Database) -> str:
        with database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            read = read_person(session, self.program.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
        return str(read.parts[RecordPart.IDENTITY]["prs_First_Name"])


@dataclass
class Emptiness:
    """A second server with an empty database, to restore into."""

    cluster: EmbeddedCluster
    name: str
    login: str = ADMINISTRATOR

    @property
    def owner(self) -> str:
        return self.cluster.url(self.login, self.name).render_as_string()

    def restore(self, ring: KeyRing, data: Path, keys: Path, *, program: str = PROGRAM, **given: object) -> Restored:
        return restore_backup(self.owner, program, ring, data=data, keys=keys, actor="tester", **given)  # type: ignore[arg-type]

    def open(self) -> Database:
        return connect(self.cluster.url(PROGRAM, self.name))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the server's folder, after what is in memory was written down."""
        with owner_of(self.owner) as connection:
            connection.execute(text("CHECKPOINT"))
        yield from files_of(self.cluster)


class owner_of:  # noqa: N801
    """A connection of the owner outside transactions."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def __enter__(self):
        self.connection = self.engine.connect()
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.engine.dispose()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the server's user can enter."""
    place = Path(os.environ.get("WAYSTATION_TEST_VAR", "var/tests")).resolve() / f"erasure-{uuid4().hex[:8]}"
    place.mkdir(parents=True)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def first_server(home: Path) -> Iterator[EmbeddedCluster]:
    """A server with one migrated database to copy from."""
    with embedded_cluster(home / "first") as running:
        administrate(running, *WITHOUT_FSYNC)
        administrate(running, f"CREATE DATABASE {PATTERN}")
        migrate(running.url(ADMINISTRATOR, PATTERN), PROGRAM)
        yield running


@pytest.fixture(scope="session")
def second_server(home: Path) -> Iterator[EmbeddedCluster]:
    with embedded_cluster(home / "second") as running:
        administrate(running, *WITHOUT_FSYNC)
        yield running


@pytest.fixture
def emptiness(second_server: EmbeddedCluster) -> Iterator[Emptiness]:
    name = f"empty_{uuid4().hex[:8]}"
    administrate(second_server, f"CREATE DATABASE {name}")
    yield Emptiness(second_server, name)
    administrate(second_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def xforms() -> Mapping[str, bytes]:
    return {kind: compiled(name).xform for kind, name in FORMS.items()}


@pytest.fixture
def store(first_server: EmbeddedCluster, ring: KeyRing, home: Path, xforms: Mapping[str, bytes]) -> Iterator[Store]:
    name = f"store_{uuid4().hex[:8]}"
    administrate(first_server, f"CREATE DATABASE {name} TEMPLATE {PATTERN}")
    database = connect(first_server.url(PROGRAM, name))
    database.ring = ring
    program = Program(Settings(var=home / "var"), database, ring)
    team = _field_team(database, ring, xforms)
    persons = {}
    for number, first_name in enumerate(PEOPLE):
        said = {
            **SCREENING,
            "prs_First_Name": first_name,
            "case_reference": f"SC-{number}",
            "prs_MobilePhone": f"55501{number}",
        }
        persons[first_name] = team.admit(team.send("screening", said, instance=first_name)).records[0]
    yield Store(first_server, name, program, persons)
    database.close()
    administrate(first_server, f"DROP DATABASE {name} WITH (FORCE)")


def _field_team(database: Database, ring: KeyRing, xforms: Mapping[str, bytes]) -> Field:
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
        session.flush()
        add_places(session, OPERATION, PLACES)
        for xform in xforms.values():
            publish_form(session, OPERATION, xform, {})
    return Field(database, ring, {kind: read_form_definition(xform) for kind, xform in xforms.items()})


def every_row(owner: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Every row of every table of ours, with the table's name."""
    with owner_of(owner) as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.schema}"."{table.name}"')).mappings():
                yield f"{table.schema}.{table.name}", dict(row)


def files_of(cluster: EmbeddedCluster) -> Iterator[tuple[str, bytes]]:
    """Path within the server's folder, and content: heap, indexes, write-ahead log, its own log."""
    for path in cluster.data_folder.rglob("*"):
        if path.is_file() and not path.is_socket():
            yield str(path.relative_to(cluster.data_folder)), path.read_bytes()


def wrapped_keys(store: Store, person: UUID) -> list[bytes]:
    """The person's key and that of their interview as they lie in the key tables."""
    theirs = (
        "SELECT sealed FROM casework.record_key WHERE record = :person UNION ALL "
        "SELECT k.sealed FROM ingest.record_key k JOIN casework.interview i ON i.submission = k.record "
        'JOIN casework."case" c ON c.id = i."case" WHERE c.person = :person'
    )
    with owner_of(store.owner) as connection:
        return [bytes(sealed) for sealed in connection.scalars(text(theirs), {"person": person})]


@pytest.fixture
def plain(emptiness: Emptiness) -> Iterator[Emptiness]:
    """The same for a login of its own that owns the database, may make roles, and is no superuser."""
    files = emptiness.cluster.data_folder / "data"
    known = (files / "pg_ident.conf").read_text()
    (files / "pg_ident.conf").write_text(f"{known}waystation {getpass.getuser()} restorer\n")
    for statement in ("SELECT pg_reload_conf()", "CREATE ROLE restorer LOGIN CREATEROLE"):
        administrate(emptiness.cluster, statement)
    with owner_of(emptiness.owner) as connection:
        connection.execute(text("CREATE EXTENSION postgis"))
    administrate(emptiness.cluster, f"ALTER DATABASE {emptiness.name} OWNER TO restorer")
    yield Emptiness(emptiness.cluster, emptiness.name, "restorer")
    with owner_of(emptiness.owner) as connection:
        connection.execute(text("REASSIGN OWNED BY restorer TO CURRENT_USER"))
    administrate(emptiness.cluster, "DROP ROLE restorer")
    (files / "pg_ident.conf").write_text(known)
