"""Cases of one person that follow each other: somebody who is trafficked again, or comes back, has a case that came before.

A link is an entry of the later case, sealed with it. It joins cases of the same person alone, in one record or in records that
were found to be of one person, and always the later to the earlier, so no chain of links comes back to itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file.errors import EarlierCaseUnfit
from casework.case_file_models import Act, EntryKind
from casework.models import Case, CaseState
from casework.store.linked_persons import persons_of
from casework.store.sealed_step import SealedStep
from core.clear_columns import code_in

__all__ = ["OtherCase", "other_cases", "require_earlier"]


@dataclass(frozen=True)
class OtherCase:
    """Another case of the same person, as far as it stands in clear."""

    id: UUID
    state: CaseState
    opened_at: datetime


def other_cases(session: Session, case: Case) -> list[OtherCase]:
    """The other cases of the person that are in reach, the oldest first."""
    theirs = Case.person.in_(persons_of(session, case.person)), Case.id != case.id
    rows = session.scalars(select(Case).where(*theirs).order_by(Case.opened_at, Case.id))
    return [OtherCase(row.id, code_in(row, "state", CaseState), row.opened_at) for row in rows]


def require_earlier(session: Session, case: Case, act: Act, steps: Sequence[SealedStep], fields: Mapping[str, Any]) -> None:
    """Raises `EarlierCaseUnfit` where the step would link the case to one that is no earlier one of its person, or twice."""
    if act is not Act.WRITE:
        return
    wanted = str(fields["earlier"])
    stands = {one.entry: one.state for one in steps if one.kind is EntryKind.EARLIER_CASE}
    if "linked" in stands.values():
        raise EarlierCaseUnfit(earlier=wanted, reason="an earlier case is linked already")
    earlier = next((one for one in other_cases(session, case) if str(one.id) == wanted), None)
    if earlier is None:
        raise EarlierCaseUnfit(earlier=wanted, reason="this person has no such case that you may see")
    if (earlier.opened_at, str(earlier.id)) >= (case.opened_at, str(case.id)):
        raise EarlierCaseUnfit(earlier=wanted, reason="it was opened later than this one")
