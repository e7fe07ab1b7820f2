"""One case in the custody of Amal's team, with a supervisor above, a colleague beside, and an auditor who sees nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from casework import list_cases
from casework.case_file import Act, CaseFile, EntryKind, Step, read_case_file, take_step
from casework.consent import ConsentState, Statement, record_consent
from casework.models import Case, CaseState
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from tests.beginning import Beginning
from tests.casework.conftest import OPERATION, SCREENING, Field

CUSTODY = Custody("org", "north", "team-1", "amal")
AMAL = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
BADR = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
CARLA = Access("carla", OPERATION, (Grant(Role.SUPERVISOR, organisation="org"),))
EMIL = Access("emil", OPERATION, (Grant(Role.SUPERVISOR, organisation="org"),))


@dataclass
class Office:
    """The case, and people who work on it."""

    team: Field
    case: UUID
    person: UUID

    @contextmanager
    def working(self, access: Access = AMAL) -> Iterator[Session]:
        with self.team.database.transaction(Zone.CASEWORK, access=access) as session:
            yield session

    def take(self, step: Step, access: Access = AMAL) -> UUID:
        with self.working(access) as session:
            return take_step(session, self.team.ring, self.case, step, purpose=Purpose.ASSISTANCE)

    def file(self, access: Access = AMAL) -> CaseFile:
        with self.working(access) as session:
            return read_case_file(session, self.team.ring, self.case, purpose=Purpose.ASSISTANCE)

    def begin(self, kind: EntryKind, act: Act = Act.WRITE, access: Access = AMAL, **fields: str | list[str]) -> UUID:
        return self.take(Step(kind, act, fields=fields), access)

    def go_on(self, entry: UUID, act: Act, access: Access = AMAL, **fields: str | list[str]) -> None:
        """The next act on an entry, by somebody who has just looked at it."""
        seen = next(one for one in self.file().entries if one.id == entry)
        self.take(Step(seen.kind, act, entry, fields, seen=seen.number), access)

    def agree(self, recipient: str) -> None:
        """The person's yes to sharing with a recipient."""
        with self.working() as session:
            say_yes(session, self.team, self.person, recipient)

    def earlier(self, state: CaseState = CaseState.CLOSED) -> UUID:
        """A case that the person had a year before."""
        with self.team.changing() as session:
            case = session.get_one(Case, self.case)
            made = Case(
                id=uuid4(),
                operation=OPERATION,
                person=case.person,
                household=case.household,
                state=state.value,
                screening_outcome="actual",
                opened_at=case.opened_at - timedelta(days=365),
                reference=uuid4().bytes,
            )
            session.add(made)
            return made.id


def damage(office: Office, statement: str) -> None:
    """As whoever owns the database, with triggers and foreign keys asleep."""
    url = office.team.database.engine.url.set(username=ADMINISTRATOR)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount
    engine.dispose()


def say_yes(session: Session, team: Field, person: UUID, recipient: str) -> None:
    said = Statement(Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", recipient=recipient, language="ar")
    record_consent(session, team.ring, person, said)


@pytest.fixture
def office(field_team: Field, begin: Beginning) -> Office:
    def made() -> tuple[UUID, UUID]:
        field_team.send("screening", SCREENING)
        field_team.admit_awaiting()
        with field_team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
            [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        return case.id, case.person

    return Office(field_team, *begin(made))
