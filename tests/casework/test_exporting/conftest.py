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

from casework import exporting, list_cases
from casework.consent import ConsentState, LegalBasis, RestrictionReason, Statement, record_consent, restrict_record
from casework.exporting import CarriedOut, Specification, Trace
from casework.records import assign_custody
from casework.store import NewPerson, write_persons
from core.access import Access, Custody, Grant, access_of
from core.audit import Purpose
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
