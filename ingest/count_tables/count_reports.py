"""Put the counts of a workbook together to reports: one for all cells that differ in sex and age alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms import FormDefinition
from ingest.count_tables.errors import BlockMissing, CountedTwice
from ingest.count_tables.find_block import find_block
from ingest.count_tables.fit_template import BlockReaders, fit_template
from ingest.count_tables.grid import Spot, grid_of
from ingest.count_tables.read_counts import CellFound, CountCell, cell_name, read_counts, totals_that_disagree
from ingest.count_tables.read_headings import FormCounts
from ingest.count_tables.read_stated import Period, StatedReader
from ingest.count_tables.template import PERSONS, Block, CountTemplate
from ingest.mapped_sheets import PlaceNames
from ingest.tables import Table
from ingest.tables.read_areas import column_letters

__all__ = ["CountReport", "Counted", "count_reports"]


@dataclass
class CountReport:
    """What one report says. `key` names it in every workbook of the office and period; `counts` are by the path of their
    question, each with the cell that it stands in."""

    sheet: str
    answers: Mapping[str, str] = field(repr=False)
    key: str = field(repr=False)
    counts: dict[str, tuple[int, Spot]] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> Spot:
        """Its first cell."""
        return min(place for _, place in self.counts.values())

    @property
    def cells(self) -> str:
        """All of its cells, as a spreadsheet calls them."""
        return " ".join(cell_name(place) for place in sorted(place for _, place in self.counts.values()))

    @property
    def counts_nobody(self) -> bool:
        return not any(count for count, _ in self.counts.values())

    @property
    def values(self) -> Mapping[str, str]:
        """The answers by the path of their question."""
        return {**self.answers, **{path: str(count) for path, (count, _) in self.counts.items()}}


@dataclass(frozen=True)
class Counted:
    """All reports of a workbook, or what is wrong with its cells, each with its sheet; and what was not read."""

    file: str
    reports: Sequence[CountReport]
    faults: Sequence[tuple[str, CellFound]]
    notes: Sequence[str]
    office: str = field(repr=False)
    period: Period


def count_reports(
    table: Table, template: CountTemplate, definition: FormDefinition, places: Mapping[str, PlaceNames]
) -> Counted:
    """Raises `TemplateUnfit`, `BlockMissing`, `StatementUnfit` and `SheetTooLarge`."""
    return _Workbook(table, template, FormCounts(definition), places).counted()


class _Workbook:
    def __init__(self, table: Table, template: CountTemplate, form: FormCounts, places: Mapping[str, PlaceNames]) -> None:
        self.table, self.template, self.form = table, template, form
        self.readers = fit_template(template, form, places)
        self.grids = {sheet.name: grid_of(table.file, sheet) for sheet in table.sheets}
        stated = StatedReader(table, list(self.grids.values()))
        self.office = stated.words(template.office, "its office")
        self.period = stated.period(template.period)
        self.whole = {form.question(path).path: text for path, text in template.constants.items()}
        self.whole[form.question(template.period.answers).path] = self.period.day.isoformat()
        said = [*template.stated, *([template.office] if template.office.answers else [])]
        for one in said:
            question = form.question(one.answers)
            self.whole[question.path] = stated.answer(one, question, places.get(one.places))
        self.reports: dict[str, CountReport] = {}
        self.faults: list[tuple[str, CellFound]] = []
        self.inside: dict[str, set[Spot]] = {name: set() for name in self.grids}

    def counted(self) -> Counted:
        for block, readers in zip(self.template.block, self.readers, strict=True):
            self._read(block, readers)
        return Counted(self.table.file, list(self.reports.values()), self.faults, list(self._notes()), self.office, self.period)

    def _read(self, block: Block, readers: BlockReaders) -> None:
        if block.sheet not in self.grids:
            raise BlockMissing(file=self.table.file, sheet=block.sheet, reason="it is not there")
        grid, (rows, columns) = self.grids[block.sheet], readers
        titles = [one.title for one in self.template.block if one.sheet == block.sheet and one is not block]
        found = find_block(self.table.file, grid, block, columns, titles)
        self.inside[block.sheet] |= {(row, column) for row in found.rows for column in found.columns}
        read = list(read_counts(grid, found, rows, columns, self.template.none))
        cells = [one for one in read if isinstance(one, CountCell)]
        wrong = [one for one in read if isinstance(one, CellFound)]
        self.faults += [(block.sheet, one) for one in wrong or totals_that_disagree(block.sheet, cells)]
        for cell in cells:
            if cell.is_counted:
                self._count(block, cell)

    def _count(self, block: Block, cell: CountCell) -> None:
        codes = dict(zip((axis.answers for axis in block.axes), (one.code for one in cell.meanings), strict=True))
        told = {path: code for path, code in codes.items() if path and path not in {"sex", "age", "group"}} | dict(
            block.constants
        )
        key = json.dumps([self.form.definition.form_id, self.office, str(self.period), sorted(told.items())])
        answers = {**self.whole, **{self.form.question(path).path: code for path, code in told.items()}}
        report = self.reports.setdefault(key, CountReport(block.sheet, answers, key))
        path = self._counted_by(block, codes)
        if path is None:
            if cell.count:
                raise self.form.unfit(f"it does not count persons of the group that {cell_name(cell.place)} counts")
        elif path in report.counts:
            first = f"{report.sheet} {cell_name(report.counts[path][1])}"
            row, column = cell.place[0], column_letters(cell.place[1])
            twice = CountedTwice(sheet=block.sheet, row=row, column=column, first=first)
            self.faults.append((block.sheet, CellFound(cell.place, twice)))
        else:
            report.counts[path] = cell.count, cell.place

    def _counted_by(self, block: Block, codes: Mapping[str, str]) -> str | None:
        if block.unit != PERSONS:
            return self.form.question(block.unit).path
        group = codes["group"].split(".", 1) if "group" in codes else [codes["sex"], codes["age"]]
        question = self.form.groups.get((group[0], group[1]))
        return question.path if question else None

    def _notes(self) -> Iterator[str]:
        """What holds numbers and is no part of any table that is read."""
        mapped = {block.sheet for block in self.template.block}
        for name, grid in self.grids.items():
            outside = [place for place, cell in grid.cells.items() if _is_count(cell) and place not in self.inside[name]]
            if name not in mapped and grid.cells:
                yield f"Sheet '{name}' has no table in the template: only what it says of the whole workbook is read."
            elif outside:
                first = cell_name(min(outside))
                yield f"Sheet '{name}': {len(outside)} numbers stand outside its tables and are not read, the first in {first}."


def _is_count(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
