"""What a workbook of counts says once for all of its tables: its office, its period, its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from core.periods.week import Week
from forms import Question
from ingest.count_tables.errors import StatementUnfit
from ingest.count_tables.grid import Grid, Spot
from ingest.count_tables.template import LAST_WEEK, Stated
from ingest.from_files.cell_text import folded, plain_text
from ingest.mapped_sheets import ColumnMapping, PlaceNames
from ingest.mapped_sheets.read_by_mapping import ColumnReader
from ingest.tables import Cell, CellFault, Table

__all__ = ["Period", "StatedReader"]

THURSDAY: Final = 4  # by which ISO 8601 puts a week into a year, and we into a month
DAYS, WEEKS, MONTHS = ("%d", "%j"), ("%V", "%W", "%U"), ("%m", "%b", "%B")


@dataclass(frozen=True)
class Period:
    """From its first day to its last one; `day` is the one that its counts are given."""

    first: date
    last: date
    day: date

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


class StatedReader:
    """Reads the cells of one workbook that stand for all of it. What it raises is `StatementUnfit`."""

    def __init__(self, table: Table, grids: Sequence[Grid]) -> None:
        self.table, self.grids = table, grids

    def words(self, stated: Stated, what: str) -> str:
        """The words of a cell, or those of the template itself."""
        text = stated.text or plain_text(self._cell(stated, what)).strip()
        if not text:
            raise self._unfit(what, "the cell is empty")
        return text

    def answer(self, stated: Stated, question: Question, places: PlaceNames | None) -> str:
        """As the answer to a question."""
        mapped = ColumnMapping("", stated.answers, dates=stated.dates, places=stated.places, codes=stated.codes)
        cell = stated.text or self._cell(stated, stated.answers)
        read = ColumnReader(question, mapped, places).read(cell)
        if isinstance(read, CellFault) or not read:
            raise self._unfit(stated.answers, read.reason if isinstance(read, CellFault) else "the cell is empty")
        return read

    def period(self, stated: Stated) -> Period:
        """A day, week, month or year, by what `dates` reads; a cell that holds a date is of the same length."""
        cell = stated.text or self._cell(stated, "its period")
        first = self._first_day(cell, stated)
        last = _last_day(first, stated.dates)
        if Week.of(first) == Week.of(last):
            return Period(first, last, first)
        if stated.longer != LAST_WEEK:
            reason = "it is longer than a week, and the template does not say in which week it is counted"
            raise self._unfit("its period", reason)
        thursdays = ((last - timedelta(days=back)) for back in range(7))
        return Period(first, last, next(day for day in thursdays if day.isoweekday() == THURSDAY))

    def _first_day(self, cell: Cell, stated: Stated) -> date:
        if isinstance(cell, date):
            day = cell.date() if isinstance(cell, datetime) else cell
            return _beginning(day, stated.dates)
        text = plain_text(cell).strip()
        text = next((means for words, means in stated.codes.items() if folded(words) == folded(text)), text)
        of_week = any(sign in stated.dates for sign in WEEKS) and "%u" not in stated.dates
        dates = stated.dates or "%Y-%m-%d"
        try:
            day = datetime.strptime(*((f"{text} 1", f"{dates} %u") if of_week else (text, dates))).date()  # noqa: DTZ007
        except ValueError:
            raise self._unfit("its period", f"no period as {dates}") from None
        return _beginning(day, stated.dates)

    def _cell(self, stated: Stated, what: str) -> Cell:
        if stated.name:
            if stated.name not in self.table.named:
                raise self._unfit(what, f"no cell has the name '{stated.name}'")
            sheet, area = self.table.named[stated.name]
            grid = next((one for one in self.grids if one.sheet == sheet), None)
            return grid.cells.get((area.first_row, area.first_column)) if grid else None
        found = [(grid, place) for grid in self.grids for place in grid.spots_of(stated.beside)]
        if len(found) != 1:
            raise self._unfit(what, f"'{stated.beside}' stands in {len(found)} cells, not in one")
        grid, place = found[0]
        beside: Spot | None = grid.after(place)
        return grid.cells.get(beside) if beside else None

    def _unfit(self, what: str, reason: str) -> StatementUnfit:
        return StatementUnfit(file=self.table.file, what=what, reason=reason)


def _beginning(day: date, dates: str) -> date:
    return LENGTHS[_length(dates)][0](day)


def _last_day(first: date, dates: str) -> date:
    return LENGTHS[_length(dates)][1](first)


def _length(dates: str) -> str:
    kinds = (("day", DAYS), ("week", WEEKS), ("month", MONTHS))
    return next((kind for kind, signs in kinds if any(sign in dates for sign in signs)), "year" if dates else "day")


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


Turn = Callable[[date], date]
LENGTHS: Final[Mapping[str, tuple[Turn, Turn]]] = {
    "day": (lambda day: day, lambda day: day),
    "week": (lambda day: Week.of(day).monday, lambda day: Week.of(day).sunday),
    "month": (lambda day: day.replace(day=1), lambda day: _month_after(day) - timedelta(days=1)),
    "year": (lambda day: day.replace(month=1, day=1), lambda day: day.replace(month=12, day=31)),
}
