"""What setting classes refuses, and what to do about it."""

from collections.abc import Sequence

from core.errors import Problem

__all__ = ["ClassesChanged", "ClassesRejected", "FormNotPublished"]


class ClassesRejected(Problem):
    """Classes that cannot be kept; `refusals` lists all that is wrong with them, each with its question and remedy."""

    code = "FORM-008"
    says = "The classes for form {form_id} cannot be kept. {listed}"
    remedy = "Correct what is named and set them again; nothing was changed."

    def __init__(self, form_id: str, refusals: Sequence[str]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(form_id=form_id, listed="\n".join(["", *self.refusals, ""]))


class FormNotPublished(Problem):
    code = "FORM-009"
    says = "Operation {operation} has no form {form_id} of that version."
    remedy = "List the forms with `bin/waystation forms list {operation}`."


class ClassesChanged(Problem):
    code = "FORM-010"
    says = "Somebody else set classes for form {form_id} meanwhile: edition {edition} holds now."
    remedy = "Look at what holds now, and set yours again. Nothing of yours was kept."
