"""Why a cell is suppressed, and what publishing it would give away. For inside only: it tells which cells are unsafe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from anonymizer.attacker import Attacker, Interval, identity
from anonymizer.counted_week import CountedTable
from anonymizer.outside import Outside, given_away
from anonymizer.policy import Policy
from anonymizer.primary import Guarded, Reason, primary_of
from anonymizer.published import Identity, PublishedTable

__all__ = ["Explanation", "Reason", "explain", "reasons"]


@dataclass(frozen=True)
class Explanation:
    """Why a cell is suppressed, and what the release leaves open of it.

    `betrayed` are the unsafe cells and hidden zeros that would be bounded too tightly if it were published. Of a cell hidden
    for others that betrays none by itself, only all of them together protect: others stand in for it. `rests` are what could
    then be subtracted: a cell, and the total of which too few, or nobody, would be left without it.
    """

    reason: Reason
    interval: Interval
    betrayed: tuple[Identity, ...] = ()
    rests: tuple[tuple[Identity, Identity], ...] = ()


def reasons(counted: Sequence[CountedTable], published: Sequence[PublishedTable], policy: Policy) -> dict[Identity, Reason]:
    """Why each cell that is not published is not, in order of the tables."""
    found = _Cells(counted, published, policy)
    return {name: found.reason(name) for name, number in found.shown.items() if number is None}


def explain(
    counted: Sequence[CountedTable],
    published: Sequence[PublishedTable],
    policy: Policy,
    cell: Identity,
    *,
    outside: Outside = (),
) -> Explanation:
    """Explain one cell of some protected tables, given what they count; raises `KeyError` for a cell that is not in them.

    `outside` are totals that others publish: whoever attacks knows them, and what they give away by themselves nobody keeps.
    """
    found = _Cells(counted, published, policy)
    number = found.shown[cell]
    if number is not None:
        return Explanation(Reason.NOT_HIDDEN, Interval(number, number))
    told_already = given_away(outside).keys() | {cell}
    hidden = {name: asked for name, asked in found.guarded.items() if found.shown[name] is None}
    wanted = {name: asked.interval for name, asked in hidden.items() if name not in told_already}
    betrayed = Attacker(published, known={cell: found.persons[cell]}, outside=outside).out_of_reach(wanted)
    told = [pair for pair in found.rests if cell in pair and all(found.shown[name] is not None for name in {*pair} - {cell})]
    return Explanation(found.reason(cell), Attacker(published, outside=outside).interval(cell), tuple(betrayed), tuple(told))


class _Cells:
    """The cells of some tables by what they are: counted, published, guarded, and those beside which a rest is guarded."""

    def __init__(self, counted: Sequence[CountedTable], published: Sequence[PublishedTable], policy: Policy) -> None:
        self.persons: dict[Identity, int] = {}
        self.shown: dict[Identity, int | None] = {}
        self.guarded: dict[Identity, Guarded] = {}
        self.rests: dict[tuple[Identity, Identity], Reason] = {}
        for table, primary in zip(published, primary_of(counted, policy), strict=True):
            names = [identity(table.dimensions, key) for key in product(*(along.parents for along in table.dimensions))]
            self.persons |= dict(zip(names, primary.persons.tolist(), strict=True))
            self.shown |= _shown(names, table)
            for at, name in enumerate(names):
                if primary.unsafe[at] or (primary.persons[at] == 0 and self.shown[name] is None):
                    asked = primary.guarded(at)
                    self.guarded[name] = self.guarded[name] | asked if name in self.guarded else asked
            for rest in primary.rests():
                self.rests[names[rest.cell], names[rest.total]] = rest.guarded.reason

    def reason(self, name: Identity) -> Reason:
        own = self.guarded.get(name)
        if own is not None and own.reason is not Reason.HIDDEN_ZERO:
            return own.reason
        beside = (reason for pair, reason in self.rests.items() if name in pair)
        return next(beside, Reason.FOR_OTHERS if own is None else own.reason)


def _shown(names: Sequence[Identity], table: PublishedTable) -> Mapping[Identity, int | None]:
    values = (table.cells[key] for key in product(*(along.parents for along in table.dimensions)))
    return dict(zip(names, values, strict=True))
