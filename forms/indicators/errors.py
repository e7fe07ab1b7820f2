"""What a form's indicators are refused for."""

from core.errors import Problem

__all__ = ["IndicatorUnreadable", "IndicatorUnusable"]


class IndicatorUnreadable(Problem):
    code = "FORM-013"
    says = "This does not say what an answer weighs: '{text}'."
    remedy = "Write a group, a colon and answers with whole numbers from 1 to 100, or `?`: coercion: DebtBondage=4 Other=1"


class IndicatorUnusable(Problem):
    code = "FORM-014"
    says = "In form {form_id} the indicators of {question} cannot be used. {what}"
    remedy = "Correct it in the workbook, in the column `bind::ws:indicator`, and publish the form again."
