"""What may be known: count, protect, prove. Facts go in, and only tables that were proven safe come out.

`fresh_facts` gives a week's facts from encrypted columns, `count_blocks` counts them (`count_movements` the reports
themselves), `protect` hides what must be hidden and proves it under a `Policy`, `store_protected` and `load_protected` keep
the result; a `ProtectedTable` comes from nowhere else. `attack` is the attacker's view, for anybody.
"""

from anonymizer.attack import attack
from anonymizer.count_blocks import count_blocks
from anonymizer.count_movements import count_movements
from anonymizer.counted_week import CountedWeek
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import WeekNotProtected
from anonymizer.fact_blocks import fresh_facts, refresh_fact_blocks
from anonymizer.policy import DEFAULT_POLICY, Policy, default_policy, parse_policy, policy_in_force, read_policy
from anonymizer.protect import protect
from anonymizer.published import ProtectedTable, ProtectedWeek
from anonymizer.store_protected import load_protected, store_protected

__all__ = [
    "DEFAULT_POLICY",
    "TOTAL",
    "CountedWeek",
    "Dimension",
    "Policy",
    "ProtectedTable",
    "ProtectedWeek",
    "WeekNotProtected",
    "attack",
    "count_blocks",
    "count_movements",
    "default_policy",
    "fresh_facts",
    "load_protected",
    "parse_policy",
    "policy_in_force",
    "protect",
    "read_policy",
    "refresh_fact_blocks",
    "store_protected",
]
