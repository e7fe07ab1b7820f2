"""The caseload as a statistic: how many persons have an open case at a month's end, and what two such numbers tell together.

A stock that is one more than the stock before says that one person came. So a number is told only where eleven certainly came
and eleven went since the caseload was last told (`criterion`), and that is proven from the tables as they will be read
(`prove_changes`, decision 87). `protect_caseload` does all of it. It needs no database.
"""

from anonymizer.caseload.counted_caseload import CountedCaseload
from anonymizer.caseload.groups import groups_of
from anonymizer.caseload.protect_caseload import protect_caseload
from anonymizer.caseload.prove_changes import prove_changes

__all__ = ["CountedCaseload", "groups_of", "protect_caseload", "prove_changes"]
