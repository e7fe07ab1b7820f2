"""Coarser codes, proposed where too much would be lost, each with what it would lose then. For inside only.

Proposals are built step by step. In each round every dimension is tried with one step more, and the step is kept that shows
most persons for what it gives up in cells, until the loss is within the limit. Each is protected as it would be, without the
proof: what is hidden is the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import log
from pathlib import Path

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.errors import PolicyUnfit, ProtectionImpossible
from anonymizer.inside.candidates import Steps, candidates
from anonymizer.loss import Loss, losses
from anonymizer.policy import Policy
from anonymizer.protect import draft_tables
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.code_map import CodeMap, code_map_of
from anonymizer.tool.protect_file import Step, rules_for
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_tables

__all__ = ["Limit", "Proposal", "Source", "code_maps", "propose"]


@dataclass(frozen=True)
class Limit:
    """How much of a level may be hidden at most: shares, from 0 to 1, of its persons and of its cells that hold any."""

    persons: float = 1.0
    cells: float = 1.0


@dataclass(frozen=True)
class Proposal:
    """Steps towards coarser codes, and what would be lost at each level; `refused` says why the policy cannot be met so."""

    steps: Steps
    losses: tuple[Loss, ...] = ()
    refused: str = ""

    @property
    def cells(self) -> int:
        """How many cells there are at all levels: what coarser codes give up."""
        return sum(each.every for each in self.losses)

    @property
    def persons_hidden(self) -> float:
        """The share of persons that is hidden at the level where it is largest."""
        return max((each.share for each in self.losses), default=1.0)

    @property
    def cells_hidden(self) -> float:
        """The share of the cells with persons that is hidden, at the level where it is largest."""
        return max(((each.unsafe + each.beside) / each.cells for each in self.losses if each.cells), default=1.0)

    def within(self, limit: Limit) -> bool:
        """Whether no level loses more than the limit."""
        return not self.refused and self.persons_hidden <= limit.persons and self.cells_hidden <= limit.cells


@dataclass(frozen=True)
class Source:
    """A file and how it is read: as for `protect_file`."""

    table: Path
    hierarchies: Mapping[str, Path]
    count: str | None = None
    contributors: str | None = None
    contributor: str | None = None
    tables: Sequence[Choice] = ()

    def read(self, steps: Steps = ()) -> list[CountedTable]:
        """Its tables with codes made coarser by some steps."""
        return read_tables(
            self.table,
            {name: read_hierarchy(name, path) for name, path in self.hierarchies.items()},
            self.tables,
            count=self.count,
            contributors=self.contributors,
            contributor=self.contributor,
            coarser=steps,
        )


def propose(
    source: Source, policy: Policy, limit: Limit, *, ordered: Iterable[str] = (), step: Step | None = None
) -> Iterator[Proposal]:
    """What would be lost with the codes as they are, and then with coarser ones, until the limit is kept or no step is left.

    `ordered` names dimensions whose codes have an order, to be top-coded. Raises what reading raises, and `PolicyUnfit`.
    """
    tell = step or (lambda _what, _done, _of: None)
    rules = rules_for(policy, contributors=source.contributors, contributor=source.contributor)
    in_order = frozenset(ordered)
    counted = source.read()
    best = _tried(counted, rules, ())
    yield best
    while not best.within(limit):
        tried = []
        possible = list(_next_steps(counted, in_order))
        for at, more in enumerate(possible):
            tell(f"trying coarser codes, step {len(best.steps) + 1}", at, len(possible))
            tried.append(_tried(source.read(best.steps + more), rules, best.steps + more))
            yield tried[-1]
        if not tried:
            return
        best = max(tried, key=lambda one: (one.within(limit), _worth(best, one)))
        counted = source.read(best.steps)


def code_maps(source: Source, proposal: Proposal) -> list[CodeMap]:
    """What a proposal makes of the codes of each dimension, to be written to a file and given to `protect`."""
    found = []
    for name, before in _dimensions(source.read()).items():
        if steps := [each for each in proposal.steps if each.dimension == name]:
            first, *rest = steps
            coarser = reduce(lambda so_far, more: more.of(so_far.dimension).after(so_far), rest, first.of(before))
            found.append(code_map_of(before, coarser))
    return found


def _dimensions(counted: Sequence[CountedTable]) -> Mapping[str, Dimension]:
    return finest(each for table in counted for each in table.dimensions)


def _next_steps(counted: Sequence[CountedTable], ordered: frozenset[str]) -> Iterator[Steps]:
    for name, dimension in _dimensions(counted).items():
        table = next(table for table in counted if dimension in table.dimensions)
        axis = table.dimensions.index(dimension)
        total = (TOTAL,) * len(table.dimensions)
        persons = {code: table.count((*total[:axis], code, *total[axis + 1 :])).persons for code in dimension.parents}
        yield from candidates(dimension, persons, ordered=name in ordered)


def _tried(counted: Sequence[CountedTable], rules: Policy, steps: Steps) -> Proposal:
    """What comes of some steps. That a rule is for a code that was merged away is an outcome too."""
    try:
        return Proposal(steps, tuple(losses(counted, draft_tables(counted, rules), rules)))
    except ProtectionImpossible as problem:
        return Proposal(steps, refused=problem.what)
    except PolicyUnfit as problem:
        if not steps:
            raise
        return Proposal(steps, refused=problem.what)


def _worth(before: Proposal, after: Proposal) -> float:
    """By how much less is hidden, for each halving of the number of cells; nothing where the policy cannot be met."""
    if after.refused or not after.cells:
        return float("-inf")
    hidden = before.persons_hidden - after.persons_hidden + before.cells_hidden - after.cells_hidden
    if before.refused:
        return hidden
    return hidden / log(max(before.cells / after.cells, 1.01))
