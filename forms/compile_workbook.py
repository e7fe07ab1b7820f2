"""From a workbook (XLSForm, xlsform.org) to the form that phones fill in (XForm), or to all that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from pyxform.errors import PyXFormError
from pyxform.xls2xform import ConvertResult, convert

from forms.definition import FormDefinition
from forms.errors import Finding, WorkbookRejected, XFormUnreadable
from forms.explain_refusal import explain_complaint, explain_refusal
from forms.find_faults import workbook_faults
from forms.find_privacy_faults import privacy_faults
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
    warnings = list(workbook.notes)
    converted = _convert(workbook, warnings)
    _refuse(workbook, privacy_faults(workbook))
    xform = converted.xform.encode()
    definition = _read(workbook, xform)
    validation = validate_xform(xform, java)
    _refuse(workbook, (explain_complaint(said, workbook) for said in validation.complaints))
    media = {"itemsets.csv": converted.itemsets.encode()} if converted.itemsets else {}
    return CompiledForm(definition, xform, (*warnings, *validation.warnings), media)


def _convert(workbook: Workbook, warnings: list[str]) -> ConvertResult:
    read = {item.name: getattr(workbook.read, item.name) for item in fields(workbook.read)}
    try:
        return convert(read, warnings=warnings)
    except PyXFormError as refusal:
        raise WorkbookRejected(workbook.file_name, _findings(str(refusal), workbook)) from None
    except Exception as failure:  # pyxform breaks off at what it does not foresee
        said = f"The conversion broke off ({type(failure).__name__})."
        raise WorkbookRejected(workbook.file_name, _findings(said, workbook)) from failure


def _findings(refusal: str, workbook: Workbook) -> list[Finding]:
    found = list(dict.fromkeys(workbook_faults(workbook)))
    return sorted([*found, *explain_refusal(refusal, workbook, found)])


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
