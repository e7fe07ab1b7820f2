"""The red team: twelve attacks on releases, by somebody who has nothing but the published files.

`open_release` reads a release as it lies there; `attack_releases` runs all attacks over several, as they were published one
after the other, and `ATTACKS` has each by its name. Every attack is a module that says what its attacker does. An attack finds
what is told beyond the published cells; that it finds nothing is no proof, which is what `anonymizer.prove` is for.
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
    traces,
    words,
    workbooks,
    zeros,
)
from anonymizer.red_team.finding import Finding, Findings
from anonymizer.red_team.open_release import Published, open_release

__all__ = ["ATTACKS", "WITH_KNOWLEDGE", "Finding", "Published", "attack_releases", "open_release"]

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
    }
)
"""The attacks that need nothing but releases."""

WITH_KNOWLEDGE: Final[Mapping[str, Callable[[Sequence[Published], Mapping[Identity, int]], Findings]]] = MappingProxyType(
    {collusion.NAME: collusion.attack, outside_totals.NAME: outside_totals.attack}
)
"""The attacks of those who know some cells beforehand, on releases of the same people."""


def attack_releases(releases: Sequence[Published]) -> list[Finding]:
    """Run every attack that needs nothing but releases."""
    return [finding for attack in ATTACKS.values() for finding in attack(releases)]
