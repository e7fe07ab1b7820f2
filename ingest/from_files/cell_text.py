"""What a cell says as the answer to a question, in a phone's notation. Nothing is guessed: what does not fit is a fault."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Final

from forms import Question
from ingest.tables import Cell, CellFault

__all__ = ["ChoiceNames", "cell_text", "folded", "plain_text", "takes_any_text"]

NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
WHOLE: Final = re.compile(r"[+-]?\d+")
CHOICE: Final = "select1"
MOMENTS: Final = (datetime, date, time)
CHOICES: Final = {"select", "rank"}


class ChoiceNames:
    """The codes of a question's choices by their codes and labels; a label that two of them share names neither."""

    def __init__(self, question: Question) -> None:
        self.codes = set(question.choices)
        labelled: dict[str, set[str]] = {}
        for code, labels in question.choices.items():
            for label in labels.values():
                labelled.setdefault(folded(label), set()).add(code)
        self._labelled = {label: next(iter(codes)) for label, codes in labelled.items() if len(codes) == 1}

    def code(self, text: str) -> str | None:
        """The code that a text is, or that it is the label of, but for spaces and capitals."""
        return text if text in self.codes else self._labelled.get(folded(text))


def folded(text: str) -> str:
    """A text without differences of spaces and capitals."""
    return " ".join(text.split()).casefold()


def cell_text(cell: Cell, question: Question, names: ChoiceNames) -> str | CellFault:
    """The answer as a phone writes it; empty where the cell is."""
    if isinstance(cell, CellFault):
        return cell
    text = _moment(cell, question.kind) if isinstance(cell, MOMENTS) else plain_text(cell)
    if text == "" or isinstance(text, CellFault):
        return text
    if question.kind == CHOICE and names.codes:
        return names.code(text.strip()) or CellFault("neither a code nor a label of the question's choices")
    if question.kind in CHOICES and names.codes:
        return _several(text, names)
    check = CHECKS.get(question.kind)
    return text if check is None else check(text)


def takes_any_text(question: Question, names: ChoiceNames) -> bool:
    """Whether every text is an answer to the question as it is."""
    return question.kind not in CHECKS and not (question.kind in {CHOICE, *CHOICES} and names.codes)


def plain_text(cell: Cell) -> str:
    """A cell as text: whole numbers without a fraction, moments as ISO 8601 writes them."""
    if isinstance(cell, str):  # as nearly all are
        return cell
    if cell is None or isinstance(cell, CellFault):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, MOMENTS) else str(cell)


def _several(text: str, names: ChoiceNames) -> str | CellFault:
    """Codes between spaces; labels cannot be told apart in one cell, but for a single one."""
    codes = text.split()
    if all(code in names.codes for code in codes):
        return " ".join(codes)
    return names.code(text.strip()) or CellFault("not codes of the question's choices with spaces between them")


def _moment(cell: datetime | date | time, kind: str) -> str | CellFault:
    midnight = isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
    if kind == "date" and isinstance(cell, datetime) and midnight:
        return cell.date().isoformat()
    if kind == "date" and isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.isoformat()
    if kind == "dateTime" and isinstance(cell, datetime):
        return cell.isoformat(timespec="milliseconds")
    if kind == "time" and isinstance(cell, time):
        return cell.isoformat(timespec="milliseconds")
    return CellFault("a date or time in the column of a question that asks for something else")


def _day(text: str) -> str | CellFault:
    try:
        date.fromisoformat(text.strip()[:10])
    except ValueError:
        return CellFault("no date as YYYY-MM-DD")
    return text.strip()


def _instant(text: str) -> str | CellFault:
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return CellFault("no date with a time as YYYY-MM-DDThh:mm:ss")
    return text.strip()


def _whole(text: str) -> str | CellFault:
    return text.strip() if WHOLE.fullmatch(text.strip()) else CellFault("no whole number")


def _number(text: str) -> str | CellFault:
    return text.strip() if NUMBER.fullmatch(text.strip()) else CellFault("no number")


def _place(text: str) -> str | CellFault:
    parts = text.split()
    return text if len(parts) in range(2, 5) and all(map(NUMBER.fullmatch, parts)) else CellFault("no latitude and longitude")


CHECKS: Final[Mapping[str, Callable[[str], str | CellFault]]] = {
    "date": _day,
    "dateTime": _instant,
    "int": _whole,
    "integer": _whole,
    "decimal": _number,
    "geopoint": _place,
}
