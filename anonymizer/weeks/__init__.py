"""An operation's weeks: facts go in, and what was proven of them is kept.

`fresh_facts` gives a week's facts from encrypted columns, `count_blocks` counts them (`count_movements` the reports
themselves), `policy_in_force` says under which rules to protect, `store_protected` and `load_protected` keep the result.
"""

from anonymizer.errors import WeekNotProtected
from anonymizer.weeks.count_blocks import count_blocks
from anonymizer.weeks.count_movements import count_movements
from anonymizer.weeks.fact_blocks import fresh_facts, refresh_fact_blocks
from anonymizer.weeks.find_policy import policy_in_force
from anonymizer.weeks.store_protected import load_protected, store_protected
from anonymizer.weeks.verify_proofs import verify_proofs

__all__ = [
    "WeekNotProtected",
    "count_blocks",
    "count_movements",
    "fresh_facts",
    "load_protected",
    "policy_in_force",
    "refresh_fact_blocks",
    "store_protected",
    "verify_proofs",
]
