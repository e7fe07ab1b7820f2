"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

`admit_awaiting` and `admit_submission` bring in what arrived; `movement_facts` is what the anonymizer counts; the
others read for caseworkers. Everything here works inside the caller's transaction: `Zone.CASEWORK`, for
`movement_facts` also `Zone.ANONYMIZER`.
"""

from casework import match_partner, merge_persons, review_duplicates
from casework.admission import Admission
from casework.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.find_person import find_case, find_named, find_persons
from casework.name_index import NameIndex
from casework.read_cases import CaseSummary, list_cases, read_person
from casework.read_movements import MovementFact, movement_facts, read_report
from casework.read_names import read_all_names, read_names
from casework.search_freely import search_freely
from casework.search_wire import ask_worker, read_question, write_answer

__all__ = [
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "MovementFact",
    "NameIndex",
    "admit_again",
    "admit_awaiting",
    "admit_submission",
    "ask_worker",
    "find_case",
    "find_named",
    "find_persons",
    "list_cases",
    "match_partner",
    "merge_persons",
    "movement_facts",
    "read_all_names",
    "read_names",
    "read_person",
    "read_question",
    "read_report",
    "review_duplicates",
    "search_freely",
    "write_answer",
]
