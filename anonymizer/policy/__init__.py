"""The rules of protection: which cells are unsafe, and what nobody may be able to learn about them.

`Policy` holds the rules (`rules.py`), `policy_from` and `stated` are what a file or a release says of them and back
(`stated.py`), `read_policy` reads an officer's file (`read_policy.py`), `rules_of` says which rules hold for each cell of a
table (`by_cell.py`), `require_fit` whether they speak of what is there, `for_tables` what they say of some tables (`fits.py`).
"""

from anonymizer.policy.by_cell import TableRules, rules_of
from anonymizer.policy.fits import for_tables, require_fit
from anonymizer.policy.read_policy import DEFAULT_POLICY, default_policy, parse_policy, read_policy
from anonymizer.policy.rules import Cost, Dominance, Policy, Possible, Sensitive
from anonymizer.policy.selection import Selection
from anonymizer.policy.stated import policy_from, stated

__all__ = [
    "DEFAULT_POLICY",
    "Cost",
    "Dominance",
    "Policy",
    "Possible",
    "Selection",
    "Sensitive",
    "TableRules",
    "default_policy",
    "for_tables",
    "parse_policy",
    "policy_from",
    "read_policy",
    "require_fit",
    "rules_of",
    "stated",
]
