"""What a list of cases, or of things to do, can be narrowed by: ids, codes and days, and nothing that anybody said."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from casework.models import CaseState, ScreeningOutcome

__all__ = ["CaseFilter", "Mark", "Whose"]


class Whose(StrEnum):
    """In whose hands a case lies."""

    REACH = "reach"  # anybody's, within reach of the account
    TEAM = "team"  # of a team that a role of the account names; whoever's where none does
    MINE = "mine"
    NOBODY = "nobody"  # of no worker yet


class Mark(StrEnum):
    """What the entries of a case say of it."""

    OVERDUE = "overdue"  # something to do was due before today
    DUE_SOON = "due_soon"  # is due from today on, within a week
    FLAGGED = "flagged"
    AWAITING = "awaiting"  # an approval, or an answer to the wish to transfer it
    REFERRED = "referred"  # a referral was sent and not answered
    REASSESS = "reassess"  # the newest approved assessment is older than the programme allows


@dataclass(frozen=True)
class CaseFilter:
    """What is not named does not narrow; every mark that is named must be there."""

    whose: Whose = Whose.REACH
    unit: UUID | None = None
    states: tuple[CaseState, ...] = ()
    outcome: ScreeningOutcome | None = None
    opened_since: date | None = None
    marks: frozenset[Mark] = field(default=frozenset())
