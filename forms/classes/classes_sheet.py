"""The classes of a form as a CSV file, to be decided in a spreadsheet: what holds, and beside it what is suggested and why.

Only the columns `question`, `privacy`, `part` and `statistic` are read back. An empty class takes back what was set.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from forms.classes.errors import ClassesRejected
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
        raise ClassesRejected(form_id, ["The file is no CSV file in UTF-8. Save it as 'CSV UTF-8'."]) from None
    missing = [name for name in DECIDED if rows and name not in rows[0]]
    if missing or not rows:
        raise ClassesRejected(form_id, [f"The file has no column {', '.join(missing or DECIDED)}. Write one with `forms classes`."])
    refusals = [said for number, row in enumerate(rows, start=2) for said in _unreadable(number, row)]
    if refusals:
        raise ClassesRejected(form_id, refusals)
    return {_said(row, "question"): _question_class(row) for row in rows}


def _words(given: QuestionClass | None) -> tuple[str, str, str]:
    return (given.privacy, given.part or "", given.statistic or "") if given else ("", "", "")


def _suggestion(suggested: Suggestion | None) -> tuple[str, ...]:
    if suggested is None:
        return ("", "", "", "")
    word = f": {suggested.word}" if suggested.word else ""
    return (*_words(suggested.given), f"{suggested.reason.replace('_', ' ')}{word}")


def _label(labels: Mapping[str, str]) -> str:
    label = next(iter(labels.values()), "")
    return f"'{label}" if label.startswith(A_FORMULA) else label


def _said(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _unreadable(number: int, row: Mapping[str, str]) -> Iterator[str]:
    for column, known in (("privacy", list(PrivacyClass)), ("part", list(RecordPart))):
        if _said(row, column) and _said(row, column) not in known:
            yield f"Row {number}: '{_said(row, column)}' is no {column}. Write one of: {', '.join(known)}; or leave it empty."
    if not _said(row, "privacy") and (_said(row, "part") or _said(row, "statistic")):
        yield f"Row {number}: a part or variable without a class. Write the class too, or leave all three empty."


def _question_class(row: Mapping[str, str]) -> QuestionClass | None:
    privacy, part = _said(row, "privacy"), _said(row, "part")
    if not privacy:
        return None
    return QuestionClass(PrivacyClass(privacy), RecordPart(part) if part else None, _said(row, "statistic") or None)
