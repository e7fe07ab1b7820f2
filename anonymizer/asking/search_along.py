"""The search for a period as its owner does it, for its pieces alone: what comes of it is not looked at."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from anonymizer.asking.sealed_pieces import NothingToHelp, SealedPieces
from anonymizer.counted_week import CountedTable
from anonymizer.errors import ProtectionImpossible
from anonymizer.outside import Outside
from anonymizer.policy import Policy
from anonymizer.protect import draft_tables, hidden_in
from anonymizer.published import ProtectedPeriod
from anonymizer.weeks import KeptPeriod
from anonymizer.weeks.protect_sum import draft_sum
from core.periods.period import Period, Sum

__all__ = ["search_sum_along", "search_week_along"]


def search_week_along(
    counted: Sequence[CountedTable],
    policy: Policy,
    *,
    outside: Outside,
    earlier: Sequence[ProtectedPeriod],
    kept: SealedPieces,
) -> None:
    """Search a week's tables with whoever is at them, to the end or until that is over; `earlier` are weeks of its month."""
    before = hidden_in(table for week in earlier for table in week.tables)
    with suppress(NothingToHelp, ProtectionImpossible):  # its owner is told why
        draft_tables(counted, policy, outside=outside, hidden_before=before, kept=kept)


def search_sum_along(
    whole: Sum, parts: Sequence[KeptPeriod], policy: Policy, *, outside: Mapping[Period, Outside], kept: SealedPieces
) -> None:
    """The same of a month or year beside its parts."""
    with suppress(NothingToHelp, ProtectionImpossible):
        draft_sum(whole, parts, policy, outside=outside, kept=kept)
