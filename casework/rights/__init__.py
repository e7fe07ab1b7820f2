"""The rights of the person: to see, to correct, to be kept under a legal hold; requests and their clock."""

from casework.rights.access_pack import UseOfRecord
from casework.rights.confirm_correction import confirm_correction
from casework.rights.correct_record import correct_record
from casework.rights.give_access_pack import give_access_pack
from casework.rights.hold_record import HeldRecord, hold_record, lift_hold, list_holds, page_holds, refuse_held
from casework.rights.keep_corrections import EditToDecide, edits_to_decide
from casework.rights.keep_former import former_answers
from casework.rights.read_to_correct import ToCorrect, read_to_correct
from casework.rights.rights_requests import (
    OpenRequest,
    RequestKind,
    RequestOutcome,
    answer_request,
    open_requests,
    page_requests,
    receive_request,
)

__all__ = [
    "EditToDecide",
    "HeldRecord",
    "OpenRequest",
    "RequestKind",
    "RequestOutcome",
    "ToCorrect",
    "UseOfRecord",
    "answer_request",
    "confirm_correction",
    "correct_record",
    "edits_to_decide",
    "former_answers",
    "give_access_pack",
    "hold_record",
    "lift_hold",
    "list_holds",
    "open_requests",
    "page_holds",
    "page_requests",
    "read_to_correct",
    "receive_request",
    "refuse_held",
]
