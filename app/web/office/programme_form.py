"""The form of one list of the programme: read strictly, and shown again with what was typed where it is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData

from casework.programme import FIXED, CodeList, Programme
from core.errors import Problem
from core.languages import DEFAULT_LANGUAGE, LANGUAGES

__all__ = ["CodeRow", "CodeUnfit", "read_rows", "rows_of", "wanted_list"]

CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
LONGEST_LABEL: Final = 200
EMPTY_ROWS: Final = 2


class CodeUnfit(Problem):
    code = "APP-164"
    says = "Code '{given}' cannot stand in this list like that."
    remedy = (
        "A code is there once, begins with a letter and holds Latin letters, digits and underscores. It needs a text in "
        "English; a text is one line of at most 200 letters."
    )


@dataclass(frozen=True)
class CodeRow:
    """A row of the form. `fresh` is one in which a new code can be typed; `offered`, whether it can be chosen from now on."""

    code: str
    labels: Mapping[str, str]
    offered: bool
    fresh: bool = False


def rows_of(programme: Programme, name: str) -> list[CodeRow]:
    """The list as the programme has it, what is offered no longer last, then empty rows where codes can be added."""
    offered = [CodeRow(code, labels, offered=True) for code, labels in programme.lists[name].items()]
    gone = [CodeRow(code, labels, offered=False) for code, labels in programme.gone.get(name, {}).items()]
    empty = [] if name in FIXED else [CodeRow("", {}, offered=True, fresh=True)] * EMPTY_ROWS
    return [*offered, *gone, *empty]


def read_rows(form: FormData) -> list[CodeRow]:
    """What was typed, row by row."""
    rows = []
    number = 0
    while f"code.{number}" in form:
        labels = {of: str(form.get(f"label.{number}.{of}", "")).strip() for of in LANGUAGES}
        fresh, offered = f"fresh.{number}" in form, f"offered.{number}" in form
        rows.append(CodeRow(str(form[f"code.{number}"]).strip(), labels, offered=offered, fresh=fresh))
        number += 1
    return rows


def wanted_list(rows: list[CodeRow]) -> CodeList:
    """The list that the rows say; raises `CodeUnfit`, which names the row and never what was typed into another."""
    offered: dict[str, Mapping[str, str]] = {}
    gone: dict[str, Mapping[str, str]] = {}
    for row in rows:
        labels = {of: label for of, label in row.labels.items() if label}
        if row.fresh and not row.code and not labels:
            continue
        if not CODE.fullmatch(row.code) or row.code in offered or row.code in gone:
            raise CodeUnfit(given=row.code[:40])
        if DEFAULT_LANGUAGE not in labels or any(not _fits(label) for label in labels.values()):
            raise CodeUnfit(given=row.code)
        (offered if row.offered else gone)[row.code] = labels
    return CodeList(offered, gone)


def _fits(label: str) -> bool:
    return len(label) <= LONGEST_LABEL and label.isprintable()
