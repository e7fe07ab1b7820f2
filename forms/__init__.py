"""What we ask: workbooks in (XLSForm), versioned forms out (XForm), the privacy class of every question with them.

`compile_workbook` turns a workbook into an XForm, `publish_form` gives it to an operation's phones,
`read_form_definition` says what a form asks and how each answer must be kept. Our own questionnaires are built by
`build_questionnaire`, and `places_media` makes the file of places that they need.
"""

from forms.build_questionnaire import QUESTIONNAIRES, build_questionnaire
from forms.compile_workbook import compile_workbook
from forms.definition import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart
from forms.errors import WorkbookRejected
from forms.label_questions import question_labels
from forms.places_media import places_media
from forms.publish_form import PublishedForm, find_definition, find_form, list_forms, publish_form, read_media
from forms.read_definition import read_form_definition

__all__ = [
    "QUESTIONNAIRES",
    "FormDefinition",
    "PrivacyClass",
    "PublishedForm",
    "Question",
    "RecordKind",
    "RecordPart",
    "WorkbookRejected",
    "build_questionnaire",
    "compile_workbook",
    "find_definition",
    "find_form",
    "list_forms",
    "places_media",
    "publish_form",
    "question_labels",
    "read_form_definition",
    "read_media",
]
