"""Publications of others, entered by one person and approved by another; each version stands as it was approved.

A correction is the next version of the same publication: the same period, publisher and title. What was published stays known,
so nothing is taken out; that a total is counted otherwise is said in its row.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.elsewhere.errors import PublicationChanged, PublicationUnfit, PublicationUnknown
from anonymizer.errors import PeriodNotProtected
from anonymizer.models import ProofRow, PublicationRow
from anonymizer.tool.read_outside import read_outside
from anonymizer.weeks import load_protected, weekly_tables
from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.listed import ListName, require_none_missing
from core.periods.period import Period, parse_period
from core.permissions import Right
from core.postgres.turns import take_turns
from core.proposals_in_reach import stands_at
from core.second_person import Act, State, approve, carry_out, find_proposal, propose

__all__ = [
    "Publication",
    "PublicationVersion",
    "activate_publication",
    "approve_publication",
    "in_force",
    "list_publications",
    "path_of",
    "propose_publication",
]

MOST_BYTES: Final = 100_000
LONGEST: Final = 300
SUBJECT: Final = "anonymizer.outside_publication"


@dataclass(frozen=True)
class Publication:
    """Who published totals of a period, under which title and when; `content` is CSV as the tool reads it (`--outside`)."""

    period: Period
    publisher: str
    title: str
    published_on: date
    content: str = field(repr=False)


@dataclass(frozen=True)
class PublicationVersion:
    """A version as it is listed; `until` is when its proposal ends, where it waits for a decision or for being put in force.

    `known` says whether the proof of its period knew it; None where the period is not protected.
    """

    id: UUID
    publication: Publication
    version: int
    sha256: str
    state: State
    until: datetime
    proposed_by: str
    approved_by: str | None
    activated_at: datetime | None
    active: bool
    known: bool | None


def propose_publication(session: Session, ring: KeyRing, given: Publication) -> UUID:
    """Propose a publication, or its next version; its id. It is read first: what could not be used is not proposed.

    Raises `NotAllowed`, `PublicationUnfit` and what reading raises (`OutsideUnfit`, `CountUnreadable`, `TableUnreadable`).
    """
    new = uuid4()
    access = require(session, Right.KEEP_OUTSIDE_TOTALS, subject=_subject(new))
    _read(session, ring, access.operation, given)
    take_turns(session, f"{SUBJECT}:{access.operation}")
    same = [getattr(PublicationRow, name) == value for name, value in _key(given).items()]
    earlier = session.scalars(select(func.max(PublicationRow.version)).where(*same)).one() or 0
    detail = {"version": earlier + 1, "sha256": _digest(given)}
    proposal = propose(session, Act.OUTSIDE_TOTALS, _subject(new), purpose=Purpose.STATISTICS, detail=detail)
    session.add(
        PublicationRow(
            id=new,
            operation=access.operation,
            **_key(given),
            published_on=given.published_on,
            version=earlier + 1,
            content=given.content,
            sha256=_digest(given),
            proposal=proposal,
            proposed_by=access.actor,
        )
    )
    session.flush()
    return new


def approve_publication(session: Session, publication: UUID) -> None:
    """Approve what another proposed; raises `NotAllowed` and its kinds, `PublicationUnknown` or `PublicationChanged`."""
    row = _checked(_row(session, publication))
    row.approved_by = approve(session, row.proposal).decided_by
    session.flush()


def activate_publication(session: Session, publication: UUID) -> None:
    """Take an approved version for known from now on; raises as `approve_publication` does."""
    row = _checked(_row(session, publication))
    done = carry_out(session, row.proposal, Act.OUTSIDE_TOTALS, _subject(publication))
    if done.detail.get("sha256") != row.sha256:
        raise _changed(row)
    row.approved_by = done.decided_by  # it may have been approved in the queue of all proposals
    row.activated_by, row.activated_at = access_of(session).actor, now()
    session.flush()


def list_publications(session: Session, *, purpose: Purpose) -> list[PublicationVersion]:
    """Every version, the newest periods first; raises `NotAllowed`."""
    access = access_of(session)
    right = next((it for it in (Right.KEEP_OUTSIDE_TOTALS, Right.APPROVE_OUTSIDE_TOTALS) if access.may(it)), None)
    require(session, right or Right.KEEP_OUTSIDE_TOTALS, subject=SUBJECT)
    rows = session.scalars(select(PublicationRow).where(PublicationRow.operation == access.operation)).all()
    record(session, Action.READ, SUBJECT, purpose=purpose, count=len(rows))
    active = {row.id for row in _newest(rows)}
    proofs = select(ProofRow.period, ProofRow.elsewhere).where(ProofRow.operation == access.operation)
    known = {period: {told["sha256"] for told in elsewhere} for period, elsewhere in session.execute(proofs)}
    listed = [_listed(session, row, known.get(row.period), active=row.id in active) for row in rows]
    return sorted(listed, key=_order)


def in_force(session: Session, operation: str, period: Period) -> list[PublicationRow]:
    """What is in force of a period, each compared with what was approved; raises `PublicationChanged`.

    None may be missing: the period would be protected as if nobody had published it.
    """
    wanted = select(PublicationRow).where(PublicationRow.operation == operation)
    ever = session.scalars(wanted.order_by(PublicationRow.publisher, PublicationRow.title)).all()
    require_none_missing(session, PublicationRow, ListName(SUBJECT, operation), [(row.id,) for row in ever])
    rows = _newest([row for row in ever if row.period == str(period)])
    for row in rows:
        approved = find_proposal(session, row.proposal)
        if _checked(row).sha256 != approved.detail.get("sha256") or approved.state != "carried_out":
            raise _changed(row)
    return rows


def path_of(publisher: str, title: str) -> Path:
    """What the text of a publication is called in refusals."""
    return Path(f"{publisher}: {title}".replace("/", "-"))


def _read(session: Session, ring: KeyRing, operation: str, given: Publication) -> None:
    for what, text in (("publisher", given.publisher), ("title", given.title)):
        if not text.strip() or len(text) > LONGEST or not text.isprintable():
            raise PublicationUnfit(reason=f"the {what} is missing, or longer than {LONGEST} letters")
    if len(given.content.encode()) > MOST_BYTES:
        raise PublicationUnfit(reason=f"it has more than {MOST_BYTES:,} bytes")
    try:
        along = [(table.name, table.dimensions) for table in load_protected(session, ring, operation, given.period).tables]
    except PeriodNotProtected:
        along = [(name, tuple(dimensions)) for name, dimensions in weekly_tables(session, operation)]
    tables = [CountedTable(name, tuple(dimensions), {}) for name, dimensions in along]
    read_outside(path_of(given.publisher, given.title), tables, given.content.encode())


def _newest(rows: Sequence[PublicationRow]) -> list[PublicationRow]:
    """Of each publication the version that was put in force last."""
    found: dict[tuple[str, str, str], PublicationRow] = {}
    for row in sorted((row for row in rows if row.activated_at), key=lambda row: row.version):
        found[row.period, row.publisher, row.title] = row
    return list(found.values())


def _listed(session: Session, row: PublicationRow, known: Collection[str] | None, *, active: bool) -> PublicationVersion:
    proposal = find_proposal(session, row.proposal)
    return PublicationVersion(
        id=row.id,
        publication=_publication(row),
        version=row.version,
        sha256=row.sha256,
        state=stands_at(proposal),
        until=proposal.until,
        proposed_by=row.proposed_by,
        approved_by=None if proposal.state is State.REJECTED else proposal.decided_by,
        activated_at=row.activated_at,
        active=active,
        known=None if known is None else row.sha256 in known,
    )


def _order(it: PublicationVersion) -> tuple[int, str, str, int]:
    told = it.publication
    return -told.period.sunday.toordinal(), told.publisher, told.title, -it.version


def _row(session: Session, publication: UUID) -> PublicationRow:
    row = session.get(PublicationRow, publication)
    if row is None:
        raise PublicationUnknown(publication=publication)
    return row


def _checked(row: PublicationRow) -> PublicationRow:
    if _digest(_publication(row)) != row.sha256:
        raise _changed(row)
    return row


def _changed(row: PublicationRow) -> PublicationChanged:
    return PublicationChanged(version=row.version, publisher=row.publisher, period=row.period)


def _publication(row: PublicationRow) -> Publication:
    return Publication(parse_period(row.period), row.publisher, row.title, row.published_on, row.content)


def _key(given: Publication) -> dict[str, str]:
    return {"period": str(given.period), "publisher": given.publisher, "title": given.title}


def _digest(given: Publication) -> str:
    return sha256(json.dumps([*_key(given).values(), str(given.published_on), given.content]).encode()).hexdigest()


def _subject(publication: UUID) -> str:
    return f"{SUBJECT}:{publication}"
