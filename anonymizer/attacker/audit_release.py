"""Whether published tables keep a policy, judged from nothing but themselves: by anybody, without the truth.

From outside no unsafe cell can be told from one hidden for its sake, so every suppressed cell is judged as if it might be
one. A cell breaks the policy

- when its number can be worked out exactly, or
- when it is known to be under the threshold, and some number from 1 to threshold-1 (or of whatever interval the policy states)
  is known not to be it.

A cell that may be at the threshold or above is not known to be small, even where the attacker can rule out that it is 1:
that tells of it only that it was hidden for the sake of others. What a cell rests on in reports is not published, and so
cannot be judged here; that is for `prove.py`.

Which numbers those are, and the threshold, may differ from cell to cell (`Limits`). What the policy declares to be zero the
attacker knows for zero. Numbers that are published against the policy, and what they leave of their totals, are judged in
`audit_published.py`.

Judged are tables that were found and checked in whole numbers. Where none was found a cell is judged broken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anonymizer.attacker.attack import NOTHING, Attacker, Interval
from anonymizer.attacker.audit_published import published_offences
from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.joint_program import Flags
from anonymizer.attacker.limits import Limits, limits_of, structural_zeros
from anonymizer.attacker.unknowns import Whole
from anonymizer.outside import Outside, given_away
from anonymizer.policy import Policy
from anonymizer.published import Identity, Key, PublishedTable, Standing

__all__ = ["Audit", "Offence", "audit"]


@dataclass(frozen=True)
class Offence:
    """A cell that can be known too well, with the interval that it can be bounded to, or the rest of its total."""

    table: str
    key: Key
    interval: Interval = field(repr=False)


@dataclass(frozen=True)
class Audit:
    """What an outsider finds: how many suppressed cells there are, and which cells break the policy, published ones too.

    `narrowest` is the narrowest interval that tables were found to leave any cell that may be under the threshold: each such
    cell can be bounded at most so far. None where there is no such cell.
    """

    suppressed: int
    offences: tuple[Offence, ...]
    narrowest: tuple[int, int] | None

    @property
    def passed(self) -> bool:
        """Whether no cell breaks the policy."""
        return not self.offences


def audit(
    tables: Sequence[PublishedTable],
    policy: Policy,
    *,
    zeros_visible: bool = False,
    known: Mapping[Identity, int] = NOTHING,
    standing: Standing = NOTHING,
    outside: Outside = (),
) -> Audit:
    """Judge all cells of some tables but suppressed ones that everybody knows; raises `TablesContradict`.

    Those are the cells `known` from elsewhere, declared zero, or given away by `outside` totals. What was published before,
    as `standing` says, is not judged for being published.
    """
    given = structural_zeros(tables, policy) | dict(known)
    attacker = Attacker(tables, zeros_visible=zeros_visible, known=given, outside=outside)
    limits = limits_of(attacker.unknowns, tables, policy)
    own = {attacker.unknowns.number(name) for name in (*given, *given_away(outside))}
    hidden = [(table, key, number) for table, key, number in attacker.unknowns.hidden() if number not in own]
    numbers = np.unique(np.array([number for _, _, number in hidden], np.int64))
    broken = set(_broken(attacker, numbers, limits).tolist())
    offences = [Offence(table.name, key, attacker.interval_of(number)) for table, key, number in hidden if number in broken]
    told = published_offences(attacker, tables, limits, policy, standing)
    offences += [Offence(name, key, Interval(*ends)) for name, key, ends in told]
    return Audit(len(hidden), tuple(offences), _narrowest(attacker, numbers, limits))


def _broken(attacker: Attacker, numbers: Whole, limits: Limits) -> Whole:
    """The cells among these of which no tables were found that keep the policy: first for many, then for each left."""
    for down, up, singly in ((False, -1, False), (True, 0, False), (True, -1, True)):
        left = numbers[~_kept(attacker, numbers, limits)]
        high = limits.threshold[left] if up == 0 else limits.high[left]
        attacker.search(left, limits.low[left] if down else np.full(len(left), FAR), high, singly=singly)
    for step in (1, -1):  # large cells of which only one value was found yet
        left = numbers[~_kept(attacker, numbers, limits)]
        least, most = attacker.shown(left)
        attacker.search(left, np.where(step < 0, least - 1, FAR), np.where(step > 0, most + 1, -FAR))
    left = numbers[~_kept(attacker, numbers, limits)]
    for number in left.tolist():  # what is found here is taken in as well
        first, last = (of.item() for of in attacker.shown(np.array([number])))
        if not attacker.settle(number, None, int(limits.threshold[number])):
            attacker.settle(number, int(limits.low[number]), int(limits.high[number]))
        if first == last and not attacker.settle(number, None, last + 1):
            attacker.settle(number, first - 1, last)
    return left[~_kept(attacker, left, limits)]


def _kept(attacker: Attacker, numbers: Whole, limits: Limits) -> Flags:
    """Whether the tables found so far show that a cell is neither known exactly nor known to be small too well."""
    least, most = attacker.shown(numbers)
    covered: Flags = (least <= limits.low[numbers]) & (most >= limits.high[numbers])
    return (least < most) & ((most >= limits.threshold[numbers]) | covered)


def _narrowest(attacker: Attacker, numbers: Whole, limits: Limits) -> tuple[int, int] | None:
    least, most = attacker.shown(numbers)
    small = np.flatnonzero(least < limits.threshold[numbers])
    if not len(small):
        return None
    at = small[np.argmin(most[small] - least[small])]
    return int(least[at]), int(most[at])
