"""Coarse facts as columns of small numbers: one row for each unit counted, one column for each variable of a table.

A variable's column holds positions in the list of its codes; a measure's column (persons by sex and age) holds counts.
There are no ids, so a row says nothing but what a table may count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from anonymizer.population import Unit
from anonymizer.weeks.count_movements import AGES, SEXES
from casework import MovementFact
from casework.counting import CaseFacts
from core.periods.week import Week

__all__ = [
    "COLUMNS",
    "MEASURES",
    "VARIABLES",
    "Column",
    "FactColumns",
    "columns_of",
    "columns_of_cases",
    "tabulate",
    "tabulate_all",
]

VARIABLES: Final = ("origin", "destination", "reason")
MEASURES: Final = {f"persons.{sex}.{age}": (sex, age) for sex in SEXES for age in AGES}
# By unit, the variables whose columns hold codes, and the columns of plain numbers: counts of persons, or the number within the
# week of the household or person that the row is told of.
COLUMNS: Final[Mapping[Unit, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    Unit.REPORT: (VARIABLES, tuple(MEASURES)),
    Unit.PERSON: (("role", "residence", "gender", "age", "outcome"), ("household",)),
    Unit.HOUSEHOLD: (("residence", "size"), ("household",)),
    Unit.EVENT: (
        ("event", "kind", "provider", "residence", "gender", "age", "waited", "nationality", "exploitation", "route"),
        ("person",),
    ),
}


@dataclass(frozen=True)
class Column:
    """One number for each row: the position of a code in `codes`, or a count where `codes` is None."""

    codes: tuple[str, ...] | None = field(repr=False)
    values: NDArray[Any] = field(repr=False)


@dataclass(frozen=True)
class FactColumns:
    """The facts of one week, all columns of the same length."""

    unit: Unit
    week: Week
    rows: int
    columns: Mapping[str, Column] = field(repr=False)

    def codes(self, variable: str) -> tuple[str, ...]:
        """The codes of a variable, in the order of their numbers."""
        return self.columns[variable].codes or ()


def columns_of(facts: Sequence[MovementFact], week: Week) -> FactColumns:
    """Movement reports as columns, one row a report, without order: sorted by what they say, which tells of no sequence."""
    told = [
        (fact.origin, fact.destination, fact.reason, *(fact.persons.get(group, 0) for group in MEASURES.values()))
        for fact in facts
    ]
    return _columns(Unit.REPORT, week, told)


def columns_of_cases(facts: CaseFacts) -> tuple[FactColumns, ...]:
    """Persons, households and events as columns, in the same way."""
    told: Mapping[Unit, Sequence[object]] = {
        Unit.PERSON: facts.persons,
        Unit.HOUSEHOLD: facts.households,
        Unit.EVENT: facts.events,
    }
    return tuple(_columns(unit, facts.week, [_row(unit, one) for one in of_unit]) for unit, of_unit in told.items())


def _row(unit: Unit, fact: object) -> tuple[Any, ...]:
    coded, counted = COLUMNS[unit]
    return tuple(getattr(fact, name) for name in (*coded, *counted))


def _columns(unit: Unit, week: Week, told: Sequence[tuple[Any, ...]]) -> FactColumns:
    coded, counted = COLUMNS[unit]
    by_column = list(zip(*sorted(told), strict=True)) or [()] * (len(coded) + len(counted))
    columns = {name: _coded(values) for name, values in zip(coded, by_column, strict=False)}
    columns |= {name: _counts(values) for name, values in zip(counted, by_column[len(coded) :], strict=True)}
    return FactColumns(unit, week, len(told), columns)


def tabulate(facts: FactColumns, along: Sequence[str], persons: NDArray[Any] | None = None) -> NDArray[Any]:
    """How many rows have each combination of codes, one axis a variable; with `persons`, how many persons they speak of."""
    shape = tuple(len(facts.codes(variable)) for variable in along)
    combined = np.zeros(facts.rows, dtype=np.int64)
    for variable, size in zip(along, shape, strict=True):
        combined *= size
        combined += facts.columns[variable].values
    counts = np.bincount(combined, weights=persons, minlength=int(np.prod(shape)))
    return counts.astype(np.int64).reshape(shape)  # exact: sums stay far below 2**53


def tabulate_all(facts: FactColumns, tables: Sequence[Sequence[str]]) -> list[NDArray[Any]]:
    """Many tables of rows at once. Where all their variables together have fewer cells than there are rows, the rows are
    counted once, and each table is a sum of that count."""
    variables = sorted({variable for along in tables for variable in along})
    if int(np.prod([len(facts.codes(variable)) for variable in variables])) > facts.rows:
        return [tabulate(facts, along) for along in tables]
    joint = tabulate(facts, variables)
    return [_summed(joint, variables, along) for along in tables]


def _summed(joint: NDArray[Any], variables: Sequence[str], along: Sequence[str]) -> NDArray[Any]:
    others = tuple(at for at, variable in enumerate(variables) if variable not in along)
    left = [variable for variable in variables if variable in along]
    summed: NDArray[Any] = joint.sum(axis=others)
    return summed.transpose([left.index(variable) for variable in along])


def _coded(values: Sequence[str]) -> Column:
    codes = tuple(sorted(set(values)))
    number = {code: at for at, code in enumerate(codes)}
    return Column(codes, np.array([number[value] for value in values], dtype=_smallest(len(codes))))


def _counts(values: Sequence[int]) -> Column:
    return Column(None, np.array(values, dtype=_smallest(max(values, default=0) + 1)))


def _smallest(beyond: int) -> type[np.unsignedinteger[Any]]:
    return next(kind for kind in (np.uint8, np.uint16, np.uint32) if beyond <= np.iinfo(kind).max + 1)
