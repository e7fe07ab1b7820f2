"""Suggest a mapping for a sheet: what is certain is filled in; what is likely or unknown begins with `?`, to be decided on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from rapidfuzz import fuzz, process, utils

from forms import FormDefinition, Question
from ingest.from_files.cell_text import ChoiceNames, cell_text, folded, plain_text
from ingest.from_files.errors import NothingFound
from ingest.mapped_sheets.mapped_rows import headers_of, sheet_of
from ingest.mapped_sheets.mapping import UNDECIDED, ColumnMapping, SheetMapping
from ingest.mapped_sheets.place_names import PlaceNames
from ingest.pull.write_xml import root_name
from ingest.tables import Cell, CellFault, Row, Sheet, Table

__all__ = ["DATES", "suggest_anew", "suggest_mapping"]

SAMPLE: Final = 1_000  # rows that are looked at
TITLES: Final = 20  # rows among which the headers are looked for
LIKELY: Final = 60  # of 100
MOST_CODES: Final = 15  # a column of more other texts is not one of codes, and its texts are nobody's to write down
LONGEST_CODE: Final = 60
NUMBERED: Final = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y")
DATES: Final = (*NUMBERED, "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y")
IDS: Final = {"_uuid", "x_uuid", "uuid", "meta/instanceid", "instanceid", "key"}


def suggest_mapping(
    table: Table, definition: FormDefinition, places: Mapping[str, PlaceNames], *, sheet: str = ""
) -> SheetMapping:
    """For the named sheet, or the first one that has rows; raises `NothingFound`."""
    chosen, rows = _rows(table, sheet)
    header = _header(rows)
    headers = [plain_text(cell).strip() for cell in header.cells]
    below = [row for row in rows if row.number > header.number]
    while below and all(plain_text(cell).startswith("#") for cell in below[0].cells if cell is not None):
        below = below[1:]  # tags of the Humanitarian Exchange Language
    first = below[0].number if below else header.number + 1
    suggester = _Suggester(definition, places)
    columns = [suggester.column(name, [_cell(row, at) for row in below]) for at, name in enumerate(headers) if name]
    ids = [name for name in headers if name.lower() in IDS]
    key = [] if ids else [UNDECIDED]
    return SheetMapping(definition.form_id, chosen.name, header.number, first, key, columns, UNDECIDED + ids[0] if ids else "")


def suggest_anew(
    table: Table,
    mapping: SheetMapping,
    definition: FormDefinition,
    places: Mapping[str, PlaceNames],
    headers: Collection[str],
) -> SheetMapping:
    """The same, where somebody decided on other questions for the columns of these headers: how their days, places and words
    are read is suggested for those. Raises `MappingUnfit`."""
    numbers = {header: at for at, header in enumerate(headers_of(table, mapping))}
    rows = [row for row in islice(sheet_of(table, mapping).rows(), SAMPLE) if row.number >= mapping.first]
    suggester = _Suggester(definition, places)
    columns = [
        suggester.about(one.header, one.question, [_cell(row, numbers[one.header]) for row in rows])
        if one.header in headers and one.header in numbers
        else one
        for one in mapping.columns
    ]
    return replace(mapping, columns=columns)


class _Suggester:
    def __init__(self, definition: FormDefinition, places: Mapping[str, PlaceNames]) -> None:
        self.places, self.root = places, f"/{root_name(definition)}/"
        asked = [question for question in definition.questions if not question.repeat]
        self.questions = {question.path: question for question in asked}
        self.certain: dict[str, list[str]] = {}
        self.words: list[tuple[str, str]] = []
        for question in asked:
            called = [question.path.removeprefix(self.root), question.name, *question.labels.values()]
            for word in {folded(one) for one in called}:
                self.certain.setdefault(word, []).append(question.path)
            spoken = [*called, *([question.statistic] if question.statistic else [])]
            self.words += [(question.path, utils.default_process(word.replace("_", " "))) for word in spoken]

    def column(self, header: str, cells: Sequence[Cell]) -> ColumnMapping:
        certain = self.certain.get(folded(header), [])
        path = certain[0] if len(certain) == 1 else self._likely(header)
        mark = "" if len(certain) == 1 else UNDECIDED
        if path is None:
            return ColumnMapping(header, mark)
        return self.about(header, path.removeprefix(self.root), cells, mark)

    def about(self, header: str, asked: str, cells: Sequence[Cell], mark: str = "") -> ColumnMapping:
        """How a column is read that answers this question, which is decided where there is no `mark`."""
        question = self.questions.get(self.root + asked)
        if question is None:
            return ColumnMapping(header, mark + asked)
        asked = mark + asked
        texts = list(dict.fromkeys(plain_text(cell).strip() for cell in cells if isinstance(cell, str) and cell.strip()))
        if question.kind == "date":
            return ColumnMapping(header, asked, dates=_dates(texts))
        if question.kind == "select1" and not question.choices:
            return ColumnMapping(header, asked, places=self._level(texts))
        return ColumnMapping(header, asked, codes=_codes(question, texts, certain=not mark) if question.choices else {})

    def _likely(self, header: str) -> str | None:
        asked = utils.default_process(header.replace("_", " "))
        found = process.extractOne(asked, [word for _, word in self.words], scorer=fuzz.token_set_ratio, score_cutoff=LIKELY)
        return self.words[found[2]][0] if found else None

    def _level(self, texts: Sequence[str]) -> str:
        """The level at which most of these texts are places; undecided where it is not one alone."""
        fitting = {level: sum(isinstance(names.code(text), str) for text in texts) for level, names in self.places.items()}
        most = max(fitting.values(), default=0)
        levels = [level for level, count in fitting.items() if count == most]
        if not most:
            return ""
        return levels[0] if len(levels) == 1 else UNDECIDED


def _rows(table: Table, name: str) -> tuple[Sheet, list[Row]]:
    for sheet in table.sheets:
        if name in ("", sheet.name):
            rows = list(islice(sheet.rows(), SAMPLE))
            if rows:
                return sheet, rows
    raise NothingFound(path=table.file)


def _header(rows: Sequence[Row]) -> Row:
    """Of the first rows the one with the most texts, the first of them."""
    return max(rows[:TITLES], key=lambda row: sum(isinstance(cell, str) for cell in row.cells))


def _dates(texts: Sequence[str]) -> str:
    """How the days that are texts are written; nothing where as in ISO 8601, undecided where it may be several."""
    if all(_is_day(text, "%Y-%m-%d") for text in texts):
        return ""
    fitting = [dates for dates in DATES if all(_is_day(text, dates) for text in texts)]
    return fitting[0] if len(fitting) == 1 else UNDECIDED + " or ".join(fitting)


def _is_day(text: str, dates: str) -> bool:
    try:
        datetime.strptime(text, dates)  # noqa: DTZ007  (a day, which has no zone)
    except ValueError:
        return False
    return True


def _codes(question: Question, texts: Sequence[str], *, certain: bool) -> dict[str, str]:
    """What stands there that is no code or label, each with the likeliest code for somebody to decide.

    Of a column that is only like the question, not a text is written down unless another is a code or label of it: a few
    names under a header that sounds like a choice would stand in the file and on the screen.
    """
    names = ChoiceNames(question)
    labels = [(code, label) for code, said in question.choices.items() for label in [code, *said.values()]]
    others = [text for text in texts if isinstance(cell_text(text, question, names), CellFault)]
    foreign = not certain and len(others) == len(texts)
    if foreign or len(others) > MOST_CODES or any(len(text) > LONGEST_CODE for text in others):
        return {}
    return {text: UNDECIDED + _likeliest(text, labels) for text in others}


def _likeliest(text: str, labels: Sequence[tuple[str, str]]) -> str:
    found = process.extractOne(text, [label for _, label in labels], scorer=fuzz.WRatio, score_cutoff=LIKELY)
    return labels[found[2]][0] if found else ""


def _cell(row: Row, number: int) -> Cell:
    return row.cells[number] if number < len(row.cells) else None
