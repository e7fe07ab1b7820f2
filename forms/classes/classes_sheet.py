"""The classes of a form as a CSV file, to be decided in a spreadsheet: what holds, and beside it what is suggested and why.

Only the columns `question`, `privacy`, `part` and `statistic` are read back. An empty class takes back what was set.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from forms.classes.errors import ClassesRejected, ClassRefusal, Why
from forms.classes.kept_classes import QuestionClass
from forms.classes.set_classes import FormToClassify
from forms.classes.suggest_classes import Suggestion
from forms.definition import PrivacyClass, RecordPart

__all__ = ["read_sheet", "write_sheet"]

DECIDED: Final = ("question", "privacy", "part", "statistic")
COLUMNS: Final = (*DECIDED, "label", "kind", "suggested_privacy", "suggested_part", "suggested_statistic", "because")
A_FORMULA: Final = ("=", "+", "-", "@", "\t")  # with which a spreadsheet program begins to calculate


def write_sheet(form: FormToClassify, suggested: Mapping[str, Suggestion]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheet programs know it; without what the workbook declares."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for asked in form.declared.questions:
        if not asked.declared:
            row = (asked.path, *_words(form.classes.questions.get(asked.path)), _label(asked.labels), asked.kind)
            writer.writerow([*row, *_suggestion(suggested.get(asked.path))])
    return text.getvalue().encode("utf-8-sig")


def read_sheet(content: bytes, form_id: str) -> dict[str, QuestionClass | None]:
    """What was decided, by path; raises `ClassesRejected` with every row that cannot be read."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise ClassesRejected(form_id, [ClassRefusal("The file", Why.NO_CSV)]) from None
    present = set(rows[0]) if rows else set()
    missing = [ClassRefusal(f"Column {name}", Why.NO_COLUMN) for name in DECIDED if name not in present]
    refusals = missing or [ClassRefusal(f"Row {at}", why) for at, row in enumerate(rows, start=2) for why in _unreadable(row)]
    if refusals:
        raise ClassesRejected(form_id, refusals)
    return {_said(row, "question"): _question_class(row) for row in rows}


def _words(given: QuestionClass | None) -> tuple[str, str, str]:
    return (given.privacy, given.part or "", given.statistic or "") if given else ("", "", "")


def _suggestion(suggested: Suggestion | None) -> tuple[str, ...]:
    if suggested is None:
        return ("", "", "", "")
    return (*_words(suggested.given), suggested.said)


def _label(labels: Mapping[str, str]) -> str:
    label = next(iter(labels.values()), "")
    return f"'{label}" if label.startswith(A_FORMULA) else label


def _said(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _unreadable(row: Mapping[str, str]) -> Iterator[Why]:
    for column, known in (("privacy", set(PrivacyClass)), ("part", set(RecordPart))):
        if _said(row, column) and _said(row, column) not in known:
            yield Why.NO_WORD
    if not _said(row, "privacy") and (_said(row, "part") or _said(row, "statistic")):
        yield Why.NO_CLASS


def _question_class(row: Mapping[str, str]) -> QuestionClass | None:
    privacy, part = _said(row, "privacy"), _said(row, "part")
    if not privacy:
        return None
    return QuestionClass(PrivacyClass(privacy), RecordPart(part) if part else None, _said(row, "statistic") or None)
