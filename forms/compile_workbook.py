"""From a workbook (XLSForm, xlsform.org) to the form that phones fill in (XForm), or to all that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import chain
from typing import NoReturn

from pyxform.errors import PyXFormError
from pyxform.xls2xform import ConvertResult, convert

from forms.ask_again import ask_again
from forms.definition import FormDefinition
from forms.errors import Finding, WorkbookRejected, XFormUnreadable
from forms.explain_refusal import explain_complaint, explain_refusal
from forms.find_faults import workbook_faults
from forms.find_privacy_faults import privacy_faults
from forms.find_slips import find_slips
from forms.indicators import indicator_faults
from forms.read_definition import read_form_definition
from forms.read_workbook import Workbook, read_workbook
from forms.validate_xform import validate_xform

__all__ = ["CompiledForm", "compile_workbook"]


@dataclass(frozen=True)
class CompiledForm:
    """A form ready to publish. `media` holds the files that the workbook itself brings along (external choices)."""

    definition: FormDefinition
    xform: bytes = field(repr=False)
    warnings: tuple[str, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def compile_workbook(content: bytes, file_name: str, *, java: str | None = None, encoding: str = "") -> CompiledForm:
    """Compile .xlsx, .xls, .csv or .md (the content decides, not the name) and, given `java`, check with ODK Validate.

    The file name without its ending is the form's id where the settings name none; `encoding` is the code page of a text
    file that is not in Unicode, where it is known. Raises `WorkbookRejected` with every finding, and `CodePageUnknown`;
    what does not stop the form is in `warnings`, and so is a skipped check.
    """
    workbook = read_workbook(content, file_name, encoding)
    warnings = [*workbook.notes, *find_slips(workbook)]
    converted = _convert(workbook, warnings)
    if isinstance(converted, str):
        _refuse_all(workbook, _findings(converted, workbook), java)
    _refuse(workbook, chain(privacy_faults(workbook), indicator_faults(workbook)))
    xform = converted.xform.encode()
    definition = _read(workbook, xform)
    if not definition.questions:
        nothing = Finding("survey", 1, "survey", "The survey asks nothing.", "Write a row for each question below the header.")
        _refuse(workbook, [nothing])
    validation = validate_xform(xform, java)
    if validation.complaints:
        _refuse_all(workbook, [explain_complaint(said, workbook) for said in validation.complaints], java)
    media = {"itemsets.csv": converted.itemsets.encode()} if converted.itemsets else {}
    return CompiledForm(definition, xform, (*warnings, *validation.warnings), media)


def _convert(workbook: Workbook, warnings: list[str]) -> ConvertResult | str:
    """What pyxform makes of the workbook, or what it says against it."""
    read = {item.name: getattr(workbook.read, item.name) for item in fields(workbook.read)}
    try:
        return convert(read, warnings=warnings)
    except PyXFormError as refusal:
        return str(refusal)
    except Exception as failure:  # noqa: BLE001  (pyxform breaks off at what it does not foresee)
        return f"The conversion broke off ({type(failure).__name__})."


def _findings(refusal: str, workbook: Workbook) -> list[Finding]:
    found = list(dict.fromkeys(workbook_faults(workbook)))
    return [*found, *explain_refusal(refusal, workbook, found)]


def _refuse_all(workbook: Workbook, found: list[Finding], java: str | None) -> NoReturn:
    """Refuse it with what was found and with all else that pyxform and ODK Validate would say once that is corrected."""
    _refuse(workbook, [*found, *ask_again(workbook, found, partial(_ask, java=java))])
    raise AssertionError("there is something to refuse it for")


def _ask(workbook: Workbook, java: str | None) -> list[Finding]:
    converted = _convert(workbook, [])
    if isinstance(converted, str):
        return list(explain_refusal(converted, workbook, []))
    return [explain_complaint(said, workbook) for said in validate_xform(converted.xform.encode(), java).complaints]


def _read(workbook: Workbook, xform: bytes) -> FormDefinition:
    try:
        return read_form_definition(xform)
    except XFormUnreadable as unreadable:
        what = f"The form made from this workbook cannot be read: {unreadable.where['reason']}."
        remedy = "Declare every prefix used in a column header (as `bind::prefix:name`) in the column 'namespaces'."
        raise WorkbookRejected(workbook.file_name, [Finding("settings", 1, "namespaces", what, remedy)]) from None


def _refuse(workbook: Workbook, findings: Iterable[Finding]) -> None:
    found = sorted(set(findings))
    if found:
        raise WorkbookRejected(workbook.file_name, found)
