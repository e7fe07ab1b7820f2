"""A populated store, and somebody who sits at the database as its owner and changes one thing.

The world is made once. Each tampering happens in a transaction of its own, as the server's superuser with triggers and
foreign keys off; then the same transaction takes on the zone's role and reads; then all is rolled back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.orm import Session

from app.program import Program
from app.releases.release_period import protect_week
from casework import family, list_cases
from casework.case_file import Act, EntryKind, Step, take_step
from casework.duplicate_models import CandidateState, DuplicateCandidate, Similarity
from casework.family import CareStatus, RelationKind, StepKind
from casework.models import Case, HouseholdMember, HouseholdRole
from casework.records import break_glass, keep_from
from casework.reviewing import decide
from casework.rights import RequestKind, correct_record, hold_record, receive_request
from casework.trafficking import HISTORY, PERPETRATORS, note_apart
from core.access import INFO, UNASSIGNED, Access, Grant
from core.audit import Purpose
from core.clock import now
from core.database import RING, Zone, connect
from core.identity.accounts import add_account
from core.identity.models import AccountKind, Totp
from core.identity.second_factor import add_totp, new_totp_key
from core.keys.keyring import KeyRing
from core.models import Operation
from core.periods.week import Week
from core.permissions import Role
from core.places import add_places
from core.postgres.driver_connection import use_driver_connections
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.registers import Breach, add_entry
from core.settings import Settings
from forms import RecordPart, add_form_key, publish_form, read_form_definition
from ingest import UploadedFile, receive_submission
from ingest.handed_in import Said, ToldRow, keep_file, keep_persons, keep_told
from ingest.models import Submission
from ingest.pull import ServerFile, seal_fetched
from ingest.pull.fetched_file import keep_fetched
from ingest.reviews import ReviewState, page_queue
from ingest.seal_content import SUBMISSION, open_key
from ingest.sources import add_source
from tests.casework.conftest import ARRIVAL, ASSISTANCE, MEMBERS, OPERATION, PLACES, SCREENING, Field
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414  (a fixture)

WEEK = Week(2026, 7)
SIGNED = {**SCREENING, "consent_signature": "signature.png", "con_recording": "consent.ogg"}
CASEWORKER = (Grant(Role.CASEWORKER),)


@dataclass
class World:
    """The store, the persons of its two cases, and what stood in it before the last edit."""

    program: Program
    owner: Engine = field(repr=False)
    persons: Sequence[UUID]
    before: dict[str, list[dict[str, Any]]] = field(repr=False)

    @property
    def ring(self) -> KeyRing:
        return self.program.ring

    @contextmanager
    def tampered(self) -> Iterator["Tampered"]:
        """Whatever is done inside is undone at the end."""
        with self.owner.connect() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield Tampered(connection, self.ring)
            connection.rollback()


@dataclass
class Tampered:
    """The database in the hands of its owner, and then in those of the program."""

    connection: Connection
    ring: KeyRing = field(repr=False)

    def do(self, statement: str, **given: object) -> int:
        return self.connection.execute(text(statement), given).rowcount

    def rows(self, statement: str, **given: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(text(statement), given).mappings()]

    @contextmanager
    def zone(self, zone: Zone, access: Access | None = None) -> Iterator[Session]:
        """The program's own transaction in a zone, on the tampered state."""
        who = access or Access.of_system("tester", OPERATION)
        self.do(f"SET LOCAL ROLE {zone.value}")
        self.do(
            "SELECT set_config('waystation.operation', :o, true), set_config('waystation.actor', :a, true), "
            "set_config('waystation.reach', :r, true)",
            o=who.operation,
            a=who.actor,
            r=who.reach,
        )
        with Session(self.connection, join_transaction_mode="create_savepoint") as session:
            session.info |= {INFO: who, RING: self.ring}
            yield session
        self.do("RESET ROLE")


@pytest.fixture(scope="session")
def world(
    cluster: EmbeddedCluster, ring: KeyRing, xforms: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    name = f"tampering_{uuid4().hex[:8]}"
    with _administrator(cluster, "postgres") as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE pattern"))
        with _administrator(cluster, name, isolation="READ COMMITTED") as owner:
            yield _populated(cluster, name, ring, xforms, owner, tmp_path_factory.mktemp("tampering"))
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _administrator(cluster: EmbeddedCluster, name: str, isolation: str = "AUTOCOMMIT") -> Iterator[Engine]:
    engine = create_engine(cluster.url(ADMINISTRATOR, name), isolation_level=isolation)
    use_driver_connections(engine)
    yield engine
    engine.dispose()


def _populated(
    cluster: EmbeddedCluster, name: str, ring: KeyRing, xforms: dict[str, bytes], owner: Engine, folder: Path
) -> World:
    program = Program(Settings(var=folder), connect(cluster.url(PROGRAM, name)), ring)
    database = program.database
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
        session.flush()
        add_places(session, OPERATION, PLACES)
        for xform in xforms.values():
            publish_form(session, OPERATION, xform, {})
        for _ in range(2):
            add_form_key(session, ring, OPERATION)
    team = Field(database, ring, {kind: read_form_definition(xform) for kind, xform in xforms.items()})
    persons = _interviews(team)
    _reports_and_refused_posts(team)
    _sources(team)
    _handed_in(team)
    _films(team)
    before = {
        table: _rows(owner, f"SELECT * FROM casework.{table}")
        for table in ("person", "interview", "movement_event", "record_key")
    }
    _edits(team, persons)
    _deeds(team, persons)
    _steps(team, persons)
    protect_week(program, OPERATION, WEEK, actor="officer")
    return World(program, owner, persons, before)


def _interviews(team: Field) -> list[UUID]:
    other = {**SIGNED, "case_reference": "SC-0013", "prs_First_Name": "Badria", "prs_MobilePhone": "+252 61 555 0133"}
    team.send("screening", SIGNED, repeats={"household_member": MEMBERS}, instance="first")
    team.send("screening", other, instance="second")
    team.send("assistance", ASSISTANCE, instance="third")
    team.send("assistance", {**ASSISTANCE, "case_reference": "SC-0013"}, instance="fourth")
    team.admit_awaiting()
    with team.zone() as session:
        return [case.person for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)]


def _sources(team: Field) -> None:
    with team.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        for asset in ("aOne", "aTwo"):
            add_source(
                session, team.ring, OPERATION, address="https://kf.example.org", asset=asset, form_id="form", token=f"t-{asset}"
            )


def _handed_in(team: Field) -> None:
    with team.zone(Zone.CASEWORK) as session:
        for name in ("north.csv", "south.csv"):
            file = keep_file(session, team.ring, Said(name), f"name of {name}".encode(), custody=UNASSIGNED, form_id="form")
            rows = [ToldRow(name, "CSV", 2, "", "accepted")]
            keep_told(session, team.ring, file, rows=rows, notes=[], counts={"accepted": 1})
            keep_persons(session, team.ring, Said(f"persons of {name}"), name.encode(), custody=UNASSIGNED)


def _films(team: Field) -> None:
    """Two files that lie in chunks, as those do that are pulled."""
    with team.zone(Zone.CASEWORK) as session:
        two = session.scalars(select(Submission.id).order_by(Submission.id).limit(2)).all()
    with team.zone(Zone.COLLECTION) as session:
        for number, submission in enumerate(two):
            key = open_key(session, team.ring, SUBMISSION, submission)
            film = seal_fetched(key, ServerFile("film.mp4", "video/mp4", ""), [f"film number {number}".encode()])
            keep_fetched(session, team.ring, key, film, operation=OPERATION, owner=submission)


def _reports_and_refused_posts(team: Field) -> None:
    for instance in ("one", "two"):
        team.send("movement", ARRIVAL, instance=instance)
    team.admit_awaiting()
    with team.zone(Zone.COLLECTION) as session:
        for post in (b"<broken", b"<unknown id='nothing'><meta/></unknown>"):
            receive_submission(
                session,
                team.ring,
                operation=OPERATION,
                xml=post,
                files=[UploadedFile("a.png", "image/png", b"a")],
                collector="phone",
            )


def _edits(team: Field, persons: Sequence[UUID]) -> None:
    team.send("movement", {**ARRIVAL, "persons.female.18-59": "4"}, instance="one again", edits="one")
    team.send("assistance", {**ASSISTANCE, "experience_narrative": "Came again."}, instance="third again", edits="third")
    team.admit_awaiting()
    for person in persons:
        with team.database.transaction(Zone.CASEWORK, access=Access("amal", OPERATION, CASEWORKER)) as session:
            correct_record(
                session,
                team.ring,
                person,
                part=RecordPart.IDENTITY,
                answers={"prs_Second_Name": "Corrected"},
                seen_version=1,
                reason="She showed her passport.",
                purpose=Purpose.RIGHTS,
            )


def _deeds(team: Field, persons: Sequence[UUID]) -> None:
    for number, person in enumerate(persons):
        with team.zone() as session:
            hold_record(session, team.ring, person, reason=f"A court asked for number {number}.")
            keep_from(session, team.ring, person, RecordPart.NARRATIVE, "carim")
        with team.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="badr") as session:
            who = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
            why = {"reason": f"She came in at night, number {number}.", "purpose": Purpose.ASSISTANCE}
            break_glass(session, team.ring, who, person, parts=[RecordPart.IDENTITY], **why)  # type: ignore[arg-type]
        with team.zone() as session:
            receive_request(session, team.ring, person, RequestKind.ACCESS)
    _people_around(team, persons)
    with team.changing() as session:
        first, second = sorted(persons)
        alike = {"similarity": Similarity.LIKELY.value, "state": CandidateState.OPEN.value}
        session.add(DuplicateCandidate(id=uuid4(), operation=OPERATION, first=first, second=second, found_at=now(), **alike))
    with team.zone() as session:
        for submission in [row.id for row in page_queue(session).rows][:2]:
            decide(session, team.ring, submission, ReviewState.APPROVED, f"Seen: {submission}")
    with team.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        for account in ("amal", "badr"):
            made = add_account(session, team.ring, account, f"{account} Example", kind=AccountKind.PERSON)
            _add_app(session, team.ring, made)
    with team.database.transaction(
        Zone.AUDIT, access=Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    ) as session:
        for title in ("Lost telephone", "Lost laptop"):
            add_entry(session, team.ring, Breach(title, "It was left in a bus.", "yesterday", now() - timedelta(hours=9), 12))


def _people_around(team: Field, persons: Sequence[UUID]) -> None:
    """A relationship each way, a head, somebody who left, two children with steps, histories and perpetrators."""
    ring, help_them = team.ring, Purpose.ASSISTANCE
    with team.zone() as session:
        for kind, (one, other) in zip((RelationKind.SPOUSE, RelationKind.CHILD), permutations(persons), strict=True):
            family.relate(session, ring, one, other, kind, note="Said by both.", purpose=help_them)
    with team.zone() as session:
        row = HouseholdMember
        wanted = select(row.household, row.person).order_by(row.person)
        head = session.execute(wanted.where(row.role == HouseholdRole.INTERVIEWED.value)).first()
        child = session.execute(wanted.where(row.role == HouseholdRole.MEMBER.value)).first()
        assert head
        assert child
        family.name_head(session, ring, *head, purpose=help_them)
        family.leave_household(session, ring, *child, purpose=help_them)
    for number, person in enumerate(persons):
        with team.zone() as session:
            why = f"Decided for number {number}."
            family.decide_care(session, ring, person, CareStatus.SEPARATED, decided_by="panel", note=why, purpose=help_them)
            step = family.plan_step(session, ring, person, StepKind.TRACING, note=why, purpose=help_them)
            family.finish_step(session, ring, step, note=why, purpose=help_them)
            for what in (HISTORY, PERPETRATORS):
                note_apart(session, ring, what, person, {"note": f"Told by number {number}."}, purpose=help_them)


def _steps(team: Field, persons: Sequence[UUID]) -> None:
    for number, person in enumerate(persons):
        with team.zone() as session:
            [case] = session.scalars(select(Case.id).where(Case.person == person)).all()
            for text_ in ("first", "second"):
                note = Step(EntryKind.NOTE, Act.WRITE, fields={"text": f"The {text_} note on number {number}."})
                take_step(session, team.ring, case, note, purpose=Purpose.ASSISTANCE)


def _add_app(session: Session, ring: KeyRing, account: UUID) -> None:
    from core.identity import second_factor as app  # noqa: PLC0415  (its clockwork is its own)

    key = new_totp_key()
    step = int(now().timestamp()) // app.STEP_SECONDS
    code = app._generator(app._secret(key)).generate(step * app.STEP_SECONDS).decode()
    session.info.setdefault(INFO, Access.of_system("administrator", ""))
    add_totp(session, ring, account, key, code)
    assert session.get(Totp, account)


def _rows(owner: Engine, query: str) -> list[dict[str, Any]]:
    with owner.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]
