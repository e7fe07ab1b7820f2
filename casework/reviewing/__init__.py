"""What arrived is looked at by checks, and decided on by supervisors: on hold, approved or rejected.

What is on hold or rejected stays what it is, but counts in no table that is protected from then on.
"""

from casework.reviewing.back_check import compare_pairs, tell_back_check
from casework.reviewing.compare_form import compare_form, look_again
from casework.reviewing.decide import decide
from casework.reviewing.repair import repaired
from casework.reviewing.view_submission import SubmissionView, view_submission

__all__ = [
    "SubmissionView",
    "compare_form",
    "compare_pairs",
    "decide",
    "look_again",
    "repaired",
    "tell_back_check",
    "view_submission",
]
