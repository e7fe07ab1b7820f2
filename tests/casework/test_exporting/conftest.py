"""A clinic that may receive, people who agreed to it, and the steps of an export up to its file as the clinic reads it."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from uuid import UUID
from zipfile import ZipFile

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from casework import exporting, left_to_fetch, list_cases
from casework.consent import ConsentState, LegalBasis, RestrictionReason, Statement, record_consent, restrict_record
from casework.exporting import CarriedOut, Specification, Trace
from casework.left_to_fetch import LeftState, ToFetch
from casework.records import assign_custody
from casework.store import NewPerson, write_persons
from core.access import Access, Custody, Grant, access_of
from core.audit import Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.second_person import approve
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field

CLINIC = "lake-clinic"
SUPERVISOR = Access("sara", OPERATION, (Grant(Role.SUPERVISOR),))
OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
NAME, PHONE, STORY = "identity/prs_First_Name", "contact/prs_MobilePhone", "narrative/experience_narrative"
FIELDS = (NAME, PHONE, STORY)
THEIRS = x25519.Identity.generate()
MEDICAL = "medical_partner"
DORA = Access("dora", OPERATION, (Grant(Role.PARTNER, provider=MEDICAL),))
LEGAL = Access("erik", OPERATION, (Grant(Role.PARTNER, provider="legal_partner"),))
NOBODYS = Access("nadia", OPERATION, (Grant(Role.PARTNER),))


def as_(team: Field, who: Access) -> AbstractContextManager[Session]:
    return team.database.transaction(Zone.CASEWORK, access=who)


@begun
def person(field_team: Field) -> UUID:
    """Somebody who agreed that the clinic sees her record."""
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        found = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person
    agree(field_team, found)
    return found


@pytest.fixture
def owner(cluster: EmbeddedCluster, database_name: str) -> Iterator[Engine]:
    """Whoever owns the tables, whom no grant binds."""
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


@begun
def clinic(field_team: Field) -> UUID:
    added = add_clinic(field_team)
    with as_(field_team, OFFICER) as session:
        exporting.confirm_recipient(session, added)
    return added


def add_clinic(team: Field, key: str = "") -> UUID:
    with as_(team, SUPERVISOR) as session:
        return exporting.add_recipient(
            session, code=CLINIC, name="Dr Pia", organisation="Lake clinic", public_key=key or str(THEIRS.to_public())
        )


def agree(team: Field, person: UUID, state: ConsentState = ConsentState.GIVEN, **more: object) -> None:
    terms = {"recipient": CLINIC, "text_version": "2026080101", "language": "ar", **more}
    said = Statement(Purpose.REFERRAL, state, now(), "amal", **terms)  # type: ignore[arg-type]
    with team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        record_consent(session, team.ring, person, said)


def some_persons(team: Field, count: int, *, agreeing: bool = True) -> list[UUID]:
    """Persons who were written at once."""
    names = [f"Amal {number}" for number in range(count)]
    new = [NewPerson({RecordPart.IDENTITY: {"prs_First_Name": name}}) for name in names]
    with team.zone() as session:
        write_persons(session, team.ring, OPERATION, new)
    for one in new if agreeing else ():
        agree(team, one.id)
    return [one.id for one in new]


def proposed(
    team: Field,
    clinic: UUID,
    persons: Sequence[UUID],
    *,
    fields: Sequence[str] = FIELDS,
    who: Access = SUPERVISOR,
    purpose: Purpose = Purpose.REFERRAL,
    basis: LegalBasis = LegalBasis.CONSENT,
) -> UUID:
    with as_(team, who) as session:
        return exporting.propose_export(session, Specification(clinic, tuple(fields), tuple(persons), purpose, basis))


def approved(team: Field, export: UUID, who: Access = OFFICER) -> UUID:
    with as_(team, who) as session:
        approve(session, exporting.find_export(session, export).proposal)
    return export


def carry_out(team: Field, export: UUID, who: Access = SUPERVISOR) -> tuple[CarriedOut, bytes]:
    out = BytesIO()
    with as_(team, who) as session:
        done = exporting.carry_out_export(session, team.ring, export, out)
    return done, out.getvalue()


def leave(team: Field, clinic: UUID, persons: Sequence[UUID], fields: Sequence[str] = FIELDS) -> tuple[UUID, dict[str, str]]:
    """The whole way; the export's id, and its files as its recipient reads them."""
    export = approved(team, proposed(team, clinic, persons, fields=fields))
    return export, opened(carry_out(team, export)[1])


def hand_over(team: Field, person: UUID, custody: Custody) -> None:
    with team.zone() as session:
        assign_custody(session, team.ring, access_of(session), person, custody, purpose=Purpose.ADMINISTRATION)


def object_to_all(team: Field, person: UUID, waits: str = "0") -> None:
    with as_(team, OFFICER) as session:
        session.execute(text("SELECT set_config('lock_timeout', :waits, true)"), {"waits": waits})
        restrict_record(session, team.ring, person, RestrictionReason.OBJECTION)


def erase(team: Field, person: UUID) -> None:
    with team.zone() as session:
        for table, key in (("record_key", "record"), ("person", "id")):
            session.execute(text(f"DELETE FROM casework.{table} WHERE {key} = :id"), {"id": person})


class Interrupted(BytesIO):
    """A file during whose writing something happens, once."""

    def __init__(self, deed: Callable[[], None]) -> None:
        super().__init__()
        self.deeds = [deed]

    def write(self, content: bytes) -> int:  # type: ignore[override]
        while self.deeds:
            self.deeds.pop()()
        return super().write(content)


def opened(sealed: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(pyrage.decrypt(sealed, [THEIRS]))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table)))


def trace(team: Field, copy: str) -> list[Trace]:
    with as_(team, OFFICER) as session:
        return exporting.trace_export(session, team.ring, copy)


def add_medical(team: Field, *, code: str = MEDICAL, fetches: bool = True) -> UUID:
    key = str(THEIRS.to_public())
    with as_(team, SUPERVISOR) as session:
        added = exporting.add_recipient(
            session, code=code, name="Dr Pia", organisation="Lake clinic", public_key=key, fetches=fetches
        )
    with as_(team, OFFICER) as session:
        exporting.confirm_recipient(session, added)
    return added


@pytest.fixture
def medical(field_team: Field) -> UUID:
    """A provider of the programme, whose accounts here may fetch."""
    return add_medical(field_team)


@pytest.fixture
def persons(field_team: Field) -> list[UUID]:
    """Two who agreed that the provider sees their records."""
    both = some_persons(field_team, 2, agreeing=False)
    for one in both:
        agree(field_team, one, recipient=MEDICAL)
    return both


def leave_to_fetch(team: Field, export: UUID, who: Access = SUPERVISOR) -> UUID:
    with as_(team, who) as session:
        left_to_fetch.leave_export(session, team.ring, export)
    return export


@pytest.fixture
def lying(field_team: Field, medical: UUID, persons: list[UUID]) -> UUID:
    return leave_to_fetch(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))


def listed(team: Field, who: Access = DORA) -> list[ToFetch]:
    with as_(team, who) as session:
        return left_to_fetch.page_to_fetch(session).rows


def fetch(team: Field, export: UUID, who: Access = DORA) -> bytes:
    out = BytesIO()
    with as_(team, who) as session:
        left_to_fetch.fetch_export(session, export, out)
    return out.getvalue()


def receive(team: Field, export: UUID, who: Access = DORA) -> None:
    with as_(team, who) as session:
        left_to_fetch.say_received(session, export)


def state(team: Field, export: UUID, who: Access = OFFICER) -> LeftState:
    with as_(team, who) as session:
        return left_to_fetch.left_of(session, [export])[export]


def kept(team: Field) -> bytes:
    with team.zone() as session:
        return b"".join(session.scalars(text("SELECT content FROM casework.left_export_chunk ORDER BY export, position")))


def lines(team: Field, export: UUID) -> list[tuple[str, str, object]]:
    """The oldest first."""
    with team.zone(Zone.AUDIT) as session:
        its = [line for line in reversed(audited_entries(session)) if line.subject == f"casework.left_export:{export}"]
    return [(line.actor, line.action, line.detail.get("did") or line.detail.get("ground")) for line in its]
