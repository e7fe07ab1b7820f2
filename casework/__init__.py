"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

`admit_awaiting` and `admit_submission` bring in what arrived; `movement_facts` is what the anonymizer counts;
`propose_erasure` and `carry_out_erasure` end a record; the others read for caseworkers. Everything here works inside the
caller's transaction: `Zone.CASEWORK`, for `movement_facts` also `Zone.ANONYMIZER`.
"""

from casework.admission import Admission
from casework.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.carry_out_erasure import carry_out_erasure
from casework.certify_erasure import Certificate, find_certificate, read_certificate
from casework.hold_record import hold_record, lift_hold, list_holds
from casework.propose_erasures import ErasureReason, find_overdue, propose_erasure, propose_overdue
from casework.read_cases import CaseSummary, find_case, find_persons, list_cases, read_person
from casework.read_movements import MovementFact, movement_facts, read_report

__all__ = [
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "Certificate",
    "ErasureReason",
    "MovementFact",
    "admit_again",
    "admit_awaiting",
    "admit_submission",
    "carry_out_erasure",
    "find_case",
    "find_certificate",
    "find_overdue",
    "find_persons",
    "hold_record",
    "lift_hold",
    "list_cases",
    "list_holds",
    "movement_facts",
    "propose_erasure",
    "propose_overdue",
    "read_certificate",
    "read_person",
    "read_report",
]
