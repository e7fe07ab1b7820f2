"""The red team: thirteen attacks on releases, by somebody who has nothing but the published files.

`open_release` reads a release as it lies there. `ATTACKS` has each attack by its name, for several releases as they were
published one after the other; those of `WITH_KNOWLEDGE` know some cells beforehand, and are for releases of the same people.
Every attack is a module that says what its attacker does. That an attack finds nothing is no proof, which is what
`anonymizer.prove` is for.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from anonymizer.published import Identity
from anonymizer.red_team import (
    collusion,
    differencing,
    groups,
    maps,
    outside_totals,
    overlaps,
    ratios,
    rounding,
    stocks,
    traces,
    words,
    workbooks,
    zeros,
)
from anonymizer.red_team.finding import Finding, Findings
from anonymizer.red_team.one_system import of_the_same_people
from anonymizer.red_team.open_release import Published, open_release

__all__ = ["ATTACKS", "WITH_KNOWLEDGE", "Finding", "Published", "of_those_people", "open_release"]

ATTACKS: Final[Mapping[str, Callable[[Sequence[Published]], Findings]]] = MappingProxyType(
    {
        differencing.NAME: differencing.attack,
        overlaps.NAME: overlaps.attack,
        zeros.NAME: zeros.attack,
        groups.NAME: groups.attack,
        ratios.NAME: ratios.attack,
        rounding.NAME: rounding.attack,
        maps.NAME: maps.attack,
        words.NAME: words.attack,
        workbooks.NAME: workbooks.attack,
        traces.NAME: traces.attack,
        stocks.NAME: stocks.attack,
    }
)
"""The attacks that need nothing but releases."""

WITH_KNOWLEDGE: Final[Mapping[str, Callable[[Sequence[Published], Mapping[Identity, int]], Findings]]] = MappingProxyType(
    {collusion.NAME: collusion.attack, outside_totals.NAME: outside_totals.attack}
)
"""The attacks of those who know some cells beforehand, on releases of the same people."""


def of_those_people(releases: Sequence[Published]) -> list[Published]:
    """Of some releases, those that speak of the same people as the last."""
    return next(group for group in of_the_same_people(releases) if releases[-1] in group)
