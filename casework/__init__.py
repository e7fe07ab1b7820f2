"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

Here is the way in and the plain reading: `admit_awaiting` and `admit_submission` bring in what arrived, `movement_facts` is
what the anonymizer counts, the others read for caseworkers. Whatever else is done with a record has a room of its own,
each with a face: `records` (on screen, shared, kept from), `follow_up` (on phones), `search`, `duplicates`, `consent`,
`rights`, `erasure`, `store` (many at once). Everything works inside the caller's transaction: `Zone.CASEWORK`, for facts also
`Zone.ANONYMIZER`.
"""

from casework.admission.admit_lone_reports import admit_lone_reports, report_forms
from casework.admission.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.admission.outcome import Admission
from casework.errors import CorrectionEmpty, RecordChanged, RecordRestricted, RecordUnknown
from casework.records.read_cases import CaseSummary, list_cases, read_person
from casework.records.read_household import read_household
from casework.records.read_movements import MovementFact, movement_facts, movement_sources, read_report
from casework.search.find_person import find_case, find_persons
from casework.waiting_work import WaitingWork, waiting_work

__all__ = [
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "CorrectionEmpty",
    "MovementFact",
    "RecordChanged",
    "RecordRestricted",
    "RecordUnknown",
    "WaitingWork",
    "admit_again",
    "admit_awaiting",
    "admit_lone_reports",
    "admit_submission",
    "find_case",
    "find_persons",
    "list_cases",
    "movement_facts",
    "movement_sources",
    "read_household",
    "read_person",
    "read_report",
    "report_forms",
    "waiting_work",
]
