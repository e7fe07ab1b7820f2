"""Keep what was found with its submission, sealed under the submission's key, and read it again."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.access import Custody
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import among
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, RecordKey
from ingest.quality.finding import Check, Finding
from ingest.review_models import FindingRow
from ingest.seal_content import SUBMISSION, open_key, open_keys

__all__ = ["KeptFinding", "keep_findings", "open_finding", "read_findings"]

FINDING = "ingest.finding"


@dataclass(frozen=True)
class KeptFinding:
    """A finding as it is told to a supervisor."""

    submission: UUID
    check: str
    question: str
    found_at: datetime
    told: Mapping[str, str] = field(repr=False)


def keep_findings(
    session: Session,
    ring: KeyRing,
    operation: str,
    found: Mapping[UUID, Sequence[Finding]],
    custodies: Mapping[UUID, Custody],
    *,
    looked_for: Collection[Check],
) -> int:
    """Keep these in place of what the same checks had found of the same submissions; how many (casework zone).

    A submission whose key is gone or does not open keeps none: there is nothing to tell of it.
    """
    earlier = among(FindingRow.submission, found), FindingRow.check.in_([check.value for check in looked_for])
    session.execute(delete(FindingRow).where(*earlier), execution_options={"synchronize_session": False})
    keys = open_keys(session, ring, SUBMISSION, [submission for submission, findings in found.items() if findings])
    rows = [
        _row(operation, submission, custodies[submission], key, finding)
        for submission, key in keys.items()
        if isinstance(key, RecordKey)
        for finding in _once(found[submission])
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        record(session, Action.REGISTERED, FINDING, purpose=Purpose.COLLECTION, count=len(rows))
    return len(rows)


def read_findings(session: Session, ring: KeyRing, submission: UUID, *, purpose: Purpose) -> list[KeptFinding]:
    """What was found of one submission; raises `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`."""
    rows = session.scalars(select(FindingRow).where(FindingRow.submission == submission)).all()
    record(session, Action.READ, f"{SUBMISSION}:{submission}", purpose=purpose, detail={"part": "findings"})
    if not rows:
        return []
    key = open_key(session, ring, SUBMISSION, submission)
    told = [KeptFinding(row.submission, row.check, row.question, row.found_at, open_finding(key, row)) for row in rows]
    return sorted(told, key=lambda one: (one.check, one.question))


def open_finding(key: RecordKey, row: FindingRow) -> Mapping[str, str]:
    """Its detail; raises `core.sealing.envelope.CiphertextRefused` also for a row whose check or question was changed."""
    told: Mapping[str, str] = json.loads(key.open(row.detail, _binding(row)))
    return told


def _row(operation: str, submission: UUID, custody: Custody, key: RecordKey, finding: Finding) -> FindingRow:
    row = FindingRow(
        id=uuid4(),
        operation=operation,
        submission=submission,
        check=finding.check.value,
        question=finding.question,
        found_at=now(),
        custody=str(custody),
    )
    row.detail = key.seal(json.dumps(dict(finding.told)).encode(), _binding(row))
    return row


def _binding(row: FindingRow) -> Binding:
    return Binding(FINDING, row.id, f"{row.check} {row.question} of {row.submission} in {row.custody}")


def _once(findings: Iterable[Finding]) -> list[Finding]:
    return list({(finding.check, finding.question): finding for finding in findings}.values())
