"""What waits for you, and your day in numbers: the first page after signing in. Each number leads to the list behind it."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response

import casework
from anonymizer import officer
from app.web.cases.caseload_filter import address_of
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.office.first_steps import first_steps
from app.web.signed_in import SignedInAnywhere
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import screening
from casework.case_file import count_awaiting
from casework.caseload import COUNTED, DAY, count_day
from casework.left_to_fetch import count_to_fetch
from casework.referrals import count_referrals
from core.access import UNASSIGNED, Access
from core.database import Zone
from core.permissions import Right
from core.registers import count_due
from core.second_person import RIGHTS, awaiting_decision
from ingest.handed_in import HandedInShape, count_to_take_in
from ingest.reviews import count_found

__all__ = ["WORK"]

router = signed_in_router()
# Who may settle nothing of a zone's has nothing waiting there: no transaction is opened for them.
OF_CASEWORK: Final = (
    Right.REVIEW_BREAK_GLASS,
    Right.RESOLVE_DUPLICATES,
    Right.GIVE_ACCESS_PACK,
    Right.APPROVE_CASE_STEP,
    *(approving for _, approving in RIGHTS.values()),
)
OF_SCREENINGS: Final = {
    "waiting_second_opinions": screening.AwaitingWhat.SECOND_OPINION,
    "waiting_screenings": screening.AwaitingWhat.DECISION,
}


@dataclass(frozen=True)
class Waiting:
    """So many things wait at an address; `text` names them."""

    text: str
    count: int
    address: str


def waiting(desk: Desk, access: Access) -> list[Waiting]:
    """What waits for this account, what is more urgent first; without what is nothing."""
    found: list[Waiting] = []
    if not access.operation:
        return found
    if any(access.may(right) for right in OF_CASEWORK):
        with desk.database.transaction(Zone.CASEWORK, access=access) as session:
            work, proposals = casework.waiting_work(session), len(awaiting_decision(session))
            steps = count_awaiting(session, desk.ring) if access.may(Right.APPROVE_CASE_STEP) else 0
        found += [
            Waiting("waiting_glass", work.broken_glass, "/broken-glass/review"),
            Waiting("waiting_requests", work.requests, "/rights-requests"),
            Waiting("waiting_proposals", proposals, "/approvals"),
            Waiting("waiting_case_steps", steps, "/cases/awaiting-approval"),
            Waiting("waiting_pairs", work.pairs, "/duplicates"),
        ]
    if access.may(Right.KEEP_REGISTERS):
        with desk.database.transaction(Zone.AUDIT, access=access) as session:
            found.append(Waiting("waiting_registers", count_due(session), "/registers"))
    return [it for it in found if it.count]


def of_ones_role(desk: Desk, access: Access) -> list[Waiting]:
    """What waits for one kind of work alone: told on the page of what waits, and not beside its name on every page, which would
    ask for it each time."""
    if not access.operation:
        return []
    found: list[Waiting] = []
    if access.may(Right.DECIDE_SCREENING):
        with desk.database.transaction(Zone.CASEWORK, access=access) as session:
            counts = [screening.count_screenings(session, desk.ring, what) for what in OF_SCREENINGS.values()]
        found += [Waiting(text, count, "/screenings") for text, count in zip(OF_SCREENINGS, counts, strict=True)]
    if access.may(Right.ANSWER_REFERRAL):
        with desk.database.transaction(Zone.CASEWORK, access=access) as session:
            found.append(Waiting("waiting_referrals", count_referrals(session), "/referrals"))
    if access.may(Right.FETCH_EXPORTS):
        with desk.database.transaction(Zone.CASEWORK, access=access) as session:
            found.append(Waiting("waiting_to_fetch", count_to_fetch(session), "/exports-for-you"))
    if access.may(Right.EXPLAIN_PROTECTION, UNASSIGNED):
        with desk.database.transaction(Zone.ANONYMIZER, access=access) as session:
            found.append(Waiting("waiting_weeks", officer.count_unprotected(session), "/protection"))
    if access.may(Right.MANAGE_ACCOUNTS):
        undone = sum(step.done is False for step in first_steps(desk, access))
        found.append(Waiting("waiting_first_steps", undone, "/first-hour"))
    return [it for it in found if it.count]


def arrived(desk: Desk, access: Access) -> list[Waiting]:
    """Answers in which checks found something and nobody decided, and files that are not taken in: told on this page alone,
    likewise."""
    if not access.operation or not access.may(Right.REVIEW_SUBMISSION):
        return []
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        waits = [
            Waiting("waiting_reviews", count_found(session), "/quality"),
            Waiting("waiting_imports", count_to_take_in(session, HandedInShape.MAPPED), "/imports"),
            Waiting("waiting_handed_on", count_to_take_in(session, HandedInShape.HTCDS), "/handed-on"),
        ]
    return [it for it in waits if it.count]


@dataclass(frozen=True)
class DayNumber:
    """How many there are of something that a worker's day is made of; `text` names it."""

    text: str
    count: int
    address: str


def numbers_of_day(desk: Desk, access: Access) -> list[DayNumber]:
    """The day of who reads case files, what is more urgent first."""
    if not access.may(Right.READ_CASE_FILE):
        return []
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        counted = count_day(session)
    return [DayNumber(f"day_of_{name}", count, address_of(DAY[name])) for name, count in counted.items()]


def count_waiting(desk: Desk, access: Access) -> int:
    return sum(it.count for it in waiting(desk, access))


WORK: Final = PageGroup(router, "work", (Entry("/work", "work", waiting=count_waiting),))


@router.get("/work")
def show_work(request: Request, desk: OpenDesk, visit: SignedInAnywhere) -> Response:
    """What waits. Who works in no operation yet is sent to choose one; who has none, to their account."""
    if not visit.access.operation:
        return go_to("/operation?next=/work" if visit.operations else "/account")
    there = {path for group in desk.groups for path in paths(group)}
    waits = [*waiting(desk, visit.access), *of_ones_role(desk, visit.access), *arrived(desk, visit.access)]
    day = numbers_of_day(desk, visit.access)
    return show(request, "work.html.j2", visit, waiting=waits, day=day, most=COUNTED, there=there)


def paths(group: PageGroup) -> set[str]:
    """The addresses that a group of pages answers: what is not registered is not linked to."""
    return {str(getattr(route, "path", "")) for route in group.router.routes}
