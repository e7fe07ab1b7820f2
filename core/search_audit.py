"""Searching the audit log, for an auditor: who did what, to what, why and when; and who read unusually much.

What is found holds ids, codes and counts, never a name, so an auditor sees who read a record without seeing the record.
Reading the log is itself a line. An account reads the lines of its own operation; the program itself reads all.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.access import Access, Custody, require
from core.audit_line import Action, Purpose, record
from core.models import AuditEntry
from core.permissions import Right

__all__ = ["READS", "AccountDay", "AuditSearch", "history_of", "reads_per_account", "search_audit"]

LOG: Final = "core.audit_entry"
READS: Final = (Action.READ, Action.SEARCHED, Action.EXPORTED, Action.BROKE_GLASS, Action.MATCHED)
# Unusual: more than the median of its zone by six median deviations, and not few in any case.
DEVIATIONS: Final = 6
FEW: Final = 50


@dataclass(frozen=True)
class AuditSearch:
    """What to look for; what is empty is not asked. `subject` also finds what lies under it (`casework.person` its records)."""

    actor: str = ""
    action: Action | None = None
    subject: str = ""
    operation: str = ""
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asked(self) -> list[str]:
        """The names of what was asked, without the values."""
        return [name for name, value in self.__dict__.items() if value]


@dataclass(frozen=True)
class AccountDay:
    """How many records an account read in one zone on one day (UTC), and whether that is unusually many."""

    day: date
    actor: str
    zone: str
    lines: int
    records: int
    unusual: bool


def search_audit(
    session: Session,
    search: AuditSearch,
    *,
    below: int | None = None,
    limit: int = 100,
    as_action: Action = Action.READ,
) -> list[AuditEntry]:
    """The lines found, the newest first (audit zone). `below` a line's number gives the page after it. Raises `NotAllowed`.

    `as_action` is what the line that this leaves says was done: read, or exported.
    """
    access = require(session, Right.READ_AUDIT, subject=LOG)
    wanted = _of(access, select(AuditEntry)).order_by(AuditEntry.number.desc()).limit(limit)
    wanted = _narrowed(wanted, search)
    if below is not None:
        wanted = wanted.where(AuditEntry.number < below)
    found = list(session.scalars(wanted))
    record(session, as_action, LOG, purpose=Purpose.SECURITY, count=len(found), detail={"asked": search.asked})
    return found


def history_of(
    session: Session, subject: str, custody: Custody, *, below: int | None = None, limit: int = 100
) -> list[AuditEntry]:
    """What happened to one record and who saw it, the newest first, for whoever answers for it (audit zone). `below` as above.

    Narrower than `search_audit`: one subject, and a right within the record's custody, which the caller has read under
    the same access. Raises `NotAllowed`.
    """
    access = require(session, Right.REVIEW_BREAK_GLASS, custody, subject=subject)
    wanted = _of(access, select(AuditEntry).where(AuditEntry.subject == subject))
    if below is not None:
        wanted = wanted.where(AuditEntry.number < below)
    found = list(session.scalars(wanted.order_by(AuditEntry.number.desc()).limit(limit)))
    record(session, Action.READ, LOG, purpose=Purpose.SECURITY, count=len(found), detail={"asked": ["history_of"]})
    return found


def reads_per_account(session: Session, since: datetime, until: datetime) -> list[AccountDay]:
    """Reads of identified data by account, zone and day, the unusual and then the most first (audit zone).

    Compared are the account-days of the same zone within the period, so that the program's own bulk work does not hide a
    person who reads too much. Raises `NotAllowed`.
    """
    access = require(session, Right.READ_AUDIT, subject=LOG)
    day = func.date(func.timezone("UTC", AuditEntry.at)).label("day")
    records = func.sum(AuditEntry.count).label("records")
    wanted = select(day, AuditEntry.actor, AuditEntry.zone, func.count().label("lines"), records)
    wanted = _of(access, wanted).where(
        AuditEntry.action.in_(READS), AuditEntry.subject.not_like(LOG), AuditEntry.at >= since, AuditEntry.at < until
    )
    rows = session.execute(wanted.group_by(day, AuditEntry.actor, AuditEntry.zone)).all()
    record(session, Action.READ, LOG, purpose=Purpose.SECURITY, count=len(rows), detail={"asked": ["reads_per_account"]})
    by_zone = defaultdict(list)
    for row in rows:
        by_zone[row.zone].append(int(row.records))
    limits = {zone: unusual_above(counts) for zone, counts in by_zone.items()}
    days = [
        AccountDay(row.day, row.actor, row.zone, row.lines, int(row.records), int(row.records) > limits[row.zone])
        for row in rows
    ]
    return sorted(days, key=lambda it: (not it.unusual, -it.records, it.day, it.actor))


def unusual_above(counts: Sequence[int]) -> float:
    """The number of records a day above which a reader stands out among these."""
    middle = median(counts)
    deviation = median(abs(count - middle) for count in counts)
    return max(FEW, middle + DEVIATIONS * deviation)


def _of(access: Access, wanted: Select[Any]) -> Select[Any]:
    return wanted if access.system else wanted.where(AuditEntry.operation == access.operation)


def _narrowed(wanted: Select[Any], search: AuditSearch) -> Select[Any]:
    for column, value in (
        (AuditEntry.actor, search.actor),
        (AuditEntry.action, search.action and search.action.value),
        (AuditEntry.operation, search.operation),
        (AuditEntry.purpose, search.purpose and search.purpose.value),
    ):
        if value:
            wanted = wanted.where(column == value)
    if search.subject:
        # `;` follows `:` in ASCII: the range holds the subject's records and can use the index.
        below = (AuditEntry.subject >= f"{search.subject}:") & (AuditEntry.subject < f"{search.subject};")
        wanted = wanted.where((AuditEntry.subject == search.subject) | below)
    if search.since:
        wanted = wanted.where(AuditEntry.at >= search.since)
    if search.until:
        wanted = wanted.where(AuditEntry.at < search.until)
    return wanted
