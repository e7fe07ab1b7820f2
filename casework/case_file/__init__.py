"""The case file: what is done for a person from the decision of a screening to closure, each step kept with who took it.

`transitions.TRANSITIONS` is the whole state machine; `take_step` is the one way to change anything.
"""

from casework.case_file.add_document import PICTURES, Document, add_document, document_of
from casework.case_file.asked_fields import asked_fields
from casework.case_file.awaiting_approval import count_awaiting, page_awaiting
from casework.case_file.errors import FieldUnfit
from casework.case_file.kinds import FIELDS, PART_OF, EntryField, FieldKind
from casework.case_file.open_again import open_again
from casework.case_file.print_case_file import print_case_file
from casework.case_file.read_case_file import CaseFile, Entry, read_case_file
from casework.case_file.step import Step
from casework.case_file.take_step import take_step
from casework.case_file.transitions import TRANSITIONS, Transition
from casework.case_file.words import case_words
from casework.case_file_models import Act, EntryKind

__all__ = [
    "FIELDS",
    "PART_OF",
    "PICTURES",
    "TRANSITIONS",
    "Act",
    "CaseFile",
    "Document",
    "Entry",
    "EntryField",
    "EntryKind",
    "FieldKind",
    "FieldUnfit",
    "Step",
    "Transition",
    "add_document",
    "asked_fields",
    "case_words",
    "count_awaiting",
    "document_of",
    "open_again",
    "page_awaiting",
    "print_case_file",
    "read_case_file",
    "take_step",
]
