"""What pyxform and ODK Validate let pass and hardly anybody means: columns that are misspelt and so left out, functions that
no phone knows. A form with such slips is published all the same; its author is told.

Functions: ODK XForms specification, "XPath functions".
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from pyxform import aliases

from forms.read_workbook import Workbook, column_of

__all__ = ["find_slips"]

SURVEY: Final = frozenset(map(column_of, aliases.survey_header)) | {
    *("type", "name", "label", "hint", "guidance_hint", "media", "default", "parameters", "choice_filter", "trigger"),
    *("relevant", "calculation", "constraint_message", "required_message", "save_to", "body", "bind", "instance", "intent"),
}
CHOICES: Final = frozenset({"list_name", "name", "label", "media", "image", "audio", "video"})
EXPRESSIONS: Final = frozenset(
    {"relevant", "constraint", "calculation", "required", "read_only", "choice_filter", "repeat_count", "default"}
)
QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\$\{[^}]*\}")
CALLED: Final = re.compile(r"(?<![\w/:.-])([A-Za-z][\w:.-]*)\s*\(")
KNOWN_FUNCTIONS: Final = """
    abs acos area asin atan atan2 base64-decode boolean boolean-from-string ceiling checklist choice-name coalesce concat
    contains cos count count-non-empty count-selected current date date-time decimal-date-time decimal-time digest distance
    ends-with enclosed-area exp exp10 extract-signed false floor format-date format-date-time geofence id if indexed-repeat
    instance int intersects join jr:choice-name jr:itext lang last local-name log log10 max min name namespace-uri node
    normalize-space not now number once pi position pow property pulldata random randomize regex round search selected
    selected-at sin sqrt starts-with string string-length substr substring substring-after substring-before sum tan text
    thousandsep time today translate true uuid version weighted-checklist
"""
OPERATORS: Final = frozenset({"and", "or", "div", "mod"})  # a bracket may follow them
CALLABLE: Final = OPERATORS | frozenset(KNOWN_FUNCTIONS.split())


def find_slips(workbook: Workbook) -> Iterator[str]:
    """A sentence for each."""
    for sheet, known in (("survey", SURVEY), ("choices", CHOICES)):
        for header in workbook.headers[sheet]:
            near = get_close_matches(column_of(header), sorted(known), 1, 0.8) if column_of(header) not in known else []
            if near:
                yield f"Sheet '{sheet}', column '{header}' is not known, and was left out. Is '{near[0]}' meant?"
    for row in workbook.rows("survey"):
        for header, text in row.cells.items():
            if column_of(header) in EXPRESSIONS:
                for name in CALLED.findall(QUOTED.sub(" ", text)):
                    if name not in CALLABLE:
                        yield f"Sheet 'survey', row {row.number}, column '{header}': no phone knows the function '{name}'."
