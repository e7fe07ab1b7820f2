"""The case file: what is done for a person from the decision of a screening to closure, each step kept with who took it.

`transitions.TRANSITIONS` is the whole state machine; `take_step` is the one way to change anything.
"""

from casework.case_file.kinds import FIELDS, PART_OF, FieldKind
from casework.case_file.read_case_file import CaseFile, Entry, read_case_file
from casework.case_file.take_step import Step, take_step
from casework.case_file.transitions import TRANSITIONS, Transition
from casework.case_file_models import Act, EntryKind

__all__ = [
    "FIELDS",
    "PART_OF",
    "TRANSITIONS",
    "Act",
    "CaseFile",
    "Entry",
    "EntryKind",
    "FieldKind",
    "Step",
    "Transition",
    "read_case_file",
    "take_step",
]
