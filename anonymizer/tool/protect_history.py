"""Releases of the same people at several times: what was released before stands, and what is over since is added."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymizer.counted_week import CountedTable
from anonymizer.errors import HistoryUnfit
from anonymizer.periods import protect_periods
from anonymizer.policy import Policy
from anonymizer.published import ProtectedTables
from anonymizer.suppression import Progress
from anonymizer.tool.read_release import Release, read_release
from anonymizer.tool.verify_release import verify_release

__all__ = ["Periods", "protect_history"]


@dataclass(frozen=True)
class Periods:
    """Which dimension is time, which of its innermost codes are over, and the folder of the release before, if there is one."""

    time: str
    over: Sequence[str]
    history: Path | None = None


def protect_history(
    tables: Sequence[CountedTable], periods: Periods, policy: Policy, *, measure: str, progress: Progress | None = None
) -> ProtectedTables:
    """Protect what is over of one table and was not released yet; the result holds all that was released, and it.

    The release before is verified first. Raises `HistoryUnfit`, and what reading it and `protect_periods` raise.
    """
    if len(tables) > 1:
        raise HistoryUnfit(given=tables[1].name, reason="a release over time holds one table")
    [counted] = tables
    _check(counted, periods)
    if periods.history is None:
        return protect_periods(counted, periods.time, periods.over, policy, progress=progress)
    before = _verified(periods.history, measure)
    rules = _going_on(before, policy, periods.history)
    return protect_periods(counted, periods.time, periods.over, rules, released=before.tables[0], progress=progress)


def _check(counted: CountedTable, periods: Periods) -> None:
    tree = {dimension.name: dimension for dimension in counted.dimensions}.get(periods.time)
    if tree is None:
        raise HistoryUnfit(given=periods.time, reason="the table has no such dimension")
    for code in periods.over:
        if code not in tree.parents or code in tree.children:
            raise HistoryUnfit(given=code, reason=f"it is not among the innermost codes of {periods.time}")


def _verified(folder: Path, measure: str) -> Release:
    for check in verify_release(folder):
        if not check.holds:
            raise HistoryUnfit(given=folder, reason=f"it is not verified: {check.fault}")
    release: Release = read_release(folder)
    if release.measure != measure:
        raise HistoryUnfit(given=folder, reason=f"it counts {release.measure}, not {measure}")
    return release


def _going_on(before: Release, policy: Policy, folder: Path) -> Policy:
    """The policy of a release that goes on from another; raises `HistoryUnfit`.

    All of it states one: what began without a rule of own knowledge, or with a lesser one, goes on so.
    """
    if before.policy is not None and before.policy.own_knowledge < policy.own_knowledge:
        policy = policy.with_own_knowledge(before.policy.own_knowledge)
    if before.policy != policy:
        raise HistoryUnfit(given=folder, reason="it was protected under another policy")
    return policy
