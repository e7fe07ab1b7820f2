"""An operation's weeks and months: facts go in, and what was proven of them is kept.

`fresh_facts` gives a week's facts from encrypted columns, `count_blocks` counts them (`count_movements` the reports
themselves), `policy_in_force` says under which rules to protect (`read_weekly_policy` whether others could
hold), `store_protected` and `load_protected` keep the result.
`ask_for` notes that a period is to be protected, `take_asked` gives it to one worker at a time, `SealedPieces` keeps what
its search has found.
`protect_month` makes a month of its protected weeks and of what was counted for them (`load_counts`).
"""

from anonymizer.errors import PeriodNotProtected
from anonymizer.weeks.asked_periods import Asked, ask_for, asked_periods, done_with, take_asked, tell_of_asked
from anonymizer.weeks.count_blocks import count_blocks
from anonymizer.weeks.count_movements import count_movements
from anonymizer.weeks.fact_blocks import fresh_facts, refresh_fact_blocks
from anonymizer.weeks.find_policy import policy_in_force, read_weekly_policy
from anonymizer.weeks.protect_month import KeptWeek, month_counts, protect_month
from anonymizer.weeks.sealed_evidence import load_counts
from anonymizer.weeks.sealed_pieces import SealedPieces
from anonymizer.weeks.store_protected import load_protected, store_protected
from anonymizer.weeks.verify_proofs import verify_proofs

__all__ = [
    "Asked",
    "KeptWeek",
    "PeriodNotProtected",
    "SealedPieces",
    "ask_for",
    "asked_periods",
    "count_blocks",
    "count_movements",
    "done_with",
    "fresh_facts",
    "load_counts",
    "load_protected",
    "month_counts",
    "policy_in_force",
    "protect_month",
    "read_weekly_policy",
    "refresh_fact_blocks",
    "store_protected",
    "take_asked",
    "tell_of_asked",
    "verify_proofs",
]
