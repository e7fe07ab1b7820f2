"""What an organisation offers and asks of its own work: lists to choose from, and which steps somebody else approves.

It is one file that a manager can read (`programme.toml`), and a policy that two people decide (`core.policies`).
"""

from casework.programme.read_programme import (
    APPROVABLE,
    FIXED,
    LISTS,
    OURS,
    OWN,
    Programme,
    parse_programme,
    programme_in_force,
    programme_text,
)
from casework.programme.screening_rules import Departure, Rule, ScreeningRules, When
from casework.programme.write_programme import CodeList, rewrite_approvals, rewrite_list

__all__ = [
    "APPROVABLE",
    "FIXED",
    "LISTS",
    "OURS",
    "OWN",
    "CodeList",
    "Departure",
    "Programme",
    "Rule",
    "ScreeningRules",
    "When",
    "parse_programme",
    "programme_in_force",
    "programme_text",
    "rewrite_approvals",
    "rewrite_list",
]
