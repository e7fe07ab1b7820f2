"""Turn what pyxform or ODK Validate says against a workbook into findings with sheet, row and remedy."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from forms.errors import Finding
from forms.read_workbook import SHEETS, Row, Workbook

__all__ = ["explain_complaint", "explain_refusal"]

ROW: Final = re.compile(r"^\[row : (\d+)\]\s*")
SHEET: Final = re.compile(r"'(survey|choices|settings|external_choices|entities)'")
COLUMN: Final = re.compile(r"the '([^']+)' (?:value|column)")
NOISE: Final = re.compile(r"\[row : \d+\]\s*|\s*Learn more: \S+|^\s*:\s*")
EVIDENCE: Final = re.compile(r"'([^']{1,200})'|\[([^\[\]]{1,200})\]|(/\w[\w./-]+)|: ([^\s:]+)$|^Parameter ([\w-]+)")
NO_LABELS: Final = re.compile(r"<label> node for itemset.*\binstance\(([^()]+)\)")

# What to do about what pyxform says, the first that fits; the words on the left are pyxform's.
REMEDIES: Final = (
    ("different names for the same column", "Keep one of these columns and delete the other."),
    (
        "mismatched|display condition|expression|XPath|parse",
        "Check brackets, quotes and function names of the expression in this row.",
    ),
    ("[Cc]ycle", "Let none of these questions depend on itself, not even by way of another."),
    ("Repeat names must", "Rename this repeat: neither 'data' nor the name of another repeat."),
    ("name 'meta'", "Choose another name: 'meta' is used by every form."),
    ("with spaces", "Replace the spaces in this choice name by underscores."),
    ("[Pp]arameter", "Correct the column 'parameters' as the XLSForm reference describes it for this type."),
    ("entit|save_to", "Correct the sheet 'entities' and the column 'save_to' so that they agree."),
    ("trigger", "Write in the column 'trigger' one reference to a question that is shown, as ${name}."),
    ("search\\(\\)", "Use one way of looking up choices for this list: search() or a select from a file."),
    ("File name for", "End the file name after the type with .csv, .xml or .geojson."),
    ("List name not in", "Correct the spelling, or add rows with this list_name to the sheet that is meant."),
    ("or_other|or other", "Remove 'or_other' and add the choice 'other' to the list and a text question for it."),
    ("[Cc]olumn|[Hh]eader", "Correct the header in row 1."),
)
# What the checks of `find_faults` say of all rows at once, and with better words.
SAID_BETTER: Final = re.compile(
    "Choice names must be unique|Could not find the name|appears more than once|unique within their nearest|Unmatched"
    "|no label or hint|has not been included|should be a choices sheet"
    "|List name not in choices|Missing calculation|Reference variables must start"
)
OTHERWISE: Final = "Compare this row with the XLSForm reference (xlsform.org/ref-table) and correct it."


def explain_refusal(message: str, workbook: Workbook, known: Iterable[Finding]) -> Iterator[Finding]:
    """What pyxform said, unless the findings already known say it."""
    taken = {(finding.sheet, finding.row) for finding in known}
    for line in filter(None, map(str.strip, message.splitlines())):
        finding = _explained(line, workbook)
        if not (taken and SAID_BETTER.search(line)) and (finding.sheet, finding.row) not in taken:
            yield finding


def explain_complaint(complaint: str, workbook: Workbook) -> Finding:
    """What ODK Validate said, at the row that its words lead to, else at the head of the survey."""
    unlabelled = NO_LABELS.search(complaint)
    if unlabelled:
        return _unlabelled(unlabelled[1], workbook)
    row = _by_evidence(complaint, workbook) or Row("survey", 1, {})
    said = f"ODK Validate says: {_plain(complaint)}"
    return Finding(row.sheet, row.number, row.value("name") or workbook.file_name, said, _remedy(complaint))


def _unlabelled(name: str, workbook: Workbook) -> Finding:
    first = next((row for row in workbook.rows("choices") if row.value("list_name") == name), Row("choices", 1, {}))
    what = f"The choices of the list '{name}' have no label: a phone would have nothing to show."
    return Finding("choices", first.number, name, what, "Write what each choice is called in the column 'label'.")


def _explained(line: str, workbook: Workbook) -> Finding:
    number, sheet, column = ROW.search(line), SHEET.search(line), COLUMN.search(line)
    if number:
        row = _row(workbook, sheet[1] if sheet else "survey", int(number[1]))
    elif sheet:
        row = Row(sheet[1], 1, {})
    else:
        row = _by_evidence(line, workbook) or Row("survey", 1, {})
    quoted = [text for text in re.findall(r"'([^']+)'", line) if text not in SHEETS]
    text = (column and row.value(column[1])) or row.value("name") or (quoted[0] if quoted else row.value("type"))
    return Finding(row.sheet, row.number, text or _first_cell(row), _plain(line), _remedy(line))


def _first_cell(row: Row) -> str:
    return next(iter(row.cells.values()), row.sheet)


def _row(workbook: Workbook, sheet: str, number: int) -> Row:
    return next((row for row in workbook.rows(sheet) if row.number == number), Row(sheet, number, {}))


def _by_evidence(message: str, workbook: Workbook) -> Row | None:
    """The row that holds what the message quotes: a question's name before any cell, the longest quote first."""
    quotes = ["".join(groups).strip() for groups in EVIDENCE.findall(message)]
    names = [quote.rpartition("/")[2] for quote in quotes]
    longest = sorted(quotes, key=len, reverse=True)
    rows = [row for sheet in SHEETS for row in workbook.rows(sheet)]
    for fits, texts in ((_is_name, names), (_is_cell, longest), (_is_within_cell, longest)):
        for text in filter(None, texts):
            found = next((row for row in rows if fits(row, text)), None)
            if found:
                return found
    return None


def _is_name(row: Row, text: str) -> bool:
    return row.sheet == "survey" and row.value("name") == text


def _is_cell(row: Row, text: str) -> bool:
    return text in row.cells.values()


def _is_within_cell(row: Row, text: str) -> bool:
    return len(text) > 2 and any(text in cell for cell in row.cells.values())


def _plain(message: str) -> str:
    text = NOISE.sub("", message).strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _remedy(message: str) -> str:
    return next((remedy for words, remedy in REMEDIES if re.search(words, message)), OTHERWISE)
