"""Why a cell is suppressed, and what publishing it would give away. For inside only: it tells which cells are unsafe."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.policy import Policy
from anonymizer.published import Identity, PublishedTable

__all__ = ["Explanation", "Reason", "explain"]


class Reason(StrEnum):
    """Why a cell is not published."""

    FEW_PERSONS = "fewer persons than the threshold"
    FEW_CONTRIBUTORS = "fewer contributors than the policy asks for"
    FOR_OTHERS = "hidden for the sake of others"
    NOT_HIDDEN = "it is published"


@dataclass(frozen=True)
class Explanation:
    """Why a cell is suppressed; `betrayed` are the unsafe cells that would be bounded too tightly if it were published.

    Of a cell hidden for others that betrays none by itself, only all of them together protect: others stand in for it.
    """

    reason: Reason
    betrayed: tuple[Identity, ...] = ()


def explain(
    counted: Sequence[CountedTable], published: Sequence[PublishedTable], policy: Policy, cell: Identity
) -> Explanation:
    """Explain one cell of some protected tables, given what they count; raises `KeyError` for a cell that is not in them."""
    counts: dict[Identity, Count] = {}
    shown: dict[Identity, bool] = {}
    for truth, table in zip(counted, published, strict=True):
        for key, number in table.cells.items():
            name = identity(table.dimensions, key)
            counts[name], shown[name] = truth.count(key), number is not None
    if shown[cell]:
        return Explanation(Reason.NOT_HIDDEN)
    count = counts[cell]
    wanted = {
        name: policy.required_interval(other)
        for name, other in counts.items()
        if name != cell and not shown[name] and policy.is_unsafe(other)
    }
    betrayed = tuple(Attacker(published, known={cell: count.persons}).out_of_reach(wanted))
    if 0 < count.persons < policy.threshold:
        return Explanation(Reason.FEW_PERSONS, betrayed)
    return Explanation(Reason.FEW_CONTRIBUTORS if policy.is_unsafe(count) else Reason.FOR_OTHERS, betrayed)
