"""Complementary suppression: hide cells until everything that must stay possible has been shown to be possible.

Unsafe cells are taken from the totals downwards. For each goal that no move found so far meets, the cheapest move that
meets it is looked for, in ever wider scopes, and the cells that it moves are hidden. Then moves that others make needless
are dropped, and cells that no kept move uses, or that can be done without, are published again. The same is done once more for
those who know cells of their own. At last the zeros that are
still hidden get goals of their own: a zero that could not be as many as an unsafe cell would be known for a zero, and hide
nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymizer.policy import Policy
from anonymizer.primary import primary_of
from anonymizer.published import Identity, Promised, Standing
from anonymizer.suppression.again import hide_less
from anonymizer.suppression.answers import Answers, alternatives
from anonymizer.suppression.anywhere import SearchAnywhere
from anonymizer.suppression.checkpoint import Checkpoint, Kept, Piece
from anonymizer.suppression.equations import Flags, Numbers, System
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.guards import Guards, guard
from anonymizer.suppression.layers import layers_of
from anonymizer.suppression.moves import Move
from anonymizer.suppression.own_knowledge import OwnKnowledge
from anonymizer.suppression.parts import Part, apart, divide, search_parts
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.prune import prune
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
    time: str | None = None,
    processes: int = 0,
    kept: Kept | None = None,
    promised: Promised | None = None,
    hidden_before: Collection[Identity] = (),
) -> Suppression:
    """Hide what must be hidden; raises `ProtectionImpossible` or `ReleasedOtherwise`.

    What was shown before, as `standing` says, stays shown, and what was hidden stays hidden. Where that is all but the total of
    the dimension `time`, a period is searched beside its parts. `progress` is told how many
    goals are met, and of how many.
    `processes` 0 takes as many as there are processors. Their number does not change what is hidden. Where pieces of the same
    search are `kept`, it goes on from those. What is `promised` of cells that stand is kept. What earlier weeks of the same
    month hid, `hidden_before`, is hidden rather than other cells.
    """
    system, guards = guard(system, primary_of(system.counted, policy))
    pattern = Pattern(system, guards, standing, hidden_before)
    if time is not None:
        system = replace(system, layers=layers_of(system, pattern.hidden, time))
    search = SearchAnywhere(system, pattern, Goals(system, guards, pattern.guarded))
    grand_total = all(policy.for_table(table.name).hide_grand_total for table in system.counted)
    together = _together(system, pattern, policy, promised or {})
    checkpoint = Checkpoint(search, kept, together, grand_total=grand_total)
    limits = _Limits(guards, grand_total, checkpoint, processes)
    for _ in _protect(search, limits):
        _tell(progress, search)
    _do_without(search, limits)
    if np.any(together):
        search.goals.mind(OwnKnowledge(system, together), search.moves)
        for _ in _protect_from_knowers(search, limits):
            _tell(progress, search)
        _do_without(search, limits)
    hide_less(search)
    while len(cells := _unasked(search)):
        search.ask(cells)
        for _ in _protect_others(search, limits):
            _tell(progress, search)
    return Suppression(
        pattern.hidden[: system.cells],
        pattern.unsafe[: system.cells],
        tuple(_change(move, multiple, system.cells) for move, multiple in alternatives(search.goals, search.moves)),
    )


def _together(system: System, pattern: Pattern, policy: Policy, promised: Promised) -> Numbers:
    """For each unknown that is guarded, how many together must learn nothing of it from what they know; 0 for the others."""
    together = np.full(system.size, policy.own_knowledge)
    for unknown in range(system.cells) if promised else ():
        together[unknown] = max(policy.own_knowledge, promised.get(system.identity(unknown), 0))
    return np.where(pattern.guarded, together, 0)


@dataclass(frozen=True, eq=False)
class _Limits:
    """What is guarded, whether the grand total may be hidden to that end, what was found before, and by how many processes."""

    guards: Guards
    grand_total: bool
    checkpoint: Checkpoint
    processes: int


def _unasked(search: Search) -> Numbers:
    """Hidden cells of which nothing was asked yet, though nothing else answers for them; what is found may hide others.

    Those are zeros, and what was hidden before and no move changes: everybody could work it out of what is shown now.
    """
    pattern, system = search.pattern, search.system
    moved, asked = np.zeros((2, system.size), bool)
    for move in search.moves:
        moved[move.cells] = True
    asked[list(search.goals.wanted)] = asked[system.given_away] = True
    return np.flatnonzero(pattern.hidden & ~asked & ((system.persons == 0) | ~moved))


def _protect(search: Search, limits: _Limits) -> Iterator[None]:
    """Find moves for all open goals, first of what lies above the parts; raises `ProtectionImpossible`.

    What is not found in the parts along one dimension is looked for in those along another, then among all hidden cells, and
    at last anywhere.
    """
    below = {cell for part in divide(search.system, search.goals.open) for cell in part.cells}
    above = search.goals.open.keys() - below
    yield from _protect_in_parts(search, divide(search.system, above, rank=1), limits)
    failed: list[int] = []
    yield from _protect_anywhere(search, above & search.goals.open.keys(), limits, failed)
    for rank in (0, 1):
        yield from _protect_in_parts(search, divide(search.system, search.goals.open, rank, siblings=rank == 0), limits)
    yield from _protect_hidden(search, limits, failed)


def _protect_hidden(search: Search, limits: _Limits, failed: Sequence[int] = ()) -> Iterator[None]:
    """Find moves for all open goals, of hidden cells alone if possible, but those that `failed` already.

    Raises `ProtectionImpossible`.
    """
    failing = list(failed)
    yield from _protect_near(search, limits, failing)
    if failing:
        raise impossible(search.system, limits.guards, failing, grand_total=limits.grand_total)


def _protect_others(search: Search, limits: _Limits) -> Iterator[None]:
    """Likewise for what is hidden beside unsafe cells: a safe one that cannot be fewer may be more."""
    failing: list[int] = []
    yield from _protect_near(search, limits, failing)
    search.goals.turn(cell for cell in failing if search.system.persons[cell])
    yield from _protect_hidden(search, limits, [cell for cell in failing if not search.system.persons[cell]])


def _protect_near(search: Search, limits: _Limits, failing: list[int]) -> Iterator[None]:
    yield from _protect_in_parts(search, apart(search.system, search.goals.open.keys() - set(failing)), limits)
    yield from _protect_anywhere(search, search.goals.open.keys() - set(failing), limits, failing)


def _protect_from_knowers(search: Search, limits: _Limits) -> Iterator[None]:
    """Find moves for what is not shown yet to those who know something; raises `ProtectionImpossible`.

    One by one and not in parts, so that each sees what was hidden for the others: they want the same few cells more, and parts
    side by side hid a sixth more of those.
    """
    failed: list[int] = []
    yield from _protect_anywhere(search, list(search.goals.open), limits, failed)
    if failed:
        raise impossible(search.system, limits.guards, failed, grand_total=limits.grand_total, knowers=True)


def _protect_in_parts(search: Search, parts: Sequence[Part], limits: _Limits) -> Iterator[None]:
    for piece in search_parts(search, parts, limits.checkpoint, limits.processes):
        search.take(piece.moves)
        yield


def _protect_anywhere(search: Search, cells: Iterable[int], limits: _Limits, failed: list[int]) -> Iterator[None]:
    """Protect cells one by one, in the whole system if need be; those that cannot be are added to `failed`."""
    system, checkpoint = search.system, limits.checkpoint
    for cell in in_order(system, cells):
        if cell not in search.goals.open:  # what was found for others met its goals
            continue
        before = len(search.moves)
        if (piece := checkpoint.recall()) is not None:
            search.take(piece.moves)
        else:
            search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=limits.grand_total))
            checkpoint.keep(Piece(search.moves[before:]))
        if cell in search.goals.open:
            failed.append(cell)
        yield


def _tell(progress: Progress | None, search: Search) -> None:
    if progress:
        progress(search.goals.number - search.goals.remaining, search.goals.number)


def _do_without(search: Search, limits: _Limits) -> None:
    """Publish again what no move needs that others could not take the place of."""
    answers = Answers(search.goals, search.moves)
    answers.drop_needless(search.pattern)
    search.keep([*answers.moves.values()])
    prune(search, limits.checkpoint, limits.processes)


def _change(move: Move, multiple: int, cells: int) -> Change:
    """What becomes of the system's first unknowns, which are its `cells`: what becomes of rests follows."""
    own = move.cells < cells
    return Change(move.cells[own], move.step[own] * multiple)
