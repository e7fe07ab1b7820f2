"""Privacy classes for a form whose workbook declares none: suggested with reasons, set by a person, kept by edition.

What a workbook declares holds and cannot be set here. What nobody declared or set is a direct identifier.
`suggest_classes` proposes and changes nothing; `set_classes` keeps what a person decided. `write_sheet` and `read_sheet`
carry the decisions of a long form out to a spreadsheet and back. A form for another server goes without them
(`workbook_without_classes`, `xform_without_classes`).
"""

from forms.classes.classes_sheet import read_sheet, write_sheet
from forms.classes.errors import ClassesChanged, ClassesRejected, FormNotPublished
from forms.classes.kept_classes import Classes, QuestionClass, with_classes
from forms.classes.leave_out_classes import workbook_without_classes, xform_without_classes
from forms.classes.list_unset import FormVersionState, list_form_versions
from forms.classes.set_classes import ClassesEdition, FormToClassify, earlier_version, form_to_classify, set_classes
from forms.classes.suggest_classes import Reason, Suggestion, known_variables, suggest_classes

__all__ = [
    "Classes",
    "ClassesChanged",
    "ClassesEdition",
    "ClassesRejected",
    "FormNotPublished",
    "FormToClassify",
    "FormVersionState",
    "QuestionClass",
    "Reason",
    "Suggestion",
    "earlier_version",
    "form_to_classify",
    "known_variables",
    "list_form_versions",
    "read_sheet",
    "set_classes",
    "suggest_classes",
    "with_classes",
    "workbook_without_classes",
    "write_sheet",
    "xform_without_classes",
]
