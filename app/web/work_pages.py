"""What waits for you: the first page after signing in. Numbers only, of what this account may settle itself."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response

import casework
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import SignedInAnywhere
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import screening
from core.access import Access
from core.database import Zone
from core.permissions import Right
from core.registers import count_due
from core.second_person import RIGHTS, awaiting_decision

__all__ = ["WORK"]

router = signed_in_router()
# Who may settle nothing of a zone's has nothing waiting there: no transaction is opened for them.
OF_CASEWORK: Final = (
    Right.REVIEW_BREAK_GLASS,
    Right.RESOLVE_DUPLICATES,
    Right.GIVE_ACCESS_PACK,
    Right.DECIDE_SCREENING,
    *(approving for _, approving in RIGHTS.values()),
)


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
            second = screening.count_screenings(session, screening.AwaitingWhat.SECOND_OPINION)
        found += [
            Waiting("waiting_glass", work.broken_glass, "/broken-glass/review"),
            Waiting("waiting_requests", work.requests, "/rights-requests"),
            Waiting("waiting_proposals", proposals, "/approvals"),
            Waiting("waiting_second_opinions", second, "/screenings"),
            Waiting("waiting_pairs", work.pairs, "/duplicates"),
        ]
    if access.may(Right.KEEP_REGISTERS):
        with desk.database.transaction(Zone.AUDIT, access=access) as session:
            found.append(Waiting("waiting_registers", count_due(session), "/registers"))
    return [it for it in found if it.count]


def undecided(desk: Desk, access: Access) -> list[Waiting]:
    """Screenings that nobody has decided: told on the page of what waits, and not beside its name on every page."""
    if not access.operation or not access.may(Right.DECIDE_SCREENING):
        return []
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        count = screening.count_screenings(session, screening.AwaitingWhat.DECISION)
    return [Waiting("waiting_screenings", count, "/screenings")] if count else []


def count_waiting(desk: Desk, access: Access) -> int:
    return sum(it.count for it in waiting(desk, access))


WORK: Final = PageGroup(router, "work", (Entry("/work", "work", waiting=count_waiting),))


@router.get("/work")
def show_work(request: Request, desk: OpenDesk, visit: SignedInAnywhere) -> Response:
    """What waits. Who works in no operation yet is sent to choose one; who has none, to their account."""
    if not visit.access.operation:
        return go_to("/operation?next=/work" if visit.operations else "/account")
    there = {path for group in desk.groups for path in paths(group)}
    return show(
        request, "work.html.j2", visit, waiting=[*waiting(desk, visit.access), *undecided(desk, visit.access)], there=there
    )


def paths(group: PageGroup) -> set[str]:
    """The addresses that a group of pages answers: what is not registered is not linked to."""
    return {str(getattr(route, "path", "")) for route in group.router.routes}
