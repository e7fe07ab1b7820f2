"""What is guarded in a system: its unsafe unknowns, and what must stay possible for each and for what is hidden beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from anonymizer.policy import Possible
from anonymizer.primary import Guarded, Primary, Reason
from anonymizer.suppression.equations import Flags, Numbers, System

__all__ = ["Guards", "guard"]

Key = TypeVar("Key")


@dataclass(frozen=True, eq=False)
class Guards:
    """What is asked of `unsafe` unknowns; `persons` are the true numbers of all; `zero` is as many as a hidden zero must be
    able to hold, by unknown; `structural` are zeros that everybody knows; `primaries` are what is unsafe by table."""

    primaries: tuple[Primary, ...]
    unsafe: Mapping[int, Guarded]
    persons: Numbers
    zero: Numbers
    structural: Flags

    def of(self, unknown: int) -> Guarded:
        """What is asked for an unsafe unknown, or for another that is hidden: of a safe cell, that it is not known exactly."""
        if unknown in self.unsafe:
            return self.unsafe[unknown]
        if persons := int(self.persons[unknown]):
            return Guarded(persons, Reason.FOR_OTHERS, (persons, persons + 1), (Possible(persons + 1, None),))
        most = int(self.zero[unknown])
        return Guarded(0, Reason.HIDDEN_ZERO, (0, most), (Possible(most, None),))


def guard(system: System, primaries: Sequence[Primary]) -> tuple[System, Guards]:
    """What is guarded, given what is unsafe in each table; and the system with an unknown for each rest that is."""
    unsafe: dict[int, Guarded] = {}
    rests: dict[tuple[int, int], Guarded] = {}
    zero, structural = np.zeros(system.size, np.int64), np.zeros(system.size, bool)
    for table, primary in zip(system.counted, primaries, strict=True):
        unknowns = system.numbers(table).ravel()
        np.maximum.at(zero, unknowns, primary.rules.small_interval[:, 1])
        structural[unknowns] |= primary.rules.structural
        for cell in np.flatnonzero(primary.unsafe).tolist():
            _ask(unsafe, int(unknowns[cell]), primary.guarded(cell))
        for rest in primary.rests():
            _ask(rests, (int(unknowns[rest.cell]), int(unknowns[rest.total])), rest.guarded)
    structural[system.given_away] |= system.persons[system.given_away] == 0
    pairs = np.array(list(rests), np.int64).reshape(-1, 2)
    unsafe |= {system.size + at: guarded for at, guarded in enumerate(rests.values())}
    pad = np.zeros(len(pairs), np.int64)
    whole = system.with_rests(pairs[:, 0], pairs[:, 1]) if len(pairs) else system
    structural = np.concatenate([structural, pad.astype(bool)])
    return whole, Guards(tuple(primaries), unsafe, whole.persons, np.concatenate([zero, pad]), structural)


def _ask(asked: dict[Key, Guarded], of: Key, guarded: Guarded) -> None:
    asked[of] = asked[of] | guarded if of in asked else guarded
