"""Rows in the shape of the standard as answers to the screening interview, for `ingest.from_files` to take in.

A row is known by its number (`record`, as our own exports write it), else by what it says: the same row twice is one person. A
code that is not the standard's is not translated into something near: its row is kept aside, and so is one without the
person's consent or a status. That somebody may be assisted is decided here, in the case file, by people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from hashlib import sha256
from itertools import islice
from json import dumps
from typing import Final

from casework.htcds.errors import HtcdsUnreadable
from casework.htcds.standard import HtcdsField, all_fields
from forms import FormDefinition
from ingest.mapped_sheets import ColumnMapping, SheetMapping
from ingest.tables import Cell, CellFault, Row, Sheet, Table

__all__ = ["MOST_ROWS", "HtcdsFile", "read_htcds"]

MOST_ROWS: Final = 5_000
LAST_HEADER: Final = 10  # titles may stand above the headers
ENOUGH: Final = 3  # names of the standard that make a row its headers
NUMBER: Final = "record"
KEY: Final = "known by"
REFERENCE: Final = "reference"
REFERENCE_QUESTION: Final = "case_reference"
ELIGIBLE_QUESTION: Final = "eligible"
CONSENT: Final = "con_Consent"
STATUS: Final = "vic_TraffickingStatus"
OTHER_SPELLINGS: Final = {"vic_TraffickinStatusDecisionMakingOrg": "vic_TraffickingStatusDecisionMakingOrg"}  # IOM's own sheet
AGREED: Final = frozenset({"true", "yes", "1"})
GUARDED: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r", "'\n")  # what our exports put before what looks like a formula


@dataclass(frozen=True)
class HtcdsFile:
    """The rows as a table and the mapping that it is read by; `rows` how many, `unused` the headers that are not taken."""

    table: Table = field(repr=False)
    mapping: SheetMapping
    rows: int
    unused: tuple[str, ...]


def read_htcds(table: Table, definition: FormDefinition) -> HtcdsFile:
    """Raises `HtcdsUnreadable`, `MappingUnfit`, or what reading the table raises."""
    sheet, header = _headers(table)
    names = [OTHER_SPELLINGS.get(str(cell or "").strip(), str(cell or "").strip()) for cell in header.cells]
    questions = _paths(definition)
    taken = [one for one in all_fields() if one.name in names and one.source in questions]
    for needed in (CONSENT, STATUS):
        if needed not in {one.name for one in taken}:
            raise HtcdsUnreadable(file=table.file, reason=f"it has no column {needed}, or our interview does not ask it")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise HtcdsUnreadable(file=table.file, reason=f"the header {twice} stands there twice")
    found = [row for row in sheet.rows() if row.number > header.number and not _is_label(row, names)]
    if len(found) > MOST_ROWS:
        raise HtcdsUnreadable(file=table.file, reason=f"it has more than {MOST_ROWS:,} rows")
    rows = [Row(header.number, [KEY, REFERENCE, *(one.name for one in taken)]), *(_row(row, names, taken) for row in found)]
    columns = [ColumnMapping(REFERENCE, questions[f"identity/{REFERENCE_QUESTION}"])] + [
        ColumnMapping(one.name, questions[one.source], codes={theirs: ours for ours, theirs in one.codes.items()})
        for one in taken
    ]
    mapping = SheetMapping(
        definition.form_id,
        sheet.name,
        header.number,
        header.number + 1,
        [KEY],
        columns,
        constants={questions[f"facts/{ELIGIBLE_QUESTION}"]: "yes"},
    )
    unused = tuple(name for name in names if name and name not in {NUMBER, *(one.name for one in taken)})
    return HtcdsFile(Table(table.file, [Sheet(sheet.name, lambda: iter(rows))]), mapping, len(found), unused)


def _headers(table: Table) -> tuple[Sheet, Row]:
    known = {one.name for one in all_fields()} | set(OTHER_SPELLINGS)
    for sheet in table.sheets:
        for row in islice(sheet.rows(), LAST_HEADER):
            if len(known & {str(cell or "").strip() for cell in row.cells}) >= ENOUGH:
                return sheet, row
    raise HtcdsUnreadable(file=table.file, reason=f"no row of headers has {ENOUGH} of the standard's names")


def _paths(definition: FormDefinition) -> dict[str, str]:
    """By part and question as `htcds.toml` names it, the path below the form's root."""
    asked = [question for question in definition.questions if not question.repeat]
    return {f"{one.part.value}/{one.name}": one.path.split("/", 2)[2] for one in asked}


def _is_label(row: Row, names: Sequence[str]) -> bool:
    """The second row of IOM's sheet says in words what the columns are."""
    return str(_said(row, names).get(CONSENT) or "").strip() == "Consent"


def _said(row: Row, names: Sequence[str]) -> dict[str, Cell]:
    return {name: cell for name, cell in zip(names, row.cells, strict=False) if name}


def _row(row: Row, names: Sequence[str], taken: Sequence[HtcdsField]) -> Row:
    said = _said(row, names)
    cells = [_cell(one, said.get(one.name)) for one in taken]
    number = str(said.get(NUMBER) or "").strip()
    known_by = f"{NUMBER} {number}" if number else dumps([_plain(cell) for cell in cells])
    key = sha256(known_by.encode()).hexdigest()[:24]
    return Row(row.number, [key, f"HTCDS-{key[:12].upper()}", *cells])


def _plain(cell: Cell) -> str:
    """The same for the same answer, whichever kind of file holds it."""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    return "" if cell is None else str(cell).strip()


def _cell(one: HtcdsField, cell: Cell) -> Cell:
    if isinstance(cell, CellFault):
        return cell
    text = "" if cell is None else str(cell).strip()
    if one.name == CONSENT:
        agreed = text.casefold() in AGREED
        return one.codes["yes"] if agreed else CellFault("no consent of the person, without which nothing is used")
    if one.name == STATUS and not text:
        return CellFault("nothing, and a case is not opened without it")
    if one.codes and text and text not in one.codes.values():
        return CellFault("no code of the standard")
    if one.many:
        return " ".join(code.strip() for code in text.split(";") if code.strip())
    return text[1:] if text.startswith(GUARDED) else cell
