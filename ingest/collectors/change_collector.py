"""List collectors, say which forms each is offered, and retire those whose phone was lost or whose work is done."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import Action, Purpose, record
from core.clock import now
from ingest.collectors.errors import CollectorUnknown
from ingest.collectors.register_collector import Collector, collector_of
from ingest.models import CollectorRow

__all__ = ["list_collectors", "offer_forms", "retire_collector"]


def list_collectors(session: Session, operation: str) -> list[Collector]:
    """Those of an operation that may send, by name."""
    wanted = select(CollectorRow).where(CollectorRow.operation == operation, CollectorRow.retired_at.is_(None))
    return [collector_of(row) for row in session.scalars(wanted.order_by(CollectorRow.name, CollectorRow.id))]


def offer_forms(session: Session, collector: UUID, forms: Collection[str] | None) -> None:
    """Offer a collector these forms from now on, by form id; None: every form. Raises `CollectorUnknown`.

    It is what the phone sees and may fetch. Answers to a form that it has from before are taken in as ever: nothing is lost.
    """
    _change(session, collector, "forms", forms=None if forms is None else sorted(set(forms)))


def retire_collector(session: Session, collector: UUID) -> None:
    """Take nothing from a collector any more, from this moment on; raises `CollectorUnknown`. What it sent stays."""
    _change(session, collector, "retired", retired_at=now())


def _change(session: Session, collector: UUID, what: str, **values: object) -> None:
    standing = CollectorRow.id == collector, CollectorRow.retired_at.is_(None)
    row = session.scalar(select(CollectorRow).where(*standing).with_for_update())
    if row is None:
        raise CollectorUnknown(collector=collector)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    record(session, Action.REGISTERED, f"ingest.collector:{collector}", purpose=Purpose.ADMINISTRATION, detail={"change": what})
