"""What we ask: workbooks in (XLSForm), versioned forms out (XForm), the privacy class of every question with them.

`compile_workbook` turns a workbook into an XForm, `publish_form` gives it to an operation's phones,
`read_form_definition` says what a form asks and how each answer must be kept. Our own questionnaires are built by
`build_questionnaire`, and `places_media` makes the file of places that they need. With `encrypt_form` phones encrypt what
they finalise, for a key pair that `add_form_key` made.
"""

from forms.build_questionnaire import QUESTIONNAIRES, build_questionnaire
from forms.compile_workbook import compile_workbook
from forms.definition import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart
from forms.encrypt_form import encrypt_form, refuse_foreign_key
from forms.errors import WorkbookRejected
from forms.find_definition import find_definition
from forms.form_keys import add_form_key, newest_public_key, open_form_keys, verify_form_keys
from forms.label_questions import question_labels
from forms.places_media import places_media
from forms.publish_form import PublishedForm, find_form, list_forms, publish_form, read_media
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
    "add_form_key",
    "build_questionnaire",
    "compile_workbook",
    "encrypt_form",
    "find_definition",
    "find_form",
    "list_forms",
    "newest_public_key",
    "open_form_keys",
    "places_media",
    "publish_form",
    "question_labels",
    "read_form_definition",
    "read_media",
    "refuse_foreign_key",
    "verify_form_keys",
]
