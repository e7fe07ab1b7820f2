"""Take in many records of files in one transaction: the plain ones at once, each other one by the rules for a post.

A record that is here already, by whichever way it came, is recognised and nothing is written for it.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, packed
from ingest.blind_tokens import answered_digest, answers_digest, file_digest, file_token
from ingest.erase_submissions import remember_erased
from ingest.errors import Outcome, Refused
from ingest.from_files.candidate import Mark, Told
from ingest.from_files.looked_at import LookedAt
from ingest.models import Attachment, ErasedInstance, Submission
from ingest.pull.insert_many import insert_new
from ingest.quarantine_post import quarantine_post
from ingest.receive_submission import receive_arrival
from ingest.recognise_post import Arrival, ErasedBefore, Post
from ingest.take_turns import turn_of

__all__ = ["take_in"]

# An answer that somebody else is at work on is left to `receive_arrival`, which waits for its turn.
TRY_TURNS: Final = b"SELECT turn FROM unnest(%b::bigint[]) AS t (turn) WHERE pg_try_advisory_xact_lock(turn)"
MARK: Final = 12  # bytes


def take_in(session: Session, ring: KeyRing, operation: str, candidates: Sequence[LookedAt]) -> list[Told]:
    """What became of each, in their order (collection zone); never raises for a bad record."""
    return _Batch(session, ring, operation).take_in(candidates)


@dataclass(frozen=True)
class _Held:
    """A submission that is here under the id of a record; `files` holds digests by name token."""

    id: UUID
    digest: bytes
    answered: bytes | None
    complete: bool
    files: dict[bytes, bytes] = field(default_factory=dict, repr=False)


class _Batch:
    def __init__(self, session: Session, ring: KeyRing, operation: str) -> None:
        self.session, self.ring, self.operation = session, ring, operation
        self.told: dict[int, Told] = {}

    def take_in(self, candidates: Sequence[LookedAt]) -> list[Told]:
        self.candidates = candidates
        arrivals = self._recognised(self._those_not_erased())
        held, replaced = self._held(arrivals.values()), self._replaced(arrivals.values())
        turns = self._turns(arrivals.values())
        plain: dict[bytes, int] = {}
        odd = []
        for number, arrival in arrivals.items():
            here = held.get(arrival.instance)
            if here and self._is_same(arrival, here):
                self._tell(number, Outcome.EDIT_RESENT if arrival.replaces else Outcome.RESENT, complete=here.complete)
            elif not here and self._is_plain(arrival, replaced, turns) and arrival.instance not in plain:
                plain[arrival.instance] = number
            else:
                odd.append(number)
        made = insert_new(self.session, self.ring, self.operation, [arrivals[number] for number in plain.values()])
        for instance, number in plain.items():
            if instance in made:
                self._tell_new(number, arrivals[number])
            else:
                odd.append(number)
        for number in odd:
            self._take_in_one(number, arrivals[number])
        return [self.told[number] for number in range(len(candidates))]

    def _those_not_erased(self) -> list[int]:
        """By number, those that can be named and were not erased under that name; the others are told of."""
        named: dict[int, tuple[bytes, bytes | None]] = {}
        for number, candidate in enumerate(self.candidates):
            try:
                named[number] = candidate.named()
            except Refused as refusal:
                self._refuse(number, candidate.post, refusal)
        erased = self._tombstones({token for tokens in named.values() for token in tokens if token})
        gone = {number for number, tokens in named.items() if set(tokens) & erased}
        remember_erased(self.session, self.operation, {named[number][0] for number in gone} - erased)
        for number in gone:
            self._tell(number, Outcome.ERASED, complete=False)
        return [number for number in named if number not in gone]

    def _recognised(self, numbers: Sequence[int]) -> dict[int, Arrival]:
        arrivals = {}
        for number in numbers:
            candidate = self.candidates[number]
            try:
                arrivals[number] = candidate.arrival()
            except Refused as refusal:
                self._refuse(number, candidate.post, refusal)
        return arrivals

    def _take_in_one(self, number: int, arrival: Arrival) -> None:
        try:
            with self.session.begin_nested():
                receipt = receive_arrival(self.session, self.ring, arrival)
        except ErasedBefore:
            self._tell(number, Outcome.ERASED, complete=False)
        except Refused as refusal:
            self._refuse(number, arrival.post, refusal)
        else:
            self._tell(number, receipt.outcome, complete=receipt.complete, mark=_mark(arrival))

    def _is_plain(self, arrival: Arrival, replaced: Collection[bytes], turns: Collection[int]) -> bool:
        return not arrival.replaces and arrival.instance not in replaced and turn_of(arrival.instance) in turns

    def _is_same(self, arrival: Arrival, here: _Held) -> bool:
        """Whether the record adds nothing to what is here."""
        if here.digest != answers_digest(self.ring, here.id, arrival.post.xml):
            answers = arrival.answers if arrival.rewritten else None
            if answers is None or here.answered != answered_digest(self.ring, here.id, answers):
                return False
        return all(
            here.files.get(file_token(self.ring, here.id, file.name)) == file_digest(self.ring, here.id, file.content)
            for file in arrival.post.files
        )

    def _held(self, arrivals: Collection[Arrival]) -> dict[bytes, _Held]:
        columns = (Submission.id, Submission.digest, Submission.answered, Submission.complete, Submission.instance)
        same = Submission.operation == self.operation, among(Submission.instance, _instances(arrivals))
        rows = self.session.execute(select(*columns).where(*same))
        held = {row.instance: _Held(row.id, row.digest, row.answered, row.complete) for row in rows}
        of_id = {here.id: here for here in held.values()}
        if of_id and any(arrival.post.files for arrival in arrivals):
            files = select(Attachment.owner, Attachment.name, Attachment.digest).where(among(Attachment.owner, of_id))
            for owner, name, digest in self.session.execute(files):
                of_id[owner].files[name] = digest
        return held

    def _replaced(self, arrivals: Collection[Arrival]) -> set[bytes]:
        """Those of them that an edit replaced before they came."""
        same = Submission.operation == self.operation, among(Submission.replaces, _instances(arrivals))
        return {token for token in self.session.scalars(select(Submission.replaces).where(*same)) if token}

    def _tombstones(self, tokens: Collection[bytes]) -> set[bytes]:
        same = ErasedInstance.operation == self.operation, among(ErasedInstance.instance, tokens)
        return set(self.session.scalars(select(ErasedInstance.instance).where(*same)))

    def _turns(self, arrivals: Collection[Arrival]) -> set[int]:
        turns = sorted({turn_of(instance) for instance in _instances(arrivals)})
        given = packed(Kind.BIGINT, [turn.to_bytes(8, signed=True) for turn in turns])
        return {turn for (turn,) in driver_connection(self.session).execute(TRY_TURNS, (given,)).fetchall()}

    def _refuse(self, number: int, post: Post, refusal: Refused) -> None:
        quarantine_post(self.session, self.ring, post, refusal)
        self._tell(number, refusal.outcome, complete=False, problem=refusal)

    def _tell_new(self, number: int, arrival: Arrival) -> None:
        complete = arrival.expected <= {file.name for file in arrival.post.files}
        self._tell(number, Outcome.ACCEPTED, complete=complete, mark=_mark(arrival))

    def _tell(
        self,
        number: int,
        outcome: Outcome,
        *,
        complete: bool,
        problem: Refused | None = None,
        mark: Mark | None = None,
    ) -> None:
        self.told[number] = Told(self.candidates[number].place, outcome, complete, problem, mark)


def _instances(arrivals: Collection[Arrival]) -> list[bytes]:
    return [arrival.instance for arrival in arrivals]


def _mark(arrival: Arrival) -> Mark:
    answers = hashlib.sha256(arrival.post.xml if arrival.answers is None else arrival.answers).digest()
    replaces = arrival.replaces[:MARK] if arrival.replaces else None
    return Mark(arrival.head.form_id, arrival.instance[:MARK], replaces, answers[:MARK])
