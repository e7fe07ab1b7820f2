"""What may be known: count, protect, prove. Only tables that were proven safe come out.

`protect` hides what must be hidden in a counted week and proves it under a `Policy`, `protect_tables` does so for any
tables; a `ProtectedTable` comes from nowhere else. `attack` is the attacker's view, and `audit` judges a release by it:
both for anybody. All this needs no database.

Rooms: `anonymizer.suppression` is the engine that hides, `anonymizer.attacker` what anybody can work out, and neither knows
the other; `anonymizer.weeks` counts an operation's weeks from encrypted facts and keeps what was proven; `anonymizer.tool` is
the anonymizer on files alone, for any CSV; `anonymizer.inside` answers what an officer asks before a release;
`anonymizer.red_team` attacks releases as they were published, all their files.
"""

from anonymizer.attacker import attack, audit
from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.method import Method
from anonymizer.outside import OutsideTotal
from anonymizer.policy import DEFAULT_POLICY, Policy, default_policy, parse_policy, read_policy, stated
from anonymizer.population import Population, Unit, counted_in
from anonymizer.protect import protect, protect_tables
from anonymizer.published import ProtectedPeriod, ProtectedTable, ProtectedTables, PublishedElsewhere

__all__ = [
    "DEFAULT_POLICY",
    "TOTAL",
    "CountedTable",
    "CountedWeek",
    "Dimension",
    "Method",
    "OutsideTotal",
    "Policy",
    "Population",
    "ProtectedPeriod",
    "ProtectedTable",
    "ProtectedTables",
    "PublishedElsewhere",
    "Unit",
    "attack",
    "audit",
    "counted_in",
    "default_policy",
    "finest",
    "parse_policy",
    "protect",
    "protect_tables",
    "read_policy",
    "stated",
]
