"""Where somebody is from, how they were exploited and where their journey began, as coarsely as a table tells it.

A country is opened to be counted and only its part of the world is kept; of several kinds of exploitation it is kept that there
were several, so that a person is in each table once and no rare combination is told.
"""

from collections.abc import Mapping
from typing import Final

from casework.counting.case_facts import EXPLOITATIONS, OTHER, STATELESS, UNKNOWN
from core.world_regions import subregion_of

__all__ = ["exploitation_of", "nationality_of", "route_of"]

LABOUR, SEXUAL, MARRIAGE, _, SEVERAL, NONE, _ = EXPLOITATIONS
NONE_SAID: Final = "NoneOfThese"
# The answers of our own questionnaire (HTCDS 2.0). Work or services under a menace are labour, begging and a child's work too
# (ILO Convention 29, article 2). All else is another kind, also what an office added to its form.
KINDS: Final = {
    "ForcedLabour": LABOUR,
    "ChildLabour": LABOUR,
    "Servitude": LABOUR,
    "ForcedBegging": LABOUR,
    "SexualExploitation": SEXUAL,
    "ForcedMarriage": MARRIAGE,
}


def nationality_of(said: Mapping[str, str]) -> str:
    """The part of the world of whose country somebody is a citizen, by what was said of them, or `STATELESS`."""
    citizenship = said.get("nationality", "")
    return STATELESS if citizenship == STATELESS else subregion_of(citizenship) or UNKNOWN


def route_of(said: Mapping[str, str]) -> str:
    """The part of the world in which the journey began."""
    return subregion_of(said.get("route", "")) or UNKNOWN


def exploitation_of(said: Mapping[str, str]) -> str:
    """The one kind of exploitation that was told, or that there were several kinds, or none."""
    answers = set(said.get("exploitation", "").split())
    kinds = {KINDS.get(answer, OTHER) for answer in answers - {NONE_SAID}}
    if not kinds:
        return NONE if answers else UNKNOWN
    return kinds.pop() if len(kinds) == 1 else SEVERAL
