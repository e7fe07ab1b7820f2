"""List collectors, say which forms each is offered and what it carries of its cases, and retire those whose phone was lost."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import UNASSIGNED, Custody, access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from forms import RecordPart
from ingest.collectors.errors import CarriesNothingOfThis, CollectorUnknown, CustodyMissing
from ingest.collectors.register_collector import Collector, collector_of
from ingest.models import CollectorRow

__all__ = ["CARRIED", "carry_cases", "list_collectors", "offer_forms", "retire_collector"]

SEEN_BY: Final = (Right.KEEP_COLLECTORS, Right.CARRY_CASES)
CARRIED: Final = (RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS)  # what somebody told at length stays here


def list_collectors(session: Session, operation: str) -> list[Collector]:
    """Those of an operation that may send and whose custody lies within reach, by name; raises `NotAllowed`."""
    access = access_of(session)
    right = next((each for each in SEEN_BY if access.may(each)), Right.KEEP_COLLECTORS)
    require(session, right, subject="ingest.collector")
    wanted = select(CollectorRow).where(CollectorRow.operation == operation, CollectorRow.retired_at.is_(None))
    found = map(collector_of, session.scalars(wanted.order_by(CollectorRow.name, CollectorRow.id)))
    return [one for one in found if any(access.may(each, one.custody) for each in SEEN_BY)]


def offer_forms(session: Session, collector: UUID, forms: Collection[str] | None) -> None:
    """Offer a collector these forms from now on, by form id; None: every form. Raises `CollectorUnknown`.

    It is what the phone sees and may fetch. Answers to a form that it has from before are taken in as ever: nothing is lost.
    Raises `NotAllowed`.
    """
    _require_kept(session, collector)
    _change(session, collector, "forms", forms=None if forms is None else sorted(set(forms)))


def carry_cases(session: Session, collector: UUID, parts: Collection[RecordPart] | None) -> None:
    """Let a collector's phone hold the open cases of its custody: their references, and of these parts what forms save with
    them; None: no cases. Raises `NotAllowed`, `CollectorUnknown`, `CustodyMissing` or `CarriesNothingOfThis`.

    Who holds the phone, or finds it, reads them: this is decided for each phone, and by default none holds any.
    """
    custody = Custody.parse(_standing(session, collector).custody)
    require(session, Right.CARRY_CASES, custody, subject=f"ingest.collector:{collector}")
    unfit = set(parts or ()) - set(CARRIED)
    if unfit:
        raise CarriesNothingOfThis(part=min(unfit).value)
    if parts is not None and custody == UNASSIGNED:
        raise CustodyMissing(collector=collector)
    carried = None if parts is None else sorted({part.value for part in parts})
    _change(session, collector, "carries", carried, carries=carried)


def retire_collector(session: Session, collector: UUID) -> None:
    """Take nothing from a collector any more, from this moment on; raises `NotAllowed` or `CollectorUnknown`.

    What it sent stays.
    """
    _require_kept(session, collector)
    _change(session, collector, "retired", retired_at=now())


def _require_kept(session: Session, collector: UUID) -> None:
    custody = Custody.parse(_standing(session, collector).custody)
    require(session, Right.KEEP_COLLECTORS, custody, subject=f"ingest.collector:{collector}")


def _change(session: Session, collector: UUID, what: str, parts: Collection[str] | None = None, **values: object) -> None:
    row = _standing(session, collector)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    detail = {"change": what} if parts is None else {"change": what, "parts": list(parts)}
    record(session, Action.REGISTERED, f"ingest.collector:{collector}", purpose=Purpose.ADMINISTRATION, detail=detail)


def _standing(session: Session, collector: UUID) -> CollectorRow:
    standing = CollectorRow.id == collector, CollectorRow.retired_at.is_(None)
    row = session.scalar(select(CollectorRow).where(*standing).with_for_update())
    if row is None:
        raise CollectorUnknown(collector=collector)
    return row
