"""Three cases in the custody of Amal's team, one of Badr's, and people who look at their day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from casework import find_case
from casework.case_file import Act, EntryKind, Step, take_step
from casework.caseload import CaseFilter, TaskFilter, list_caseload, list_tasks
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.permissions import Role
from tests.beginning import Beginning
from tests.casework.conftest import OPERATION, SCREENING, Field

NORTH = Custody("org", "north", "team-1", "amal")
IN_HANDS = {"SC-1": NORTH, "SC-2": replace(NORTH, worker="asha"), "SC-3": replace(NORTH, worker="-")}
ELSEWHERE = {"SC-9": Custody("org", "south", "team-2", "badr")}
AMAL = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
BADR = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
CARLA = Access("carla", OPERATION, (Grant(Role.SUPERVISOR, organisation="org"),))
TODAY: date = now().date()
YESTERDAY, SOON = TODAY - timedelta(days=1), TODAY + timedelta(days=3)


@dataclass
class Office:
    """Cases by their references."""

    team: Field
    cases: dict[str, UUID]
    persons: dict[str, UUID]

    @contextmanager
    def working(self, access: Access = AMAL) -> Iterator[Session]:
        with self.team.database.transaction(Zone.CASEWORK, access=access) as session:
            yield session

    def begin(
        self,
        case: str,
        kind: EntryKind,
        act: Act = Act.WRITE,
        access: Access = CARLA,
        due: date | None = None,
        assignee: str | None = None,
        **fields: str | list[str],
    ) -> UUID:
        with self.working(access) as session:
            step = Step(kind, act, fields=fields, due=due, assignee=assignee)
            return take_step(session, self.team.ring, self.cases[case], step, purpose=Purpose.ASSISTANCE)

    def listed(self, asked: CaseFilter, access: Access = AMAL) -> list[str]:
        """The references of the cases that a list shows, in its order."""
        names = {case: reference for reference, case in self.cases.items()}
        with self.working(access) as session:
            return [names[line.id] for line in list_caseload(session, asked, purpose=Purpose.ASSISTANCE).lines]

    def tasks(self, asked: TaskFilter, access: Access = AMAL) -> list[UUID]:
        with self.working(access) as session:
            return [task.id for task in list_tasks(session, asked, purpose=Purpose.ASSISTANCE).rows]


@pytest.fixture
def office(field_team: Field, begin: Beginning) -> Office:
    def made() -> tuple[dict[str, UUID], dict[str, UUID]]:
        cases, persons = {}, {}
        for reference in IN_HANDS | ELSEWHERE:
            field_team.send("screening", {**SCREENING, "case_reference": reference})
        field_team.admit_awaiting()
        with field_team.changing() as session:
            for reference, custody in (IN_HANDS | ELSEWHERE).items():
                found = find_case(session, field_team.ring, OPERATION, reference, purpose=Purpose.ASSISTANCE)
                assert found
                at = {"at": str(custody), "id": found.person}
                session.execute(text("UPDATE casework.person SET custody = :at WHERE id = :id"), at)
                cases[reference], persons[reference] = found.id, found.person
        return cases, persons

    return Office(field_team, *begin(made))
