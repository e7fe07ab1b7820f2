"""Which answers a provider is told of a person who is referred to it: as few as an organisation agreed on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from casework.programme.errors import ProgrammeUnreadable
from casework.programme.screening_rules import read_table
from forms import RecordPart

__all__ = ["ToldFields", "parse_told"]

# What was told at length was told to who listened: it goes along only as what the referral itself says.
TOLD_PARTS: Final = frozenset({RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS})
FIELDS: Final = "fields"
LONGEST: Final = 200


@dataclass(frozen=True)
class ToldFields:
    """Fields by part and question, as `identity/prs_First_Name`: of every provider, and of those that are told others."""

    of_all: tuple[str, ...] = ()
    of_some: Mapping[str, tuple[str, ...]] | None = None

    def to(self, provider: str) -> tuple[str, ...]:
        """What this provider is told."""
        return (self.of_some or {}).get(provider, self.of_all)


def parse_told(said: object, providers: Collection[str]) -> ToldFields:
    """Read the section `referrals`; raises `ProgrammeUnreadable`."""
    section = dict(read_table("referrals", said))
    of_all = _fields("referrals", section.pop(FIELDS, []))
    of_some = {}
    for provider, its in section.items():
        where = f"referrals.{provider}"
        if provider not in providers:
            raise ProgrammeUnreadable(where=where, reason=f"known are {', '.join(sorted({FIELDS, *providers}))}")
        table = read_table(where, its)
        if set(table) != {FIELDS}:
            raise ProgrammeUnreadable(where=where, reason=f"it holds `{FIELDS}` and nothing else")
        of_some[provider] = _fields(where, table[FIELDS])
    return ToldFields(of_all, of_some)


def _fields(where: str, said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise ProgrammeUnreadable(where=f"{where}.{FIELDS}", reason="it is no list of fields")
    for field in said:
        part, _, question = field.partition("/")
        if part not in {each.value for each in TOLD_PARTS} or not question or len(field) > LONGEST or set(field) & set(" ,"):
            parts = ", ".join(sorted(TOLD_PARTS))
            raise ProgrammeUnreadable(where=f"{where}.{FIELDS}", reason=f"{field!r} is no question of one of the parts {parts}")
    return tuple(dict.fromkeys(said))
