"""Attack 2: lay two divisions of the same people over each other.

Regions that overlap, bands of ages with other ends, a district that was split: where the same people are published by two
hierarchies, the difference of an area in one and the areas that nearly fill it in the other is a strip that neither shows. A
code that is used again for a part of what it was is not recognised.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from anonymizer.red_team.finding import Findings
from anonymizer.red_team.one_system import System, cut_otherwise, judge, of_the_same_people, system_of
from anonymizer.red_team.open_release import Published

__all__ = ["attack", "systems"]

NAME: Final = "overlaps"


def attack(releases: Sequence[Published]) -> Findings:
    """What follows from two divisions together that each of them hides."""
    for system in systems(releases):
        yield from judge(NAME, system)


def systems(releases: Sequence[Published]) -> Iterator[System]:
    """Releases of the same people that divide them otherwise, one system each."""
    for group in of_the_same_people(releases):
        if cut_otherwise(group):
            yield system_of(group)
