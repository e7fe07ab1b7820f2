"""The proof that two months' caseloads tell together of no small number, whatever else is known of who went, or of who came.

Told of a table are the numbers of its groups (`groups_of`) and sums of those. Let an attacker know exactly, of every code, how
many went since the caseload was last told, from tables of closures or otherwise. Then he knows of each group how many came, who
are eleven at least, or nobody. Of a part of a group he knows no more: give any of those who came into the group another of its
codes, and every table, before, now and later, is as it was published. So every number from 0 to 10 stays possible for how many
came of a part. The same holds of those who went, for whoever knows exactly how many came. Nothing is asked of what weeks and
months of closures show, so it holds whatever they show.

Later: a part that held d more or fewer, d under eleven, is told again either within groups that were told now, whose sums are
what they were, or in a group into which eleven came and out of which eleven went, of whom d more or fewer came or went then
(decision 87).

Looked at are tables as they will be read, whichever way their cells were chosen.
"""

from collections.abc import Sequence

from anonymizer.caseload.counted_caseload import CountedCaseload
from anonymizer.caseload.criterion import Criterion
from anonymizer.caseload.groups import groups_of
from anonymizer.errors import NotProven
from anonymizer.policy import Policy
from anonymizer.published import PublishedTable

__all__ = ["prove_changes"]


def prove_changes(counted: CountedCaseload, tables: Sequence[PublishedTable], policy: Policy) -> None:
    """Check tables of the caseload beside who came and who went; raises `NotProven`."""
    for position, table in enumerate(tables):
        criterion, groups = Criterion(counted, position, policy), groups_of(table)
        level = criterion.dimension.name
        if not groups:
            raise NotProven(table=table.name, level="total", reason="the total of the caseload is not told")
        for group in groups:
            if len(group) == 1 and table.cells[group] is None:
                raise NotProven(table=table.name, level=level, reason="a code is hidden alone, and follows")
            if reason := criterion.why_not(group):
                raise NotProven(table=table.name, level=level, reason=f"of a number that is told, {reason}")
