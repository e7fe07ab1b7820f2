"""Why a workbook of counts cannot be taken in, cell by cell. No message repeats what stands in a cell."""

from core.errors import Problem

__all__ = [
    "BlockMissing",
    "CellUncounted",
    "CountedTwice",
    "CountsGone",
    "HeadingUnknown",
    "SheetTooLarge",
    "StatementUnfit",
    "TemplateUnfit",
    "TotalDisagrees",
]


class TemplateUnfit(Problem):
    code = "INGEST-221"
    says = "The template does not fit form {form_id}: {reason}."
    remedy = "Nothing was taken in. Correct the template, or have one suggested for this workbook."


class BlockMissing(Problem):
    code = "INGEST-222"
    says = "Sheet '{sheet}' of {file}: {reason}."
    remedy = "Nothing of it was taken in. Correct the sheet's headings, or the template where the sheet is right."


class CellUncounted(Problem):
    code = "INGEST-223"
    says = "Sheet '{sheet}', row {row}, column {column} holds {reason}."
    remedy = "Nothing of the workbook was taken in. Write a whole number there, or nothing, and import it again."


class HeadingUnknown(Problem):
    code = "INGEST-224"
    says = "Sheet '{sheet}', row {row}, column {column}: its heading in {heading} is none that the template knows."
    remedy = "Nothing of the workbook was taken in. Say in the template what the heading means: a code, a total, or left out."


class TotalDisagrees(Problem):
    code = "INGEST-225"
    says = "Sheet '{sheet}', row {row}, column {column} is called a total and is not the sum of its parts."
    remedy = "Nothing of the workbook was taken in. Ask the office which is right, correct the sheet and import it again."


class CountedTwice(Problem):
    code = "INGEST-226"
    says = "Sheet '{sheet}', row {row}, column {column} counts those who were counted in {first}."
    remedy = "Nothing of the workbook was taken in. Leave one of the tables out of the template, or tell their headings apart."


class StatementUnfit(Problem):
    code = "INGEST-227"
    says = "{file} does not say {what} as the template expects it: {reason}."
    remedy = "Nothing of it was taken in. Correct the workbook, or the template where the workbook is right."


class CountsGone(Problem):
    code = "INGEST-228"
    says = "Sheet '{sheet}', row {row}, column {column}: an earlier workbook counted people there, and this one counts nobody."
    remedy = "A report cannot say that nobody moved, so the earlier one stands. Reject it on the page of what arrived."


class SheetTooLarge(Problem):
    code = "INGEST-229"
    says = "Sheet '{sheet}' of {file} holds more than {limit} cells, which is more than a table of counts."
    remedy = "Nothing of it was taken in. If its rows are records of people, import it by a mapping of columns instead."
