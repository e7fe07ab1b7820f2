"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

`admit_awaiting` and `admit_submission` bring in what arrived; `movement_facts` is what the anonymizer counts; the
others read for caseworkers. Everything here works inside the caller's transaction: `Zone.CASEWORK`, for
`movement_facts` also `Zone.ANONYMIZER`.
"""

from casework.admission import Admission
from casework.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.read_cases import CaseSummary, find_case, find_persons, list_cases, read_person
from casework.read_movements import MovementFact, movement_facts, read_report

__all__ = [
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "MovementFact",
    "admit_again",
    "admit_awaiting",
    "admit_submission",
    "find_case",
    "find_persons",
    "list_cases",
    "movement_facts",
    "read_person",
    "read_report",
]
