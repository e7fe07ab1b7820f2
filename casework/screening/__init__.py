"""The screening interview proposes: its indicators scored as the form declares, and the programme's rules read on them.

Nothing of it is kept: score and proposal are worked out in memory from the sealed answers whenever they are asked for. What
somebody decides is a step of the case file (`casework.case_file`), which asks here what the rules propose.
"""

from casework.screening.apply_rules import Told, asks_second_opinion
from casework.screening.awaiting_decision import Awaiting, AwaitingWhat, count_screenings, page_screenings
from casework.screening.errors import DecisionWaits, OutcomeUnfit, ProposalChanged, SecondOpinionNeeded
from casework.screening.read_screening import Screening
from casework.screening.score_indicators import Found, Score
from casework.screening.view_screening import view_screening

__all__ = [
    "Awaiting",
    "AwaitingWhat",
    "DecisionWaits",
    "Found",
    "OutcomeUnfit",
    "ProposalChanged",
    "Score",
    "Screening",
    "SecondOpinionNeeded",
    "Told",
    "asks_second_opinion",
    "count_screenings",
    "page_screenings",
    "view_screening",
]
