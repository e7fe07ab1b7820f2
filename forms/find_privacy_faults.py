"""Find what a workbook's declarations of privacy cannot mean.

pyxform knows nothing of these columns, so a workbook that it accepts is checked too.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from forms.definition import NAMESPACE, PrivacyClass, RecordPart
from forms.errors import Finding
from forms.read_workbook import Row, Workbook

__all__ = ["privacy_faults"]

DECLARED: Final = re.compile(rf"\bws=[\"']?{NAMESPACE}[\"']?(\s|$)")
REPEAT: Final = re.compile(r"(begin|end)[ _](repeat|loop|looped group)\b")


def privacy_faults(workbook: Workbook) -> Iterator[Finding]:
    """Unknown words, direct identifiers among the statistics, and variables that several questions feed."""
    if any("ws:" in header for headers in workbook.headers.values() for header in headers):
        yield from _undeclared_namespace(workbook)
    for row in workbook.rows("survey"):
        declared = {word: row.value(f"ws:{word}") for word in ("privacy", "part", "statistic")}
        for word, known in (("privacy", list(PrivacyClass)), ("part", list(RecordPart))):
            if declared[word] and declared[word] not in known:
                yield _at(
                    row, declared[word], f"Unknown {word}.", f"Write one of: {', '.join(known)}; or leave the cell empty."
                )
        if declared["privacy"] in {"", PrivacyClass.DIRECT}:
            yield from _exposed_identifier(row, declared["part"], declared["statistic"])
    yield from _variables_fed_twice(workbook.rows("survey"))


def _undeclared_namespace(workbook: Workbook) -> Iterator[Finding]:
    namespaces = workbook.setting("namespaces")
    if not DECLARED.search(namespaces):
        remedy = f"Write in row 2 of the sheet 'settings', in the column 'namespaces': ws=\"{NAMESPACE}\""
        yield Finding(
            "settings", 2, namespaces or "namespaces", "The prefix 'ws' of the privacy columns is not declared.", remedy
        )


def _exposed_identifier(row: Row, part: str, statistic: str) -> Iterator[Finding]:
    remedy = "Say in `bind::ws:privacy` that it is none, or remove this (a question without a class is a direct identifier)."
    if statistic:
        yield _at(row, statistic, "A direct identifier cannot feed a statistic.", remedy)
    if part == RecordPart.FACTS:
        yield _at(row, part, "A direct identifier cannot be among the facts.", remedy)


def _variables_fed_twice(rows: Iterable[Row]) -> Iterator[Finding]:
    """Outside repeats, where alone an answer is counted."""
    feeding: dict[str, list[Row]] = defaultdict(list)
    depth = 0
    for row in rows:
        bracket = REPEAT.match(row.value("type"))
        if bracket:
            depth += 1 if bracket[1] == "begin" else -1
        elif row.value("ws:statistic") and depth <= 0:
            feeding[row.value("ws:statistic")].append(row)
    for variable, several in feeding.items():
        for row in several[1:]:
            what = f"Row {several[0].number} feeds this variable already, and one answer would hide the other."
            yield _at(row, variable, what, "Let one question feed it: where several may be answered, a 'calculate' of them.")


def _at(row: Row, text: str, what: str, remedy: str) -> Finding:
    return Finding(row.sheet, row.number, text, what, remedy)
