"""Attack 3: know one's own report.

Whoever is the only one to report in a cell knows its number, and so do those who put their heads together where they are the
only ones. What they know is given (`known`: cells and their numbers); they look for what the cells of others hold.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from anonymizer.published import Identity
from anonymizer.red_team.finding import Findings
from anonymizer.red_team.one_system import judge, system_of
from anonymizer.red_team.open_release import Published

__all__ = ["attack"]

NAME: Final = "collusion"


def attack(releases: Sequence[Published], known: Mapping[Identity, int]) -> Findings:
    """What those who know these cells learn of others, from the releases of the same people."""
    yield from judge(NAME, system_of(releases, known))
