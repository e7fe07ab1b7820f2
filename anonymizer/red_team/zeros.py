"""Attack 4: believe that zeros are always printed.

If they were, every suppressed cell would hold somebody, and that alone gives many of them away. One release in which the
belief contradicts the numbers refutes it for all. What many releases did not refute an attacker has every reason to hold; a few
say nothing, since most weeks could have come about either way.
"""

from collections.abc import Sequence
from typing import Final

from anonymizer.attacker import Attacker
from anonymizer.errors import TablesContradict
from anonymizer.red_team.finding import Findings
from anonymizer.red_team.one_system import judge, of_the_same_people, system_of
from anonymizer.red_team.open_release import Published

__all__ = ["attack", "is_refuted"]

NAME: Final = "zeros"
ENOUGH: Final = 20  # releases, each of other people, that do not refute it


def attack(releases: Sequence[Published]) -> Findings:
    """What somebody learns who believes that no suppressed cell is a zero; nothing where it was not tried, or refuted."""
    tried = [group[-1] for group in of_the_same_people(releases)]
    if len(tried) < ENOUGH or any(map(is_refuted, tried)):
        return
    for release in tried:
        yield from judge(NAME, system_of([release]), zeros_visible=True)


def is_refuted(release: Published) -> bool:
    """Whether the numbers of a release contradict whoever believes it."""
    try:
        Attacker(release.tables, zeros_visible=True).check()
    except TablesContradict:
        return True
    return False
