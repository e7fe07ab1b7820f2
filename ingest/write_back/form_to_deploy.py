"""A form on its way to another server, and under which name a version of it is known there afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from ingest.models import DeployedVersion
from ingest.sources.register_source import Source

__all__ = ["FormToDeploy", "note_deployed", "version_deployed_as"]


@dataclass(frozen=True)
class FormToDeploy:
    """A published version without its privacy classes: as workbook (.xlsx) for servers that compile forms themselves, and as
    XForm; `media` are the files that it refers to."""

    form_id: str
    version: str
    workbook: bytes | None = field(repr=False)
    xform: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(repr=False)


def note_deployed(session: Session, source: Source, form: FormToDeploy, version_there: str) -> None:
    """The server has the form now, and its records will name the version so (collection zone)."""
    said = {"version": form.version, "deployed_at": now()}
    row = insert(DeployedVersion).values(source=source.id, version_there=version_there, operation=source.operation, **said)
    session.execute(row.on_conflict_do_update(index_elements=["source", "version_there"], set_=said))
    audit.record(
        session,
        audit.Action.PUBLISHED,
        f"ingest.source:{source.id}",
        purpose=audit.Purpose.COLLECTION,
        detail={"change": "deployed", "version": form.version},
    )


def version_deployed_as(session: Session, source: UUID, version_there: str) -> str | None:
    """The published version that the server's own name of it stands for, if it was deployed from here."""
    named = DeployedVersion.source == source, DeployedVersion.version_there == version_there
    return session.scalar(select(DeployedVersion.version).where(*named))
