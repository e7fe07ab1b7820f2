"""A person on the way in, as an interview tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from casework.admission.arrival import Arrival, Desk
from casework.admission.sort_answers import Parts, set_household_apart, sort_answers
from casework.models import HouseholdRole, TokenKind
from casework.names.name_tokens import name_tokens
from casework.names.person_name import birth_year_of_member, person_name
from casework.store.blind_tokens import blind_token, plain
from casework.store.week_of_interview import INTERVIEW_DATE
from forms import RecordPart
from ingest import Answers

__all__ = ["PHONE", "Newcomer", "member_parts", "newcomers"]

PHONE: Final = "prs_MobilePhone"
KindToken = tuple[TokenKind, bytes]


@dataclass(frozen=True)
class Newcomer:
    """What is sealed of a person, and the tokens by which they are found; `near` are those besides of who may be them: of their
    name with the year of birth before and after."""

    role: HouseholdRole
    answers: Answers = field(repr=False)
    parts: Parts = field(repr=False)
    own: Sequence[KindToken] = field(repr=False)
    near: Sequence[KindToken] = field(repr=False)


def newcomers(desk: Desk, arrival: Arrival) -> list[Newcomer]:
    """The person interviewed, then those who live with them in the order in which they were named."""
    answers, members = set_household_apart(arrival.answers)
    parts = sort_answers(answers, arrival.definition)
    phone = str(parts[RecordPart.CONTACT].get(PHONE, ""))
    others = (_newcomer(desk, HouseholdRole.MEMBER, member, member_parts(arrival, member), "") for member in members)
    return [_newcomer(desk, HouseholdRole.INTERVIEWED, answers, parts, phone), *others]


def member_parts(arrival: Arrival, member: Answers) -> Parts:
    """The answers of a household member, with a year of birth reckoned from their age."""
    parts = sort_answers(member, arrival.definition)
    said: dict[str, Any] = parts[RecordPart.IDENTITY] | parts[RecordPart.FACTS]
    parts[RecordPart.IDENTITY] |= birth_year_of_member(said, arrival.said(INTERVIEW_DATE))
    return parts


def _newcomer(desk: Desk, role: HouseholdRole, answers: Answers, parts: Parts, phone: str) -> Newcomer:
    name = person_name(parts[RecordPart.IDENTITY])
    names = [
        (TokenKind.NAME, token) for token in name_tokens(desk.ring, desk.operation, name.given, name.family, name.birth_year)
    ]
    phones = [(TokenKind.PHONE, blind_token(desk, TokenKind.PHONE, phone))] if plain(TokenKind.PHONE, phone) else []
    return Newcomer(role, answers, parts, [*phones, *names[:1]], names[1:])
