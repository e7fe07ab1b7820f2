"""Take in a page of records from a server: what is new at once, what is known without a write, an edit as an edit.

One record is one record, whichever way it comes: it is known by the phone's id of it (`meta/instanceID`), and a version that
the server has edited by the number that the server keeps for it. What cannot be taken in goes to quarantine; what was
erased is not kept at all. The source's position moves in the same transaction.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from forms import FormDefinition
from ingest.blind_tokens import pulled_token, pulled_version
from ingest.erase_submissions import remember_erased
from ingest.errors import DifferentAnswers, Outcome, Refused
from ingest.models import ErasedInstance, PulledRow, SourceRow, Submission
from ingest.pull.insert_many import insert_new, link
from ingest.pull.ready_page import ReadyPage, Waiting, write_ready
from ingest.pull.recognise_record import Recognised, definitions_of, recognise_encrypted, recognise_record, under_own_id
from ingest.pull.server_record import ServerRecord
from ingest.quarantine_post import quarantine_post
from ingest.receive_submission import receive_arrival
from ingest.recognise_post import ErasedBefore, Post
from ingest.sources.register_source import Source

__all__ = ["TakenIn", "take_in", "take_in_ready"]


@dataclass
class TakenIn:
    """What became of a page, in numbers of records; and the submissions that wait for files.

    `overtaken`: somebody else has moved the source on meanwhile, and nothing of the page was taken in.
    """

    new: int = 0
    edited: int = 0
    known: int = 0
    refused: int = 0
    erased: int = 0
    waiting: list[Waiting] = field(default_factory=list)
    overtaken: bool = False


@dataclass(frozen=True)
class _Known:
    """What is known of a number: its version, and of its submission the id, the blind token and whether it is complete."""

    version: bytes
    submission: UUID | None
    instance: bytes | None
    complete: bool
    deleted: bool


def take_in(
    session: Session, ring: KeyRing, source: Source, records: Sequence[ServerRecord], *, after: int | None = None
) -> TakenIn:
    """Take in a page (collection zone); never raises for a bad record.

    With `after`, the page is the one that follows this position, and the source moves on to its last record.
    """
    row = session.get_one(SourceRow, source.id, with_for_update=True)
    if after is not None and row.position != after:
        return TakenIn(overtaken=True)
    taken = _Page(session, ring, source, records).take_in()
    if after is not None and records:
        _move_on(row, records[-1].place)
    return taken


def take_in_ready(session: Session, ring: KeyRing, source: Source, ready: ReadyPage, *, after: int) -> TakenIn | None:
    """Take in the page that follows this position as it was made ready; None, and nothing is written, where one of those that
    seemed new is not, so that each of them has to be looked at (`take_in`)."""
    row = session.get_one(SourceRow, source.id, with_for_update=True)
    if row.position != after:
        return TakenIn(overtaken=True)
    if not write_ready(session, ready):
        return None
    taken = _Page(session, ring, source, ready.left).take_in() if ready.left else TakenIn()
    taken.new += len(ready.submissions)
    taken.waiting += ready.waiting
    _move_on(row, ready.place)
    return taken


def _move_on(row: SourceRow, place: int) -> None:
    """A list by moments begins a little before the one that was reached."""
    row.position = max(row.position, place)


class _Page:
    """A page on its way in, with what is known of its records."""

    def __init__(self, session: Session, ring: KeyRing, source: Source, records: Sequence[ServerRecord]) -> None:
        self.session, self.ring, self.source = session, ring, source
        self.known = _known(session, source, [record.number for record in records])
        self.records = list({record.number: record for record in records}.values())
        self.taken = TakenIn()
        self.links: list[tuple[ServerRecord, UUID | None]] = []

    def take_in(self) -> TakenIn:
        there = self._there(self._recognised([record for record in self.records if not self._is_known(record)]))
        tokens = {token for one in there for token in (one.arrival.instance, *one.before)}
        held, replaced = _standing(self.session, self.source.operation, tokens)
        plain: dict[bytes, Recognised] = {}
        odd = []
        for one in there:
            instance = one.arrival.instance
            alone = not one.before and one.record.number not in self.known and not one.arrival.head.encrypted
            if alone and instance not in plain and instance not in held and instance not in replaced:
                plain[instance] = one
            else:
                odd.append(one)
        odd += self._take_in_new(list(plain.values()))
        for one in odd:
            self._take_in_one(one, held)
        link(self.session, self.ring, self.source, self.links)
        return self.taken

    def _is_known(self, record: ServerRecord) -> bool:
        row = self.known.get(record.number)
        if row is None or row.submission is None:
            return False
        if row.version != pulled_version(self.ring, self.source.id, record.number, record.uuid):
            return False
        self.taken.known += 1
        if row.deleted:
            self.links.append((record, row.submission))
        if not row.complete:
            for one in self._recognised([record]):
                self._await_files(one, row.submission)
        return True

    def _recognised(self, records: Sequence[ServerRecord]) -> list[Recognised]:
        definition = definitions_of(self.session, self.source)
        recognised = []
        for record in records:
            try:
                recognised.append(self._recognise(record, definition))
            except ErasedBefore:
                self.taken.erased += 1
            except Refused as refusal:
                self._refuse(record, refusal)
        return recognised

    def _recognise(self, record: ServerRecord, definition: Callable[[str], FormDefinition]) -> Recognised:
        if record.manifest is not None:
            return recognise_encrypted(self.session, self.ring, self.source, record, record.manifest)
        return recognise_record(self.ring, self.source, record, definition(record.version))

    def _there(self, recognised: Sequence[Recognised]) -> list[Recognised]:
        """Those that were not erased, by the number that the server has for them or by a phone's id of any version."""
        names = {
            one.record.number: {
                pulled_token(self.ring, self.source.id, one.record.number),
                one.arrival.instance,
                *one.before,
            }
            for one in recognised
        }
        erased = _tombstones(self.session, self.source.operation, set().union(*names.values()))
        gone = [one for one in recognised if names[one.record.number] & erased]
        remember_erased(self.session, self.source.operation, [token for one in gone for token in names[one.record.number]])
        self.taken.erased += len(gone)
        return [one for one in recognised if not names[one.record.number] & erased]

    def _take_in_new(self, plain: Sequence[Recognised]) -> list[Recognised]:
        """Insert them all at once; gives back those that somebody else was taking in at the same moment."""
        made = insert_new(self.session, self.ring, self.source.operation, [one.arrival for one in plain])
        for one in plain:
            if submission := made.get(one.arrival.instance):
                self.taken.new += 1
                self._keep(one, submission, complete=not one.arrival.expected)
        return [one for one in plain if one.arrival.instance not in made]

    def _take_in_one(self, one: Recognised, held: Collection[bytes]) -> None:
        row = self.known.get(one.record.number)
        latest = [row.instance] if row and row.instance else []
        candidates = [token for token in (*latest, *(t for t in one.before if t in held)) if token != one.arrival.instance]
        # What encrypted answers replace is told by themselves, once they are opened.
        replaces = None if one.arrival.head.encrypted else next(iter([*candidates, *one.before]), None)
        try:
            with self.session.begin_nested():
                receipt = receive_arrival(self.session, self.ring, one.replacing(self.ring, replaces))
        except ErasedBefore:
            self.taken.erased += 1
            return
        except DifferentAnswers as refusal:
            if not self._is_another(refusal.submission, one.record.number):
                self._refuse(one.record, refusal, one.arrival.post)
                return
            self._take_in_under_own_id(one.record)
            return
        except Refused as refusal:
            self._refuse(one.record, refusal, one.arrival.post)
            return
        self.taken.new += receipt.outcome is Outcome.ACCEPTED
        self.taken.edited += receipt.outcome is Outcome.EDITED
        self.taken.known += receipt.outcome in {Outcome.RESENT, Outcome.EDIT_RESENT}
        assert receipt.submission_id  # noqa: S101  (what was not refused has one)
        self._keep(one, receipt.submission_id, complete=receipt.complete)

    def _is_another(self, submission: UUID | None, number: int) -> bool:
        """Whether it came from this source under another number: in old data two records bear the same id."""
        if any(found == submission and record.number != number for record, found in self.links):
            return True
        rows = PulledRow.source == self.source.id, PulledRow.submission == submission, PulledRow.number != number
        return self.session.scalar(select(PulledRow.number).where(*rows).limit(1)) is not None

    def _take_in_under_own_id(self, record: ServerRecord) -> None:
        own = under_own_id(self.source, record)
        definition = definitions_of(self.session, self.source)(record.version)
        self._take_in_one(recognise_record(self.ring, self.source, own, definition), ())

    def _keep(self, one: Recognised, submission: UUID, *, complete: bool) -> None:
        self.links.append((one.record, submission))
        if not complete:
            self._await_files(one, submission)

    def _await_files(self, one: Recognised, submission: UUID) -> None:
        expected = one.arrival.expected
        self.taken.waiting.append(Waiting(submission, expected, one.record.files_among(expected)))

    def _refuse(self, record: ServerRecord, refusal: Refused, post: Post | None = None) -> None:
        """Keep it in quarantine: as it would stand here or, where nothing could be made of it, as the server sent it."""
        as_sent = record.manifest or json.dumps(record.content, sort_keys=True).encode()
        kept = post or Post(self.source.operation, self.source.collector, as_sent, (), self.source.custody)
        quarantine_post(self.session, self.ring, kept, refusal)
        self.taken.refused += 1
        row = self.known.get(record.number)
        if row is None or row.submission is None:
            self.links.append((record, None))


def _known(session: Session, source: Source, numbers: Sequence[int]) -> dict[int, _Known]:
    rows = (
        select(
            PulledRow.number,
            PulledRow.version,
            PulledRow.submission,
            Submission.instance,
            Submission.complete,
            PulledRow.deleted_at,
        )
        .outerjoin(Submission, Submission.id == PulledRow.submission)
        .where(PulledRow.source == source.id, among(PulledRow.number, numbers))
    )
    return {
        number: _Known(version, submission, instance, bool(complete), deleted_at is not None)
        for number, version, submission, instance, complete, deleted_at in session.execute(rows)
    }


def _standing(session: Session, operation: str, tokens: Collection[bytes]) -> tuple[set[bytes], set[bytes]]:
    """Which of these are submissions here, and which are replaced by an edit that came before them."""
    same = Submission.operation == operation
    held = session.scalars(select(Submission.instance).where(same, among(Submission.instance, tokens)))
    replaced = session.scalars(select(Submission.replaces).where(same, among(Submission.replaces, tokens)))
    return set(held), {token for token in replaced if token}


def _tombstones(session: Session, operation: str, tokens: Collection[bytes]) -> set[bytes]:
    same = ErasedInstance.operation == operation, among(ErasedInstance.instance, tokens)
    return set(session.scalars(select(ErasedInstance.instance).where(*same)))
