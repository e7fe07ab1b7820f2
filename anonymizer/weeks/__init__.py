"""An operation's weeks, months and years: facts go in, and what was proven of them is kept.

`fresh_facts` gives a week's facts of movements from encrypted columns and `count_blocks` counts them (`count_movements` the
reports themselves, `count_week` is both steps); `store_case_facts` and `load_case_facts` do so for facts that casework read,
and `count_screenings` and `count_casework` count these. `policy_in_force` says under which rules to protect
(`read_weekly_policy` whether others could hold, `weekly_tables` for which tables), `store_protected` and `load_protected` keep
the result. `protect_sum` makes a month of its protected weeks, or a year of its months, and of what was counted for them
(`load_counts`). `count_caseload` counts who has an open case at a month's end, and
`last_told` says of which month that was told.
"""

from anonymizer.errors import PeriodNotProtected
from anonymizer.weeks.case_blocks import case_facts_are_fresh, load_case_facts, stale_case_weeks, store_case_facts
from anonymizer.weeks.count_blocks import count_blocks
from anonymizer.weeks.count_caseload import count_caseload
from anonymizer.weeks.count_casework import count_casework
from anonymizer.weeks.count_movements import count_movements
from anonymizer.weeks.count_screenings import count_screenings
from anonymizer.weeks.count_week import count_week
from anonymizer.weeks.fact_blocks import fresh_facts, refresh_fact_blocks
from anonymizer.weeks.find_policy import policy_in_force, read_weekly_policy, weekly_tables
from anonymizer.weeks.last_told import last_told
from anonymizer.weeks.protect_sum import KeptPeriod, protect_sum, sum_counts
from anonymizer.weeks.sealed_evidence import load_counts
from anonymizer.weeks.store_protected import load_protected, store_protected
from anonymizer.weeks.verify_proofs import verify_proofs

__all__ = [
    "KeptPeriod",
    "PeriodNotProtected",
    "case_facts_are_fresh",
    "count_blocks",
    "count_caseload",
    "count_casework",
    "count_movements",
    "count_screenings",
    "count_week",
    "fresh_facts",
    "last_told",
    "load_case_facts",
    "load_counts",
    "load_protected",
    "policy_in_force",
    "protect_sum",
    "read_weekly_policy",
    "refresh_fact_blocks",
    "stale_case_weeks",
    "store_case_facts",
    "store_protected",
    "sum_counts",
    "verify_proofs",
    "weekly_tables",
]
