"""Which answers of a person are their name and year of birth: declared here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from casework.names.name_skeleton import name_words

__all__ = ["MEMBER_AGE", "MEMBER_NAME", "PersonName", "birth_year_of_member", "person_name"]

GIVEN: Final = "prs_First_Name"
FAMILY: Final = "prs_Second_Name"
BIRTH_DATE: Final = "prs_Birthdate"
MEMBER_NAME: Final = "member_name"  # a household member's, whole
MEMBER_AGE: Final = "member_age"
MEMBER_BIRTH_YEAR: Final = "member_birth_year"  # asked of nobody: reckoned on admission from age and date of the interview


@dataclass(frozen=True)
class PersonName:
    """A name as it was given and as it is searched; `birth_year` is None when unknown.

    A household member's name is one text: its first word is taken for the given name, its last for the family name.
    """

    written: str = field(repr=False)
    given: str = field(repr=False)
    family: str = field(repr=False)
    birth_year: int | None = field(repr=False)


def person_name(identity: Mapping[str, Any]) -> PersonName:
    """The name among a person's identifying answers; empty where none was given."""
    if MEMBER_NAME in identity:
        written = str(identity[MEMBER_NAME])
        words = name_words(written)
        given, family = (words[0], words[-1]) if len(words) > 1 else (written, "")
        return PersonName(written, given, family, _year(identity.get(MEMBER_BIRTH_YEAR)))
    given, family = str(identity.get(GIVEN, "")), str(identity.get(FAMILY, ""))
    return PersonName(f"{given} {family}".strip(), given, family, _year(identity.get(BIRTH_DATE)))


def birth_year_of_member(member: Mapping[str, Any], interview_date: str) -> Mapping[str, str]:
    """The year of birth reckoned from a member's age, as an answer of their own; nothing where age or date is missing."""
    age, year = str(member.get(MEMBER_AGE, "")), _year(interview_date)
    return {MEMBER_BIRTH_YEAR: str(year - int(age))} if year and age.isdecimal() else {}


def _year(date: object) -> int | None:
    year = str(date or "")[:4]
    return int(year) if len(year) == 4 and year.isdecimal() else None
