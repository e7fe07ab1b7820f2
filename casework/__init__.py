"""Whom we help: the encrypted personal-data store of persons, households, cases, interviews and movement reports.

`admit_awaiting` and `admit_submission` bring in what arrived, `write_persons` what an import brings; `movement_facts` is
what the anonymizer counts, `open_in_bulk` counts the persons themselves; the others read for caseworkers. Everything here
works inside the caller's transaction: `Zone.CASEWORK`, for `movement_facts` and `movement_sources` also `Zone.ANONYMIZER`.
"""

from casework import match_partner, merge_persons, review_duplicates, rights_requests
from casework.access_pack import UseOfRecord
from casework.admission import Admission
from casework.admit_submission import AdmissionCount, admit_again, admit_awaiting, admit_submission
from casework.carry_out_erasure import carry_out_erasure
from casework.certify_erasure import Certificate, find_certificate, read_certificate
from casework.errors import RecordUnknown
from casework.find_person import find_case, find_named, find_persons
from casework.give_access_pack import give_access_pack
from casework.hold_record import hold_record, lift_hold, list_holds
from casework.keep_from import keep_from, let_read_again
from casework.name_index import NameIndex
from casework.open_in_bulk import open_in_bulk
from casework.open_record import break_glass, openings_to_review, review_opening, share_record
from casework.propose_erasures import ErasureReason, find_overdue, propose_erasure, propose_overdue
from casework.read_cases import CaseSummary, list_cases, read_person
from casework.read_files import list_files, read_file
from casework.read_household import read_household
from casework.read_movements import MovementFact, movement_facts, movement_sources, read_report
from casework.read_names import read_all_names, read_names
from casework.rights_models import OURS
from casework.seal_file import NewFile
from casework.search_freely import search_freely
from casework.search_wire import ask_worker, read_question, write_answer
from casework.view_record import RecordView, view_record
from casework.write_persons import NewPerson, write_persons

__all__ = [
    "OURS",
    "Admission",
    "AdmissionCount",
    "CaseSummary",
    "Certificate",
    "ErasureReason",
    "MovementFact",
    "NameIndex",
    "NewFile",
    "NewPerson",
    "RecordUnknown",
    "RecordView",
    "UseOfRecord",
    "admit_again",
    "admit_awaiting",
    "admit_submission",
    "ask_worker",
    "break_glass",
    "carry_out_erasure",
    "find_case",
    "find_certificate",
    "find_named",
    "find_overdue",
    "find_persons",
    "give_access_pack",
    "hold_record",
    "keep_from",
    "let_read_again",
    "lift_hold",
    "list_cases",
    "list_files",
    "list_holds",
    "match_partner",
    "merge_persons",
    "movement_facts",
    "movement_sources",
    "open_in_bulk",
    "openings_to_review",
    "propose_erasure",
    "propose_overdue",
    "read_all_names",
    "read_certificate",
    "read_file",
    "read_household",
    "read_names",
    "read_person",
    "read_question",
    "read_report",
    "review_duplicates",
    "review_opening",
    "rights_requests",
    "search_freely",
    "share_record",
    "view_record",
    "write_answer",
    "write_persons",
]
