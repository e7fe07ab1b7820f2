"""Why an expression of a form is not evaluated here."""

from core.errors import Problem

__all__ = ["ExpressionUnsupported"]


class ExpressionUnsupported(Problem):
    code = "FORM-041"
    says = "An expression of the form at {at} is not evaluated on the server: {reason}."
    remedy = "The phone evaluates it. Answers that came another way (a changed form, a script) are to be looked at by hand."
