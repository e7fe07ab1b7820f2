"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

`admit_awaiting` and `admit_submission` bring in what arrived, `write_persons` what an import brings; `movement_facts` is
what the anonymizer counts, `open_in_bulk` counts the persons themselves; the others read for caseworkers. Everything here
works inside the caller's transaction: `Zone.CASEWORK`, for `movement_facts` and `movement_sources` also `Zone.ANONYMIZER`.
"""

from casework.admission import Admission
from casework.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.open_in_bulk import open_in_bulk
from casework.read_cases import CaseSummary, find_case, find_persons, list_cases, read_person
from casework.read_files import list_files, read_file
from casework.read_household import read_household
from casework.read_movements import MovementFact, movement_facts, movement_sources, read_report
from casework.seal_file import NewFile
from casework.write_persons import NewPerson, write_persons

__all__ = [
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "MovementFact",
    "NewFile",
    "NewPerson",
    "admit_again",
    "admit_awaiting",
    "admit_submission",
    "find_case",
    "find_persons",
    "list_cases",
    "list_files",
    "movement_facts",
    "movement_sources",
    "open_in_bulk",
    "read_file",
    "read_household",
    "read_person",
    "read_report",
    "write_persons",
]
