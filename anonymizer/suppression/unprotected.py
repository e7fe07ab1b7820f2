"""What to say when some cells cannot be hidden well enough: which they are, and what would help."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from anonymizer.errors import ProtectionImpossible
from anonymizer.primary import Reason
from anonymizer.suppression.equations import System
from anonymizer.suppression.guards import Guards

__all__ = ["impossible"]

HELPS: Final[Mapping[Reason, str]] = {
    Reason.FEW_PERSONS: "lower the threshold or state a shorter interval",
    Reason.FEW_CONTRIBUTORS: "ask for fewer contributors or raise group_low",
    Reason.DOMINATED: "relax dominance",
    Reason.SMALL_REST: "do without complements",
    Reason.WHOLE_GROUP: "merge the sensitive category with others, or do without its group",
    Reason.HIDDEN_ZERO: "lower the threshold or state a shorter interval",
}


def impossible(
    system: System, guards: Guards, unknowns: Sequence[int], *, grand_total: bool, knowers: bool = False
) -> ProtectionImpossible:
    """The refusal for unknowns that found no protection, all in one. Its text counts them by level and names no cell.

    `knowers` says that they are protected from everybody else, and not from those who know cells of their own.
    """
    levels = Counter(system.describe(unknown) for unknown in unknowns)
    [table, *_] = [table for table, _ in levels]
    reasons = list(dict.fromkeys(guards.of(unknown).reason for unknown in unknowns))
    ways = list(dict.fromkeys(HELPS[reason] for reason in reasons))
    deepest = max((level for _, level in levels), key=lambda level: level.count(" x "))
    ways.append(f"give coarser codes of {deepest}; leave one of these out")
    if knowers:
        ways.insert(0, "ask for less own_knowledge")
    if not grand_total:
        ways.insert(0, "allow hide_grand_total")
    return ProtectionImpossible(
        table=table,
        cells=" and ".join(f"{number} by {level}" for (_, level), number in levels.items()),
        help="; ".join(ways),
        unprotected=tuple((system.identity(unknown), str(guards.of(unknown).reason)) for unknown in unknowns),
    )
