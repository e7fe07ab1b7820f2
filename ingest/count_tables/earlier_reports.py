"""Which of an office's reports are here already, and which are corrected by a later workbook.

A report is known by ids made of its key and a number, 0 for the first; each correction has the next one and replaces the one
before. So the same workbook finds itself, and a corrected one is an edit, whoever hands it in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from forms import FormDefinition
from ingest.blind_tokens import answered_digest, instance_token
from ingest.count_tables.count_reports import CountReport
from ingest.models import ErasedInstance, Submission
from ingest.read_answers import Answers
from ingest.same_answers import same_answers

__all__ = ["Numbered", "number_reports"]

REPORTS: Final = UUID("7c1d7f0a-3f55-4b0e-9a51-5a2c5b7d6e40")  # the name space of ids made of counts
AT_ONCE: Final = 8


@dataclass(frozen=True)
class Numbered:
    """A report with its id, and the one that it replaces; `was_there` where an earlier workbook had it."""

    report: CountReport
    instance_id: str = field(repr=False)
    before: Sequence[str] = field(repr=False)
    was_there: bool


def number_reports(
    session: Session, ring: KeyRing, operation: str, definition: FormDefinition, reports: Sequence[CountReport]
) -> Iterator[Numbered]:
    """In their order (collection zone)."""
    newest = _newest(session, ring, operation, definition.form_id, reports)
    for report in reports:
        number, submission, answered = newest.get(report.key, (-1, None, None))
        same = submission is None or answered == answered_digest(ring, submission, _answers(report, definition))
        own = max(number, 0) if same else number + 1
        before = [_id(report.key, own - 1)] if own else []
        yield Numbered(report, _id(report.key, own), before, number >= 0)


Newest = dict[str, tuple[int, UUID | None, bytes | None]]


def _newest(session: Session, ring: KeyRing, operation: str, form_id: str, reports: Sequence[CountReport]) -> Newest:
    """By key the newest number that is here, with its submission; without one where it was erased."""
    newest: Newest = {}
    asked, begin = [report.key for report in reports], 0
    while asked:
        numbers = range(begin, begin + AT_ONCE)
        tokens = {instance_token(ring, operation, form_id, _id(key, at)): (key, at) for key in asked for at in numbers}
        here = among(Submission.instance, tokens)
        rows = session.execute(
            select(Submission.instance, Submission.id, Submission.answered).where(Submission.operation == operation, here)
        )
        found: list[tuple[bytes, UUID | None, bytes | None]] = [(row.instance, row.id, row.answered) for row in rows]
        gone = ErasedInstance.operation == operation, among(ErasedInstance.instance, tokens)
        found += [(token, None, None) for token in session.scalars(select(ErasedInstance.instance).where(*gone))]
        for token, submission, answered in found:
            key, at = tokens[token]
            if at >= newest.get(key, (-1, None, None))[0]:
                newest[key] = at, submission, answered
        begin += AT_ONCE
        asked = [key for key in asked if newest.get(key, (-1, None, None))[0] == begin - 1]
    return newest


def _answers(report: CountReport, definition: FormDefinition) -> bytes:
    return same_answers(Answers(dict(report.values)), definition)


def _id(key: str, number: int) -> str:
    return f"uuid:{uuid5(REPORTS, f'{key}#{number}')}"
