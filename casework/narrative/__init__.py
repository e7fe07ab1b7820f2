"""The narrative report of a case: drafted from what is held, gone over by a person, signed, handed out on a basis that holds.

It is an entry of the case file; what can be done with it stands in `casework.case_file.transitions`.
"""

from casework.narrative.check_report import CheckedReport, SheetStands, check_report
from casework.narrative.draft_report import ReportWish, draft_report
from casework.narrative.print_report import print_report
from casework.narrative.signed_report import SignedReport

__all__ = [
    "CheckedReport",
    "ReportWish",
    "SheetStands",
    "SignedReport",
    "check_report",
    "draft_report",
    "print_report",
]
