"""Attack 6: add what others publish of the same people.

A partner, a ministry, a camp's own register: their totals are further equations (`known`: cells and their numbers). Where one
differs from what is published here, that is told too: the two counted otherwise, and nothing can be concluded.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from anonymizer.published import Identity
from anonymizer.red_team.finding import Findings
from anonymizer.red_team.one_system import judge, system_of
from anonymizer.red_team.open_release import Published

__all__ = ["attack"]

NAME: Final = "outside totals"


def attack(releases: Sequence[Published], known: Mapping[Identity, int]) -> Findings:
    """What releases of the same people give away to whoever has these totals beside them."""
    yield from judge(NAME, system_of(releases, known))
