"""An answer to a referral by the partner to whom it was opened, who works on nothing else of the case."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.errors import FieldUnfit
from casework.case_file.step import Step
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import consent_in_force
from casework.models import Opening, Person
from core.access import NotAllowed, access_of
from core.audit import Purpose
from core.clear_columns import custody_of
from core.clock import now
from core.permissions import Right

__all__ = ["ANSWERS", "is_answering", "is_open_to_me", "require_open_to_me"]

ANSWERS: Final = frozenset({Act.ACCEPT, Act.REJECT, Act.COMPLETE})
TOLD_BACK: Final = frozenset({"answer"})


def is_answering(session: Session, person: Person, step: Step) -> bool:
    """Whether the step is an answer to a referral by the partner to whom it was opened, and not by who works on the case.

    Raises `NotAllowed` where a partner answers what is not open to them, or `FieldUnfit` where they write more than an answer.
    """
    access = access_of(session)
    asks = step.kind is EntryKind.REFERRAL and step.act in ANSWERS and step.entry is not None
    if not asks or access.system or access.may(Right.WORK_ON_CASE, custody_of(person)) or not access.may(Right.ANSWER_REFERRAL):
        return False
    require_open_to_me(session, person, step.entry)
    for name in step.fields.keys() - TOLD_BACK:
        raise FieldUnfit(field=name, expected="a partner answers, and changes nothing else of a referral")
    return True


def require_open_to_me(session: Session, person: Person, entry: UUID | None) -> Opening:
    """The opening of the referral to this account; raises `NotAllowed`."""
    opening = session.get(Opening, entry)
    may = access_of(session).may(Right.ANSWER_REFERRAL)
    if not may or opening is None or opening.person != person.id or not is_open_to_me(session, opening):
        raise NotAllowed(Right.ANSWER_REFERRAL, f"casework.case_entry:{entry}")
    return opening


def is_open_to_me(session: Session, opening: Opening) -> bool:
    """Whether it runs, and the person still agrees that the provider is told of them."""
    mine = opening.actor == access_of(session).actor and opening.until > now()
    return mine and consent_in_force(session, opening.person, Purpose.REFERRAL, opening.recipient) is not None
