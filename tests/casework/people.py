"""Two cases and the people around them, made once: each test changes them as it likes, and nothing of it stays."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from casework import CaseSummary, family, list_cases, read_person
from casework.consent import ConsentState
from casework.consent.record_consent import Statement
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.family import RelationKind
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Database, Zone, connect
from core.keys.keyring import KeyRing
from core.models import Operation
from core.permissions import Role
from core.places import add_places
from core.postgres.embedded_cluster import PROGRAM, EmbeddedCluster
from forms import RecordPart, publish_form
from tests.blank_database import administrate
from tests.casework.conftest import MEMBERS, OPERATION, PLACES, SCREENING, Field, definition_of
from tests.rolled_back import RolledBack

__all__ = ["AGREED", "HELP", "NEWBORN", "TEAM", "Setting", "at", "household_database"]

HELP = Purpose.ASSISTANCE
AGREED = Statement(HELP, ConsentState.GIVEN, now(), "amal", language="ar")
NEWBORN = family.NewMember("Hodan Newborn", age="0", gender="female")
OTHER = {**SCREENING, "case_reference": "SC-0013", "prs_First_Name": "Badria", "prs_MobilePhone": "+252 61 555 0133"}
TEAM = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))


class Setting:
    """Two cases, the first with a household of three; everything in the hands of team 1."""

    def __init__(self, team: Field) -> None:
        self.team, self.ring = team, team.ring
        self.case, other = sorted(self.cases(), key=lambda case: -len(case.members))
        self.mother, self.stranger, self.children = self.case.person, other.person, sorted(self.case.members)
        self.household: UUID = self.one('SELECT household FROM casework."case" WHERE person = :p', p=self.mother)

    def cases(self) -> list[CaseSummary]:
        with self.team.zone() as session:
            return list_cases(session, OPERATION, purpose=HELP)

    def one(self, question: str, **given: object) -> object:
        with self.team.zone() as session:
            return session.scalars(text(question), given).one()

    def give(self, person: UUID | None, custody: Custody) -> None:
        given = {"custody": str(custody), "id": person}
        with self.team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :custody WHERE id = coalesce(:id, id)"), given)

    def do(self, what: Callable[..., object], *given: object, who: Access = TEAM, **more: object) -> object:
        with self.team.database.transaction(Zone.CASEWORK, access=who) as session:
            return what(session, self.ring, *given, purpose=HELP, **more)

    def relate(self, person: UUID, other: UUID, kind: RelationKind, **more: object) -> UUID:
        made = self.do(family.relate, person, other, kind, **more)
        assert isinstance(made, UUID)
        return made

    def view(self, person: UUID, *revealed: UUID, who: Access = TEAM) -> family.FamilyView:
        seen = self.do(family.view_family, person, who=who, revealed=revealed)
        assert isinstance(seen, family.FamilyView)
        return seen

    def members(self, person: UUID) -> set[UUID]:
        [household] = self.view(person).households
        return {one.person for one in household.members if one.left_at is None}

    def readable(self, *persons: UUID) -> None:
        """Nothing stands beside these records but what their keys list."""
        with self.team.zone() as session:
            for person in persons:
                read_person(session, self.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.LEGAL)

    def erase(self, person: UUID) -> None:
        with self.team.zone() as session:
            erase_record(session, self.ring, OPERATION, Subject(ErasureKind.PERSON, person), proposal=person)


@pytest.fixture(scope="session")
def household_database(cluster: EmbeddedCluster, ring: KeyRing, xforms: dict[str, bytes]) -> Iterator[Engine]:
    name = f"people_{uuid4().hex[:8]}"
    administrate(cluster, f"CREATE DATABASE {name} TEMPLATE pattern")
    database = connect(cluster.url(PROGRAM, name))
    database.ring = ring
    _populate(database, ring, xforms)
    yield database.engine
    database.close()
    administrate(cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _populate(database: Database, ring: KeyRing, xforms: dict[str, bytes]) -> None:
    with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
        session.flush()
        add_places(session, OPERATION, PLACES)
        for xform in xforms.values():
            publish_form(session, OPERATION, xform, {})
    team = _team(database, ring, xforms)
    team.send("screening", SCREENING, repeats={"household_member": MEMBERS}, instance="first")
    team.send("screening", OTHER)
    team.admit_awaiting()
    with team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(Custody(team="team-1"))})


def _team(database: Database, ring: KeyRing, xforms: dict[str, bytes]) -> Field:
    return Field(database, ring, {kind: definition_of(xform) for kind, xform in xforms.items()})


@pytest.fixture
def at(household_database: Engine, ring: KeyRing, xforms: dict[str, bytes]) -> Iterator[Setting]:
    household_database.dispose()  # tests of crashes end every connection of the cluster, also those that wait in a pool
    with household_database.connect() as connection:
        yield Setting(_team(RolledBack(connection, ring), ring, xforms))  # type: ignore[arg-type]
        connection.rollback()
