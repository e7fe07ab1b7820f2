"""What an administrator had done with the server of a source, which goes on after the page was answered: the newest of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.clock import now
from ingest.models import SourceActRow

__all__ = ["ServerAct", "SourceAct", "begin_act", "end_act", "source_acts"]

LONGEST: Final = timedelta(hours=1)  # what has not ended by then ended with its process


class ServerAct(StrEnum):
    """What can be done with a server besides fetching."""

    TRY = "try"
    DEPLOY = "deploy"


@dataclass(frozen=True)
class SourceAct:
    """The newest act on a source; `failed` is the code of the problem that ended it."""

    act: ServerAct
    begun_at: datetime
    ended_at: datetime | None
    failed: str

    @property
    def goes_on(self) -> bool:
        return self.ended_at is None and now() - self.begun_at < LONGEST


def begin_act(session: Session, operation: str, source: UUID, act: ServerAct) -> None:
    """It begins now (collection zone), and takes the place of the one before."""
    begun = {"act": act.value, "begun_at": now(), "ended_at": None, "failed": ""}
    added = insert(SourceActRow).values(source=source, operation=operation, **begun)
    session.execute(added.on_conflict_do_update(index_elements=["source"], set_=begun))


def end_act(session: Session, source: UUID, failed: str = "") -> None:
    """It has ended now, well or by the problem of this code."""
    session.execute(update(SourceActRow).where(SourceActRow.source == source).values(ended_at=now(), failed=failed))


def source_acts(session: Session, operation: str) -> Mapping[UUID, SourceAct]:
    """By source."""
    rows = session.scalars(select(SourceActRow).where(SourceActRow.operation == operation))
    return {row.source: SourceAct(ServerAct(row.act), row.begun_at, row.ended_at, row.failed) for row in rows}
