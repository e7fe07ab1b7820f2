"""Records that several persons always share: k-anonymous, and diverse in what is sensitive.

Of all full-domain generalisations that leave few enough records over, the one that gives up least is taken (Samarati 2001;
LeFevre and others 2005 for the walk: what fails cannot succeed when it is made finer). Records left over are shown with every
quasi-identifier at its total where they are many and diverse enough together, and not at all where they are not. A person
has one row in a class at most, so that rows count persons. Last, the rows are checked as an outsider would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.microdata.classes import Rules, unsafe_classes
from anonymizer.microdata.errors import MicrodataImpossible
from anonymizer.microdata.recode import Depths, Recoding
from anonymizer.records import Places, Records

__all__ = ["Anonymised", "anonymise"]


@dataclass(frozen=True)
class Anonymised:
    """Rows of codes in the order of their codes. The numbers of persons hidden and left out are for inside only."""

    dimensions: tuple[Dimension, ...]
    rules: Rules
    rows: Sequence[tuple[str, ...]] = field(repr=False)
    depths: Mapping[str, int]
    loss: float
    hidden: int = field(repr=False)
    left_out: int = field(repr=False)


@dataclass(frozen=True, eq=False)
class _Choice:
    depths: Depths
    codes: tuple[Places, ...]
    kept: Places
    over: Places
    loss: float


def anonymise(records: Records, rules: Rules, *, most_hidden: float) -> Anonymised:
    """The records as they may be released; `records.ids` are persons, `most_hidden` is the largest share of rows left over.

    Raises `MicrodataImpossible`, where not even all quasi-identifiers at their totals are enough.
    """
    names = [each.name for each in records.dimensions]
    axes = [names.index(name) for name in rules.quasi]
    chosen = _Search(records, rules, axes, most_hidden).best()
    if chosen is None:
        reason = f"they are of fewer than {rules.k} persons, or not diverse enough together"
        raise MicrodataImpossible(file=records.name, reason=reason)
    places = list(records.places)
    for axis, codes in zip(axes, chosen.codes, strict=True):
        places[axis] = codes
    shown = _rows(records, places, chosen.kept)
    totals = [
        np.full_like(codes, records.dimensions[axis].positions[TOTAL]) for axis, codes in zip(axes, chosen.codes, strict=True)
    ]
    for axis, codes in zip(axes, totals, strict=True):
        places[axis] = codes
    over = _first_of_each(records.whose, chosen.over)
    hidden = _rows(records, places, over)
    rest = hidden if hidden and not unsafe_classes(shown + hidden, names, rules) else []
    rows = sorted(shown + rest)
    if not rows or unsafe_classes(rows, names, rules):
        raise MicrodataImpossible(file=records.name, reason="the rows did not pass the last check")
    depths = dict(zip(rules.quasi, chosen.depths, strict=True))
    lost = 0 if rest else len(over)
    return Anonymised(records.dimensions, rules, rows, depths, chosen.loss, len(rest), lost)


class _Search:
    """The walk from the coarsest generalisation to finer ones."""

    def __init__(self, records: Records, rules: Rules, axes: Sequence[int], most_hidden: float) -> None:
        self._records, self._rules, self._most = records, rules, most_hidden * len(records.whose)
        self._recoding = Recoding([records.dimensions[axis] for axis in axes])
        self._quasi = [records.places[axis] for axis in axes]
        names = [each.name for each in records.dimensions]
        self._sensitive = [records.places[names.index(name)] for name in rules.sensitive]

    def best(self) -> _Choice | None:
        """The choice that gives up least; of several the first."""
        passed: set[Depths] = set()
        best: _Choice | None = None
        for depths in self._recoding.all():
            if not passed.issuperset(self._recoding.coarser(depths)):
                continue
            choice = self._try(depths)
            if len(choice.over) > self._most:
                continue
            passed.add(depths)
            if best is None or choice.loss < best.loss:
                best = choice
        return best

    def _try(self, depths: Depths) -> _Choice:
        codes = self._recoding.codes(self._quasi, depths)
        shape = tuple(len(each.parents) for each in self._recoding.dimensions)
        _, classes = np.unique(np.ravel_multi_index(codes, shape), return_inverse=True)
        first = _first_of_each(classes * len(self._records.ids) + self._records.whose, np.arange(len(classes)))
        safe = np.bincount(classes[first], minlength=int(classes.max(initial=0)) + 1) >= self._rules.k
        for values in self._sensitive:
            safe &= _distinct(classes[first], values[first], len(safe)) >= self._rules.diversity
        kept, over = first[safe[classes[first]]], np.flatnonzero(~safe[classes])
        share = len(over) / max(len(classes), 1)
        loss = self._recoding.loss([each[kept] for each in codes]) * (1 - share) + share
        return _Choice(depths, codes, kept, over, loss)


def _first_of_each(labels: Places, rows: Places) -> Places:
    """Of the rows with the same label the first."""
    _, first = np.unique(labels[rows], return_index=True)
    return rows[np.sort(first)]


def _distinct(classes: Places, values: Places, size: int) -> Places:
    """How many values each class holds."""
    pairs = np.unique(np.stack([classes, values]), axis=1)
    return np.bincount(pairs[0], minlength=size)


def _rows(records: Records, places: Sequence[Places], rows: Places) -> list[tuple[str, ...]]:
    names = [list(each.parents) for each in records.dimensions]
    columns = [[codes[at] for at in along[rows].tolist()] for codes, along in zip(names, places, strict=True)]
    return list(zip(*columns, strict=True))
