"""Complementary suppression: hide cells until everything that must stay possible has been shown to be possible.

Unsafe cells are taken from the totals downwards. For each goal that no move found so far meets, the cheapest move that
meets it is looked for, in ever wider scopes, and the cells that it moves are hidden. Then moves that others make needless
are dropped, and cells that no kept move uses are published again. At last the zeros that are still hidden get goals of
their own: a zero that could not be as many as an unsafe cell would be known for a zero, and hide nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anonymizer.policy import Policy, Possible
from anonymizer.primary import primary_of
from anonymizer.published import Standing
from anonymizer.suppression.equations import Flags, Numbers, System
from anonymizer.suppression.guards import Guards, guard
from anonymizer.suppression.moves import Goals, Move
from anonymizer.suppression.parts import Part, divide, search_parts
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.scopes import scopes_around
from anonymizer.suppression.search import Search, in_order
from anonymizer.suppression.unprotected import impossible

__all__ = ["Change", "Progress", "Suppression", "suppress"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Change:
    """How an alternative table differs from the true one: unknowns by number, and persons more or less."""

    cells: Numbers
    persons: Numbers


@dataclass(frozen=True, eq=False)
class Suppression:
    """The hidden cells of a system, the unsafe among them, and the alternatives that answer for those."""

    hidden: Flags
    unsafe: Flags
    alternatives: tuple[Change, ...]


def suppress(
    system: System,
    policy: Policy,
    progress: Progress | None = None,
    *,
    standing: Standing | None = None,
    processes: int = 0,
) -> Suppression:
    """Hide what must be hidden; raises `ProtectionImpossible` or `ReleasedOtherwise`.

    What was shown before, as `standing` says, stays shown, and what was hidden stays hidden. `progress` is told how many
    goals are met, and of how many.
    `processes` 0 takes as many as there are processors. Their number does not change what is hidden.
    """
    system, guards = guard(system, primary_of(system.counted, policy))
    pattern = Pattern(system, guards, standing)
    search = Search(system, pattern, Goals(system, guards, pattern.unsafe))
    limits = _Limits(guards, all(policy.for_table(table.name).hide_grand_total for table in system.counted), processes)
    for _ in _protect(search, limits):
        _tell(progress, search)
    search.keep(_needed(search.moves, search.goals, pattern))
    while len(zeros := _unasked_zeros(search)):
        search.ask(zeros)
        for _ in _protect(search, limits):
            _tell(progress, search)
    cells = slice(system.cells)
    return Suppression(pattern.hidden[cells], pattern.unsafe[cells], _alternatives(search.moves, search.goals, system.cells))


@dataclass(frozen=True, eq=False)
class _Limits:
    """What is guarded, whether the grand total may be hidden to that end, and by how many processes."""

    guards: Guards
    grand_total: bool
    processes: int


def _unasked_zeros(search: Search) -> Numbers:
    """Zeros that are hidden, and that nothing was asked for yet; what is found for them may hide others."""
    zeros = np.flatnonzero(search.pattern.hidden & (search.system.persons == 0))
    return zeros[[zero not in search.goals.wanted for zero in zeros.tolist()]]


def _protect(search: Search, limits: _Limits) -> Iterator[None]:
    """Find moves for all open goals, first of what lies above the parts; raises `ProtectionImpossible`.

    What is not found in the parts along one dimension is looked for in those along another, and then anywhere.
    """
    below = {cell for part in divide(search.system, search.goals.open) for cell in part.cells}
    above = search.goals.open.keys() - below
    yield from _protect_in_parts(search, divide(search.system, above, rank=1), limits.processes)
    failed: list[int] = []
    yield from _protect_anywhere(search, above & search.goals.open.keys(), limits, failed)
    for rank in (0, 1):
        yield from _protect_in_parts(search, divide(search.system, search.goals.open, rank), limits.processes)
    yield from _protect_anywhere(search, search.goals.open.keys() - set(failed), limits, failed)
    if failed:
        raise impossible(search.system, limits.guards, failed, grand_total=limits.grand_total)


def _protect_in_parts(search: Search, parts: Sequence[Part], processes: int) -> Iterator[None]:
    for moves in search_parts(search, parts, processes):
        for move in moves:
            search.take(move)
        yield


def _protect_anywhere(search: Search, cells: Iterable[int], limits: _Limits, failed: list[int]) -> Iterator[None]:
    """Protect cells one by one, in the whole system if need be; those that cannot be are added to `failed`."""
    system = search.system
    for cell in in_order(system, cells):
        if not search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=limits.grand_total)):
            failed.append(cell)
        yield


def _tell(progress: Progress | None, search: Search) -> None:
    if progress:
        progress(search.goals.number - search.goals.remaining, search.goals.number)


def _needed(moves: list[Move], goals: Goals, pattern: Pattern) -> list[Move]:
    """Drop moves whose goals are all met by others, those that hide the most first."""
    meets = [{(cell, goal) for cell, goal, _ in goals.met_by(move)} for move in moves]
    answers: dict[tuple[int, Possible], int] = {}
    for met in meets:
        for goal in met:
            answers[goal] = answers.get(goal, 0) + 1
    costs = [float(np.sum(pattern.cost[move.cells[~pattern.first[move.cells]]])) for move in moves]
    kept = set(range(len(moves)))
    for at in sorted(kept, key=lambda at: (-costs[at], at)):
        if all(answers[goal] > 1 for goal in meets[at]):
            kept.remove(at)
            for goal in meets[at]:
                answers[goal] -= 1
    return [moves[at] for at in sorted(kept)]


def _alternatives(moves: list[Move], goals: Goals, cells: int) -> tuple[Change, ...]:
    """One alternative for each goal, taken from the first move that meets it; most serve many goals.

    Said is what becomes of the system's first unknowns, which are its `cells`: what becomes of rests follows.
    """
    answered: set[tuple[int, Possible]] = set()
    alternatives = []
    for move in moves:
        multiples = set()
        for cell, goal, multiple in goals.met_by(move):
            if (cell, goal) not in answered:
                answered.add((cell, goal))
                multiples.add(multiple)
        own = move.cells < cells
        alternatives += [Change(move.cells[own], move.step[own] * multiple) for multiple in sorted(multiples)]
    return tuple(alternatives)
