"""Totals that others publish of the same people: numbers that everybody can know, whatever a release of ours shows.

A partner's bulletin or a ministry's yearbook says how many fled a district, or a group of districts that is none of our codes.
Each such total is one more equation for whoever attacks a release, so it is one for the engine and the proof as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from anonymizer.published import Identity

__all__ = ["Outside", "OutsideTotal", "given_away"]


@dataclass(frozen=True)
class OutsideTotal:
    """How many persons some different cells hold together. Most often it is one cell."""

    cells: tuple[Identity, ...]
    persons: int = field(repr=False)


Outside: TypeAlias = Sequence[OutsideTotal]


def given_away(outside: Iterable[OutsideTotal]) -> dict[Identity, int]:
    """The cells that such totals tell by themselves: one alone, or some that hold nobody together.

    No release can hide those any more, so none is asked to.
    """
    told: dict[Identity, int] = {}
    for total in outside:
        if len(total.cells) == 1 or total.persons == 0:
            told |= dict.fromkeys(total.cells, total.persons)
    return told
