"""Find what is wrong with a workbook beyond what stopped it first.

pyxform and ODK Validate end at the first fault that they meet. So each row that they complain of is put aside, as a plain
question of the same name, and they are asked again, until they have nothing to say of any other row.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from forms.errors import Finding
from forms.read_workbook import BRACKET, XML_NAME, Row, Workbook, column_of

__all__ = ["ask_again"]

MOST_TIMES: Final = 40
KEPT: Final = {"survey": ("type", "name", "label"), "choices": ("list_name", "name", "label")}
Place = tuple[str, int]  # a sheet and a row of it


def ask_again(workbook: Workbook, known: Collection[Finding], ask: Callable[[Workbook], list[Finding]]) -> Iterator[Finding]:
    """What `ask` finds in the workbook without the rows that are known to be faulty, time and again."""
    aside, told = _concerned(workbook, known), {(finding.sheet, finding.row) for finding in known}
    for _ in range(MOST_TIMES):
        found = ask(_with_rows_aside(workbook, aside))
        new = [finding for finding in found if (finding.sheet, finding.row) not in aside | told]
        yield from new
        further = _concerned(workbook, new)
        if not further:
            return
        aside |= further


def _concerned(workbook: Workbook, findings: Iterable[Finding]) -> set[Place]:
    """The rows of the findings, and where one is about a reference every row that makes it."""
    found = list(findings)
    places = {(finding.sheet, finding.row) for finding in found}
    references = {finding.text for finding in found if finding.text.startswith("${")}
    return {
        (row.sheet, row.number)
        for sheet in KEPT
        for row in workbook.rows(sheet)
        if (sheet, row.number) in places or any(text in cell for text in references for cell in row.cells.values())
    }


def _with_rows_aside(workbook: Workbook, aside: set[Place]) -> Workbook:
    """The workbook with plain rows in the place of these. Rows keep their numbers, and questions names to be referred to by."""
    read = replace(workbook.read)
    for sheet in {sheet for sheet, _ in aside}:
        rows = [dict(row) for row in getattr(workbook.read, sheet) or ()]
        taken: set[tuple[str, str]] = set()
        for row in workbook.rows(sheet):
            name = (row.value("list_name"), row.value("name"))
            repeated = sheet == "choices" and name in taken
            if (sheet, row.number) in aside or repeated:
                rows[row.number - 2] = _plain(row, workbook.headers[sheet], usable=name not in taken)
            taken.add(name)
        setattr(read, sheet, rows)
    return replace(workbook, read=read)


def _plain(row: Row, headers: Iterable[str], *, usable: bool) -> dict[str, str]:
    own = row.value("name") if usable and row.sheet == "survey" else ""
    said = {"name": own if XML_NAME.fullmatch(own) else f"row_{row.number}", "label": "-", "list_name": row.value("list_name")}
    said["type"] = row.value("type") if BRACKET.match(row.value("type")) else "text"
    if said["type"].startswith("end"):
        return {header: said["type"] for header in headers if column_of(header) == "type"}
    return {header: said[column_of(header)] for header in headers if column_of(header) in KEPT[row.sheet]}
