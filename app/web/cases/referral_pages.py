"""What was referred to a partner who works here: the referrals open to their account, each with what they were told, to answer.

An address holds the referral's id and nothing else; what is read is in the log with its fields.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID, uuid4

from babel.dates import format_date
from fastapi import HTTPException, Query, Request, Response

import forms
from app.web.cases.case_values import Reading, shown_fields
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework.case_file import Act, EntryKind
from casework.referrals import GivenAnswer, count_referrals, give_answer, page_referrals, read_referral
from core.access import Access
from core.database import Zone
from core.errors import Problem
from core.permissions import Right

__all__ = ["REFERRALS"]

router = signed_in_router()
# What a partner mends on the page itself: answered meanwhile, changed meanwhile, an answer that is missing or unfit.
MENDED: Final = frozenset({"CASE-170", "CASE-172", "CASE-174", "CASE-175"})
ANSWERS: Final[Mapping[str, Act]] = {act.value: act for act in (Act.ACCEPT, Act.REJECT, Act.COMPLETE)}


def count_waiting(desk: Desk, access: Access) -> int:
    """How many the account has not answered yet."""
    if not access.operation or not access.may(Right.ANSWER_REFERRAL):
        return 0
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        return count_referrals(session)


REFERRALS: Final = PageGroup(
    router, "referrals", (Entry("/referrals", "referrals", Right.ANSWER_REFERRAL, waiting=count_waiting),)
)


@router.get("/referrals")
def list_referrals(
    request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None
) -> Response:
    """The referrals that are open to this account; nothing of them is opened for the list."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = page_referrals(session, after=after)
    language = reader_language(request, visit)
    return show(
        request,
        "referrals.html.j2",
        visit,
        page=page,
        day=lambda day: format_date(day, "d MMM y", locale=language),
        done=request.query_params.get("done", ""),
    )


@router.get("/referrals/{entry:uuid}")
def look(request: Request, visit: SignedIn, desk: OpenDesk, entry: UUID) -> Response:
    """One referral, with its reason and what goes with it."""
    return _page(request, visit, desk, entry)


@router.post("/referrals/{entry:uuid}")
def answer(request: Request, visit: SignedIn, desk: OpenDesk, entry: UUID, form: CheckedForm) -> Response:
    """Accept, reject, or say that it is done; where that is refused, the page again with what was typed."""
    act = ANSWERS.get(str(form.get("act", "")))
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    seen, typed = str(form.get("seen", "")), str(form.get("answer", ""))
    number = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    given = GivenAnswer(act, typed, number, identifier(form.get("id")))
    try:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            give_answer(session, desk.ring, entry, given)
    except Problem as problem:
        if problem.code not in MENDED:
            raise
        return _page(request, visit, desk, entry, typed=typed, problem=problem)
    return go_to(f"/referrals?done={act.value}")


def _page(
    request: Request, visit: Visit, desk: Desk, entry: UUID, *, typed: str = "", problem: Problem | None = None
) -> Response:
    language = reader_language(request, visit)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        referral = read_referral(session, desk.ring, entry)
        labels = forms.question_labels(session, visit.access.operation, language)
    reading = Reading(language, referral.programme, {})
    return show(
        request,
        "referral.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/referrals/{entry}" if problem else "",
        referral=referral,
        said=shown_fields(EntryKind.REFERRAL, referral.said, reading),
        reading=reading,
        labels=labels,
        typed=typed,
        problem=problem,
        step_id=uuid4(),
    )
