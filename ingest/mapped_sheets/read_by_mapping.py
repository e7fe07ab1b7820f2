"""Read cells as answers to one question, as a mapping says."""

from datetime import datetime

from forms import Question
from ingest.from_files.cell_text import ChoiceNames, cell_text, folded, plain_text
from ingest.mapped_sheets.mapping import ColumnMapping
from ingest.mapped_sheets.place_names import PlaceNames
from ingest.tables import Cell, CellFault

__all__ = ["ColumnReader"]


class ColumnReader:
    """Reads the cells of one column as its mapping says."""

    def __init__(self, question: Question, column: ColumnMapping, places: PlaceNames | None) -> None:
        self.question, self.names, self.places, self.dates = question, ChoiceNames(question), places, column.dates
        self.codes = {folded(text): code for text, code in column.codes.items()}

    def read(self, cell: Cell) -> str | CellFault:
        """The answer; empty where the cell is."""
        if isinstance(cell, CellFault) or cell is None:
            return cell or ""
        text = plain_text(cell)
        if self.codes and (code := self.codes.get(folded(text))) is not None:
            return code
        if self.places:
            return self.places.code(text)
        return self._day(text) if self.dates and isinstance(cell, str) else cell_text(cell, self.question, self.names)

    def _day(self, text: str) -> str | CellFault:
        try:
            return datetime.strptime(text.strip(), self.dates).date().isoformat()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            return CellFault(f"no date as {self.dates}")
