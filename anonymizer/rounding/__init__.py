"""Controlled rounding: every number a multiple of one base, every total the sum of its parts, and nothing hidden.

`round_table` rounds a counted table and proves it; a `RoundedTable` comes from nowhere else. `why_not_rounded` tells from a
published table alone whether it is rounded as it says.
"""

from anonymizer.rounding.change import Change, changes
from anonymizer.rounding.prove_rounding import why_not_rounded
from anonymizer.rounding.round_table import round_table

__all__ = ["Change", "changes", "round_table", "why_not_rounded"]
