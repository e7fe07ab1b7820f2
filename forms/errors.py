"""What forms refuse, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Problem

__all__ = [
    "CodePageUnknown",
    "Finding",
    "ForeignFormKey",
    "FormChanged",
    "FormKeyMissing",
    "MediaMissing",
    "MediaNameUnusable",
    "VariableFedTwice",
    "WorkbookRejected",
    "XFormUnreadable",
]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to correct in a workbook: where (`row` as the spreadsheet counts, header 1), what, and how.

    `text` is what stands there, as written.
    """

    sheet: str
    row: int
    text: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"Sheet '{self.sheet}', row {self.row}, '{self.text}': {self.what} {self.remedy}"


class WorkbookRejected(Problem):
    """A workbook that cannot become a form; `findings` lists all that is known to be wrong, in order of sheet and row."""

    code = "FORM-001"
    says = "The workbook {file_name} cannot become a form. {listed}"
    remedy = "Correct what is named and hand the workbook in again."

    def __init__(self, file_name: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(file_name=file_name, listed="\n".join(["", *map(str, self.findings), ""]))


class XFormUnreadable(Problem):
    code = "FORM-002"
    says = "This is not an XForm that can be used: {reason}."
    remedy = "Send the form again as its tool exported it, or compile it from its workbook."


class FormChanged(Problem):
    code = "FORM-003"
    says = "Form {form_id} version '{version}' is published already, with another {part}."
    remedy = (
        "Phones may hold the published one, so it stays. Give the changed form a new version in its settings and publish that."
    )


class MediaNameUnusable(Problem):
    code = "FORM-004"
    says = "The media file name '{file_name}' of form {form_id} cannot be used on a phone."
    remedy = "Use the plain file name that the form refers to, without folders."


class FormKeyMissing(Problem):
    code = "FORM-005"
    says = "Operation {operation} has no key with which phones could encrypt."
    remedy = "Make one with `bin/waystation keys form-key {operation}`, then publish the form again."


class ForeignFormKey(Problem):
    code = "FORM-006"
    says = "Form {form_id} names a public key of its own: what phones encrypt with it could not be opened here."
    remedy = (
        "Take `public_key` out of its settings, or publish it with --encrypted: that puts the operation's key in its place."
    )


class VariableFedTwice(Problem):
    code = "FORM-007"
    says = "In form {form_id} two questions feed the variable '{variable}': {first} and {second}."
    remedy = "Let one question feed it: where several may be answered, one that is calculated from them."


class MediaMissing(Problem):
    code = "FORM-011"
    says = "Form {form_id} refers to files that were not given with it: {listed}."
    remedy = "Give each with --media FILE, or the folder that holds them; or take the reference out of the workbook."


class CodePageUnknown(Problem):
    code = "FORM-012"
    says = "The text cannot be read as {encoding}."
    remedy = "Save the file in UTF-8, or name the code page that it was saved in, for example --encoding windows-1256."
