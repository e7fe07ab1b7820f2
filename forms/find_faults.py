"""Find everything that is wrong with a workbook at once.

pyxform stops at the first fault it meets. It alone decides whether a workbook becomes a form; once it has refused one,
these checks look for all the faults that its author has to correct, so that one round of corrections is enough.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from forms.errors import Finding
from forms.find_privacy_faults import privacy_faults
from forms.indicators import indicator_faults
from forms.read_workbook import BRACKET, XML_NAME, Row, Workbook

__all__ = ["workbook_faults"]

REFERENCE: Final = re.compile(r"\$\{(?:last-saved#)?([^\W\d][\w.-]*)\}")
FILE_LIST: Final = re.compile(r".*\.(csv|xml|geojson)")
SELECT: Final = re.compile(rf"({'|'.join(sorted(map(re.escape, aliases.select), key=len, reverse=True))})\s+(.+)")
KNOWN_TYPES: Final = frozenset(QUESTION_TYPE_DICT) | frozenset(aliases.settings_header)
SHOWN_TYPES: Final = frozenset(
    kind for kind, meaning in QUESTION_TYPE_DICT.items() if meaning.get("control", {}).get("tag", "action") != "action"
)
TEXTS: Final = ("label", "hint", "guidance_hint", "media", "image", "audio", "video", "calculation")
YES: Final = frozenset(word for word, meaning in aliases.yes_no.items() if meaning)


@dataclass(frozen=True)
class _Entry:
    """A survey row that makes a node, and the row that opened the group it stands in (0: the form itself)."""

    row: Row
    name: str
    container: int


def workbook_faults(workbook: Workbook) -> Iterator[Finding]:
    """Every fault found in the survey, choices and their references."""
    if not workbook.headers["survey"] and not workbook.rows("survey"):
        there = _listed(workbook.read.sheet_names or ())
        what = f"There is no sheet of this name; the workbook has: {there}."
        yield Finding("survey", 1, "survey", what, "Name the sheet that holds the questions 'survey'.")
        return
    yield from _missing_columns(workbook)
    entries = list(_entries(workbook.rows("survey")))
    yield from _unbalanced_groups(workbook.rows("survey"))
    yield from _name_faults(entries)
    yield from _type_faults(workbook)
    yield from _choice_faults(workbook)
    yield from _reference_faults(workbook, entries)
    yield from privacy_faults(workbook)
    yield from indicator_faults(workbook)


def _missing_columns(workbook: Workbook) -> Iterator[Finding]:
    needed = [("survey", "type"), ("survey", "name")]
    if workbook.rows("choices"):
        needed += [("choices", "list_name"), ("choices", "name")]
    for sheet, column in needed:
        if column not in workbook.columns(sheet):
            yield Finding(sheet, 1, column, "This column is missing.", f"Add a column with the header '{column}' in row 1.")


def _entries(rows: Iterable[Row]) -> Iterator[_Entry]:
    containers = [0]
    for row in rows:
        bracket = BRACKET.match(row.value("type"))
        if bracket and bracket[1] == "end":
            containers = containers[:-1] or [0]
            continue
        if row.value("name"):
            yield _Entry(row, row.value("name"), containers[-1])
        if bracket:
            containers.append(row.number)


def _unbalanced_groups(rows: Iterable[Row]) -> Iterator[Finding]:
    open_rows: list[tuple[Row, str]] = []
    for row in rows:
        bracket = BRACKET.match(row.value("type"))
        if not bracket:
            continue
        kind = aliases.control[bracket[2]]
        if bracket[1] == "begin":
            open_rows.append((row, kind))
        elif open_rows and open_rows[-1][1] == kind:
            open_rows.pop()
        else:
            opened = f"the {open_rows[-1][1]} of row {open_rows[-1][0].number}" if open_rows else "nothing"
            yield _at(
                row,
                row.value("type"),
                f"This ends a {kind}, but {opened} is open here.",
                f"Add its 'begin_{kind}', or delete it.",
            )
    for row, kind in open_rows:
        yield _at(
            row,
            row.value("name") or kind,
            f"This {kind} is never ended.",
            f"Add a row of type 'end_{kind}' after its last question.",
        )


def _name_faults(entries: Iterable[_Entry]) -> Iterator[Finding]:
    places: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for entry in entries:
        places[entry.container, entry.name].append(entry.row)
        if not XML_NAME.fullmatch(entry.name):
            yield _at(
                entry.row,
                entry.name,
                "This name cannot be used.",
                "Begin it with a letter or underscore and use only letters, digits, '_', '-' and '.', without spaces.",
            )
    for (_, name), rows in places.items():
        for row in rows[1:]:
            others = _listed(other.number for other in rows if other is not row)
            yield _at(row, name, f"The same group has this name in row {others} too.", "Give each question a name of its own.")


def _type_faults(workbook: Workbook) -> Iterator[Finding]:
    lists = {row.value("list_name") for row in workbook.rows("choices")}
    for row in workbook.rows("survey"):
        kind = row.value("type")
        select = SELECT.fullmatch(kind)
        if not kind and (row.value("name") or row.value("label")):
            yield _at(row, row.value("name") or row.value("label"), "This question has no type.", "Fill in the column 'type'.")
        elif select:
            yield from _list_faults(row, select[1], select[2], lists)
        elif kind == "include":
            yield _at(row, kind, "Parts of other workbooks cannot be included.", "Copy the questions of that workbook in here.")
        elif kind in aliases.select:
            yield _at(row, kind, "This choice question names no list.", f"Write the list's name after it, as '{kind} yes_no'.")
        elif kind and kind not in KNOWN_TYPES and not BRACKET.match(kind) and not kind.startswith("osm"):
            yield _at(
                row,
                kind,
                "This question type is unknown.",
                f"Use a type of the XLSForm reference, as {_nearest(kind)}.",
            )
        yield from _empty_question_faults(row, kind)


def _nearest(kind: str) -> str:
    found = get_close_matches(kind.lower(), sorted(KNOWN_TYPES), 1)
    return found[0] if found else "text, integer or select_one"


def _empty_question_faults(row: Row, kind: str) -> Iterator[Finding]:
    if kind and kind != "note" and not row.value("name") and not kind.startswith(("end", "audit")):
        yield _at(row, kind, "This row has a type and no name.", "Fill in the column 'name', or delete the row.")
    if kind == "calculate" and not row.value("calculation") and not row.value("default"):
        yield _at(
            row,
            row.value("name"),
            "Nothing is calculated here.",
            "Write an expression in the column 'calculation', or delete the row.",
        )
    if kind in SHOWN_TYPES and not any(row.value(column) for column in TEXTS):
        yield _at(
            row,
            row.value("name"),
            "This question has nothing to show: no label and no hint.",
            "Write its text in the column 'label'.",
        )


def _list_faults(row: Row, command: str, rest: str, lists: set[str]) -> Iterator[Finding]:
    name = rest.split(maxsplit=1)[0]
    if name in lists or "external" in command or "${" in rest or FILE_LIST.fullmatch(name):
        return
    known = f"It has: {_listed(sorted(lists - {''}))}." if lists - {""} else "It is empty or missing."
    yield _at(
        row,
        name,
        f"The choices sheet has no list of this name. {known}",
        f"Add rows with list_name '{name}' to the sheet 'choices'.",
    )


def _choice_faults(workbook: Workbook) -> Iterator[Finding]:
    duplicates_allowed = workbook.setting("allow_choice_duplicates") in YES
    places: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in workbook.rows("choices"):
        list_name, name = row.value("list_name"), row.value("name")
        if list_name and not name:
            yield _at(row, list_name, "This choice has no name.", "Fill in the column 'name': it is what an answer stores.")
        elif list_name:
            places[list_name, name].append(row)
    repeated = {place: rows for place, rows in places.items() if len(rows) > 1 and not duplicates_allowed}
    for list_name in dict.fromkeys(list_name for list_name, _ in repeated):
        yield _repeated_choices(list_name, {name: rows for (of, name), rows in repeated.items() if of == list_name})


def _repeated_choices(list_name: str, rows_of: Mapping[str, Sequence[Row]]) -> Finding:
    first, rows = next(iter(rows_of.items()))
    places = _listed(f"'{name}' in rows {_listed(row.number for row in rows)}" for name, rows in rows_of.items())
    return _at(
        rows[1],
        first,
        f"The list '{list_name}' repeats choice names: {places}.",
        "Give each choice a name of its own. If the repetition is meant (for a choice_filter), "
        "add the column 'allow_choice_duplicates' to the sheet 'settings' and write 'yes' in it.",
    )


def _reference_faults(workbook: Workbook, entries: Iterable[_Entry]) -> Iterator[Finding]:
    names = Counter(entry.name for entry in entries)
    names["instanceID"] += 1
    for row in workbook.rows("survey"):
        for text in row.cells.values():
            if text.count("${") != len(REFERENCE.findall(text)):
                yield _at(row, text, "A reference is malformed.", "Write a reference as ${name}, without spaces.")
    for wanted, rows in _references(workbook).items():
        places = f"referred to in {'; '.join(_rows_by_sheet(rows))}"
        if names[wanted] == 0:
            yield _at(
                rows[0], f"${{{wanted}}}", f"No question has this name, {places}.", "Correct the spelling, or add the question."
            )
        elif names[wanted] > 1:
            what = f"{names[wanted]} questions have this name, {places}."
            yield _at(rows[0], f"${{{wanted}}}", what, "Rename them so that it is clear which is meant.")


def _rows_by_sheet(rows: Sequence[Row]) -> Iterator[str]:
    for sheet in dict.fromkeys(row.sheet for row in rows):
        yield f"{sheet}, row {_listed(row.number for row in rows if row.sheet == sheet)}"


def _references(workbook: Workbook) -> dict[str, list[Row]]:
    """Each name that some `${...}` asks for, with the rows that ask."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in (row for sheet in ("survey", "choices", "settings") for row in workbook.rows(sheet)):
        for wanted in REFERENCE.findall("\n".join(row.cells.values())):
            if row not in found[wanted]:
                found[wanted].append(row)
    return found


def _at(row: Row, text: str, what: str, remedy: str) -> Finding:
    return Finding(row.sheet, row.number, text, what, remedy)


def _listed(items: Iterable[object], longest: int = 12) -> str:
    texts = [str(item) for item in items]
    return ", ".join(texts[:longest]) + (f" and {len(texts) - longest} more" if len(texts) > longest else "")
