"""Two registers that a data protection officer keeps: of impact assessments (GDPR article 35) and of breaches (article 33).

Small on purpose. An entry is added to and never changed: a correction is its next version. What it says is free text that may
name people, so it is sealed under a key of its own, bound to its version; in clear stand only the register, who, and when it is
due: a review date, or the end of the 72 hours in which a supervisory authority is told. Kept in the audit zone, which sees
no person.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, Self, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from core.access import access_of, require
from core.audit_line import Action, Purpose, record
from core.checked import Checked
from core.clear_columns import RecordDamaged
from core.clock import now
from core.errors import Problem
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.models import RegisterEntry
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right
from core.sealing.envelope import Binding, CiphertextRefused, WrappedKey, new_record_key, unwrap_record_key

__all__ = [
    "TIME_TO_TELL",
    "Assessment",
    "Breach",
    "EntryUnknown",
    "Kept",
    "Risk",
    "add_entry",
    "count_due",
    "entry_history",
    "list_entries",
    "page_entries",
    "verify_entries",
]

TABLE: Final = "core.register_entry"
TIME_TO_TELL: Final = timedelta(hours=72)  # GDPR article 33(1), from the moment somebody became aware of it


class EntryUnknown(Problem):
    code = "CORE-150"
    says = "There is no entry {entry} in the register of {register}s of this operation."
    remedy = "List the register, and copy the id from there."


class EntryMoved(Problem):
    code = "CORE-151"
    says = "Entry {entry} has version {version} already: somebody else added to it meanwhile."
    remedy = "Read it again and add to what it says now. Nothing was written."


class Risk(StrEnum):
    """What remains when the measures are taken."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"  # article 36: ask the supervisory authority before starting


@dataclass(frozen=True)
class Assessment:
    """What a processing of personal data risks, and what is done about it."""

    register: ClassVar[str] = "assessment"

    title: str = field(repr=False)
    purposes: Sequence[str]
    legal_basis: str = field(repr=False)
    risks: str = field(repr=False)
    measures: str = field(repr=False)
    residual_risk: Risk
    decided_by: str = field(repr=False)
    review_on: date

    @property
    def due(self) -> datetime | None:
        """When it must be looked at again."""
        return datetime.combine(self.review_on, time(), UTC)

    @classmethod
    def read(cls, said: dict[str, Any]) -> Self:
        return cls(**{**said, "residual_risk": Risk(said["residual_risk"]), "review_on": date.fromisoformat(said["review_on"])})


@dataclass(frozen=True)
class Breach:
    """Personal data that got where it must not, was lost or changed: what, how many, who was told, what was done."""

    register: ClassVar[str] = "breach"

    title: str = field(repr=False)
    what: str = field(repr=False)
    happened: str = field(repr=False)  # as far as known: a moment, or a span in words
    noticed_at: datetime
    records: int
    measures: str = field(repr=False, default="")
    authority_told_at: datetime | None = None
    persons_told_at: datetime | None = None
    told: str = field(repr=False, default="")  # who, by whom, and why if late or not at all
    closed_at: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When the 72 hours end; nothing once the authority is told, or the entry is closed."""
        return None if self.authority_told_at or self.closed_at else self.noticed_at + TIME_TO_TELL

    @classmethod
    def read(cls, said: dict[str, Any]) -> Self:
        moments = ("noticed_at", "authority_told_at", "persons_told_at", "closed_at")
        return cls(**{**said, **{name: said[name] and datetime.fromisoformat(said[name]) for name in moments}})


Content = TypeVar("Content", Assessment, Breach)


@dataclass(frozen=True)
class Kept(Generic[Content]):
    """One version of an entry."""

    id: UUID
    version: int
    recorded_by: str
    recorded_at: datetime
    content: Content

    @property
    def overdue(self) -> bool:
        return self.content.due is not None and self.content.due <= now()


def add_entry(session: Session, ring: KeyRing, content: Content, *, after: Kept[Content] | None = None) -> Kept[Content]:
    """Enter something new, or the next version `after` one that was read (audit zone). Raises `NotAllowed`, `EntryMoved`."""
    entry, version = (after.id, after.version + 1) if after else (uuid4(), 1)
    access = require(session, Right.KEEP_REGISTERS, subject=f"{TABLE}:{entry}")
    if after and session.get(RegisterEntry, (entry, version)):
        raise EntryMoved(entry=entry, version=version)
    key, wrapped = new_record_key(ring, _binding(entry, version, "key"))
    row = RegisterEntry(
        id=entry,
        version=version,
        operation=access.operation,
        register=content.register,
        due=content.due,
        recorded_by=access.actor,
        recorded_at=now(),
        content=key.seal(json.dumps(asdict(content), default=_plain).encode(), _binding(entry, version, content.register)),
        key_version=wrapped.version,
        sealed_key=wrapped.sealed,
        commitment=wrapped.commitment,
    )
    session.add(row)
    session.flush()
    detail = {"register": content.register, "version": version}
    record(session, Action.REGISTERED, f"{TABLE}:{entry}", purpose=Purpose.ADMINISTRATION, detail=detail)
    return Kept(entry, version, row.recorded_by, row.recorded_at, content)


def list_entries(session: Session, ring: KeyRing, kind: type[Content]) -> list[Kept[Content]]:
    """The newest version of every entry: what is due first, the overdue before all, then what has no date, newest first."""
    return page_entries(session, ring, kind, size=sys.maxsize - 1).rows


def page_entries(
    session: Session, ring: KeyRing, kind: type[Content], *, after: UUID | None = None, size: int = PAGE
) -> Page[Kept[Content]]:
    """The same page by page, in the order of what stands in clear of them: what is on no page asked for is not opened."""
    require(session, Right.KEEP_REGISTERS, subject=TABLE)
    newest = select(RegisterEntry).where(RegisterEntry.register == kind.register).ext(distinct_on(RegisterEntry.id))
    undated = datetime.max.replace(tzinfo=UTC)
    rows = sorted(
        session.scalars(newest.order_by(RegisterEntry.id, RegisterEntry.version.desc())),
        key=lambda row: (row.due or undated, -row.recorded_at.timestamp()),
    )
    page = page_of((_opened(ring, row, kind) for row in beyond(rows, after)), size)
    detail = {"register": kind.register}
    record(session, Action.READ, TABLE, purpose=Purpose.ADMINISTRATION, count=len(page.rows), detail=detail)
    return page


def entry_history(session: Session, ring: KeyRing, kind: type[Content], entry: UUID) -> list[Kept[Content]]:
    """Every version of an entry, the newest first; raises `NotAllowed` and `EntryUnknown`."""
    require(session, Right.KEEP_REGISTERS, subject=f"{TABLE}:{entry}")
    wanted = select(RegisterEntry).where(RegisterEntry.id == entry, RegisterEntry.register == kind.register)
    kept = [_opened(ring, row, kind) for row in session.scalars(wanted.order_by(RegisterEntry.version.desc()))]
    if not kept:
        raise EntryUnknown(entry=entry, register=kind.register)
    detail = {"register": kind.register, "version": kept[0].version}
    record(session, Action.READ, f"{TABLE}:{entry}", purpose=Purpose.ADMINISTRATION, detail=detail)
    return kept


def verify_entries(session: Session, ring: KeyRing) -> Checked:
    """Open every version of every entry in the operation, for `store verify`: by the program itself."""
    require(session, Right.KEEP_REGISTERS, subject=TABLE)
    checked = Checked()
    for row in session.scalars(select(RegisterEntry).order_by(RegisterEntry.id, RegisterEntry.version)).all():

        def opening(row: RegisterEntry = row) -> None:
            if row.register == Assessment.register:
                _opened(ring, row, Assessment)
            elif row.register == Breach.register:
                _opened(ring, row, Breach)
            else:
                raise RecordDamaged(record=row.id, table=TABLE, column="register")

        checked.take(row.id, opening, refusals=(CiphertextRefused, KeyVersionUnknown, RecordDamaged))
    detail = {"by": "store verify"}
    record(session, Action.READ, TABLE, purpose=Purpose.VERIFICATION, count=checked.sound, detail=detail)
    return checked


def count_due(session: Session) -> int:
    """How many assessments are due for review, and breaches of which the authority was not told yet; nothing is opened.

    None for those who do not keep the registers.
    """
    if not access_of(session).may(Right.KEEP_REGISTERS):
        return 0
    wanted = select(RegisterEntry).ext(distinct_on(RegisterEntry.id))
    newest = wanted.order_by(RegisterEntry.id, RegisterEntry.version.desc()).subquery()
    late = (newest.c.register == Breach.register) | (newest.c.due <= now())
    waiting = select(func.count()).select_from(newest).where(newest.c.due.is_not(None), late)
    return session.scalars(waiting).one()


def _opened(ring: KeyRing, row: RegisterEntry, kind: type[Content]) -> Kept[Content]:
    wrapped = WrappedKey(row.key_version, row.sealed_key, row.commitment)
    key = unwrap_record_key(ring, wrapped, _binding(row.id, row.version, "key"))
    said = json.loads(key.open(row.content, _binding(row.id, row.version, kind.register)))
    return Kept(row.id, row.version, row.recorded_by, row.recorded_at, kind.read(said))


def _binding(entry: UUID, version: int, field: str) -> Binding:
    return Binding(TABLE, entry, field, version)


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError
