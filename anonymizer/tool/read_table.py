"""From a CSV file of innermost cells or records to tables counted at every level.

Rows with the same codes are added. A code that stands in no row holds nothing. Everything between the reading of the
file and the finished table is an array over the grid of all cells, one axis for each dimension.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, prod
from pathlib import Path
from typing import Final

import numpy as np

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension, finest, flat_dimension
from anonymizer.errors import (
    ChoiceUnfit,
    CodeNotInHierarchy,
    ContributorMissing,
    CountUnreadable,
    TableTooLarge,
    TableUnreadable,
    TotalInTable,
)
from anonymizer.records import Places
from anonymizer.tool.choose_coarser import Coarsening
from anonymizer.tool.choose_tables import FORBIDDEN, Choice
from anonymizer.tool.code_map import CodeMap
from anonymizer.tool.count_table import Rows, count_table
from anonymizer.tool.read_columns import Column, Columns, read_columns
from anonymizer.tool.read_hierarchy import Hierarchy, check_code

__all__ = [
    "MOST_CELLS",
    "RECORDS",
    "RESERVED",
    "Measures",
    "check_names",
    "check_size",
    "place_codes",
    "read_numbers",
    "read_table",
    "read_tables",
]

RECORDS: Final = "records"
"""What is counted where no column says how many: each row is one."""
RESERVED: Final = frozenset({"obs_status", "conf_status"})
MOST_CELLS: Final = 1_000_000
MOST_PERSONS: Final = 1_000_000_000


@dataclass(frozen=True)
class Measures:
    """The columns that are no dimensions: two that hold numbers, and one that says who contributed a row."""

    count: str | None
    contributors: str | None
    contributor: str | None

    @property
    def names(self) -> set[str]:
        return {name for name in (self.count, self.contributors, self.contributor) if name}

    def check(self, path: Path) -> None:
        """Each says something of its own."""
        if self.count and self.count in {self.contributors, self.contributor}:
            raise TableUnreadable(file=path, reason=f"column {self.count} cannot be both the count and the contributors")
        if self.contributors and self.contributor:
            raise TableUnreadable(file=path, reason="how many contributors there are cannot be both stated and counted")


def read_table(
    path: Path,
    hierarchies: Mapping[str, Hierarchy],
    *,
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
) -> CountedTable:
    """Read and count a file as one table of all its columns; see `read_tables`."""
    [table] = read_tables(path, hierarchies, count=count, contributors=contributors, contributor=contributor)
    return table


def read_tables(
    path: Path,
    hierarchies: Mapping[str, Hierarchy],
    choices: Sequence[Choice] = (),
    *,
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
    coarser: Sequence[Coarsening | CodeMap] = (),
) -> list[CountedTable]:
    """Read a file and count it in each of the tables chosen; raises the problem that says file, line and column.

    Without a choice it is one table of all columns. `count` and `contributors` name columns of whole numbers, `contributor`
    one that says who contributed a row. Without `count` each row is one. Without either of the others each person counts as
    a contributor of their own, so that a policy which asks for more than one contributor has to be relaxed by the caller.
    What is to be `coarser` is so before anything is counted. `TableUnreadable`, `CodeNotInHierarchy`, `TotalInTable`,
    `CountUnreadable`, `ContributorMissing`, `TableTooLarge`, `ChoiceUnfit`, `CoarseningUnfit`.
    """
    columns, measures = read_columns(path), Measures(count, contributors, contributor)
    check_names(columns, hierarchies, measures)
    names = [name for name in columns.columns if name not in measures.names]
    wanted = choices or [Choice(path.stem, tuple(names))]
    for choice in wanted:
        _check_choice(choice, names)
    used = {name for choice in wanted for name in choice.columns}
    placed = {name: place_codes(columns, columns.columns[name], hierarchies.get(name)) for name in names if name in used}
    for step in coarser:
        placed[step.dimension] = _coarser(step, placed, path)
    chosen = [[_upto(choice.levels.get(name), *placed[name]) for name in choice.columns] for choice in wanted]
    check_size(path, [[dimension for dimension, _ in along] for along in chosen])
    persons = read_numbers(columns, count) if count else np.ones(columns.length, np.int64)
    if int(persons.sum()) > MOST_PERSONS:
        raise TableTooLarge(file=path, reason=f"it counts more than {MOST_PERSONS:,}")
    reports = read_numbers(columns, contributors) * (persons > 0) if contributors else persons
    rows = Rows(persons, reports, _who(columns, contributor) if contributor else None)
    return [count_table(choice.name, along, rows) for choice, along in zip(wanted, chosen, strict=True)]


def check_names(columns: Columns, hierarchies: Mapping[str, Hierarchy], measures: Measures) -> None:
    """The columns that were asked for are there, and names can become columns and files of a release."""
    path, names, count = columns.path, columns.columns, measures.count
    for name in [*hierarchies, *sorted(measures.names)]:
        if name not in names:
            raise TableUnreadable(file=path, reason=f"it has no column {name}, but {', '.join(names)}")
    measures.check(path)
    if both := hierarchies.keys() & measures.names:
        raise TableUnreadable(file=path, reason=f"column {min(both)} is no dimension and cannot have a hierarchy")
    for name in names:
        if name in RESERVED or (count is None and name == RECORDS):
            raise TableUnreadable(file=path, reason=f"a column of the release is called {name}; give yours another name")
        if name.startswith(".") or any(letter in name for letter in FORBIDDEN):
            raise TableUnreadable(file=path, reason=f"the column name {name} cannot name a file, or be written in a command")
    if not names.keys() - measures.names:
        raise TableUnreadable(file=path, reason="it has no dimension: every column holds numbers")
    if not columns.length:
        raise TableUnreadable(file=path, reason="it has column names and no rows")


def place_codes(columns: Columns, column: Column, hierarchy: Hierarchy | None) -> tuple[Dimension, Places]:
    """A dimension, and the place of each row's code in it."""
    for number, code in enumerate(column.texts):
        if reason := check_code(code):
            line = columns.line_of(column, number)
            raise TableUnreadable(file=columns.path, reason=f"line {line}, column {column.name}: {reason}")
    dimension = hierarchy.dimension if hierarchy else flat_dimension(column.name, sorted({*column.texts} - {TOTAL}))
    totals = {TOTAL, *dimension.children, *([hierarchy.root] if hierarchy else [])}
    for number, code in enumerate(column.texts):
        if code in totals:
            raise TotalInTable(file=columns.path, line=columns.line_of(column, number), dimension=column.name, member=code)
        if code not in dimension.parents:
            line = columns.line_of(column, number)
            raise CodeNotInHierarchy(file=columns.path, line=line, dimension=column.name, member=code)
    return dimension, np.array([dimension.positions[code] for code in column.texts], np.int64)[column.rows]


def _who(columns: Columns, name: str) -> Places:
    """A number for each row's contributor."""
    column = columns.columns[name]
    for number, text in enumerate(column.texts):
        if not text.strip():
            raise ContributorMissing(file=columns.path, line=columns.line_of(column, number), column=name)
    return column.rows


def _coarser(
    step: Coarsening | CodeMap, placed: Mapping[str, tuple[Dimension, Places]], path: Path
) -> tuple[Dimension, Places]:
    """A dimension made coarser, and the place of what each row's code becomes there."""
    if step.dimension not in placed:
        raise TableUnreadable(file=path, reason=f"it has no column {step.dimension} with codes, but {', '.join(placed)}")
    before, places = placed[step.dimension]
    coarser = step.of(before)
    after = [coarser.dimension.positions[coarser.code_of(before, code)] for code in before.parents]
    return coarser.dimension, np.array(after, np.int64)[places]


def _check_choice(choice: Choice, names: Sequence[str]) -> None:
    for name in choice.columns:
        if name not in names:
            raise ChoiceUnfit(text=choice.name, reason=f"there is no column {name} with codes, but {', '.join(names)}")


def _upto(level: int | None, dimension: Dimension, places: Places) -> tuple[Dimension, Places]:
    """A dimension down to a level, and the place of each row's code there: its own, or that of what it is part of."""
    if level is None or level >= dimension.levels:
        return dimension, places
    coarse = dimension.upto(level)
    shown = [next(above for above in dimension.climb(code) if above in coarse.parents) for code in dimension.parents]
    return coarse, np.array([coarse.positions[code] for code in shown], np.int64)[places]


def check_size(path: Path, tables: Sequence[Sequence[Dimension]]) -> None:
    cells = sum(prod(len(dimension.parents) for dimension in dimensions) for dimensions in tables)
    if cells > MOST_CELLS:
        sizes = ", ".join(
            f"{name} {len(each.parents):,}" for name, each in finest(each for along in tables for each in along).items()
        )
        raise TableTooLarge(file=path, reason=f"it has {cells:,} cells at all levels ({sizes} codes), more than {MOST_CELLS:,}")


def read_numbers(columns: Columns, name: str) -> Places:
    """A column of counts; raises `CountUnreadable`."""
    column = columns.columns[name]
    for number, text in enumerate(column.texts):
        if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_PERSONS)):
            line = columns.line_of(column, number)
            raise CountUnreadable(file=columns.path, line=line, column=name, reason=_why_not(text))
    return np.array([int(text) for text in column.texts], np.int64)[column.rows]


def _why_not(text: str) -> str:
    """Why a text is no count, without saying it: a count is secret."""
    if not text.strip():
        return "it is empty"
    if text.isascii() and text.isdigit():
        return "it is too large"
    try:
        value = float(text)
    except ValueError:
        return "it is not a number"
    if isnan(value):
        return "it is not a number"
    if value < 0:
        return "it is negative"
    return "it is not written in digits only" if value.is_integer() else "it is not whole"
