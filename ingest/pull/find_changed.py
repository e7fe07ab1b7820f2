"""Find the records here that a server's history names by the phone's id of their first version."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from ingest.blind_tokens import instance_token
from ingest.models import PulledRow, Submission
from ingest.pull.server_record import RecordChange
from ingest.sources.register_source import Source

__all__ = ["find_changed"]


def find_changed(session: Session, ring: KeyRing, source: Source, changes: Sequence[RecordChange]) -> dict[int, bool]:
    """The numbers of these records, and whether each was deleted there (collection zone). One whose first version was never
    seen here is not among them: the sweep finds it."""
    deleted = {instance_token(ring, source.operation, source.form_id, one.first_id): one.deleted for one in changes}
    same = Submission.operation == source.operation
    named = or_(among(Submission.instance, deleted), among(Submission.replaces, deleted))
    roots: dict[UUID, bool] = {}
    for root, instance, replaces in session.execute(
        select(Submission.root_id, Submission.instance, Submission.replaces).where(same, named)
    ):
        roots[root] = roots.get(root, False) or deleted.get(instance, False) or deleted.get(replaces or b"", False)
    ours = PulledRow.source == source.id, PulledRow.deleted_at.is_(None), among(Submission.root_id, roots)
    pulled = select(PulledRow.number, Submission.root_id).join(Submission, Submission.id == PulledRow.submission)
    return {number: roots[root] for number, root in session.execute(pulled.where(*ours))}
