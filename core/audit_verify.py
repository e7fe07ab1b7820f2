"""Verifying the audit log: does every line stand as it was sealed, where it was sealed, and is the end still there?

The chain is walked once, in order of position, beside the heads in the database and those exported outside. Lines are read in
batches and findings are handed on as they come, so memory does not grow with the log.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from core.audit_chain import BATCH, BELOW, GENESIS, LINE, Head, link
from core.models import AuditHead
from core.sealing.signatures import verify

__all__ = ["Fault", "Finding", "Verified", "Walk", "start_walk", "verify_log", "walk_on"]

CHAIN: Final = text(
    f"SELECT l.position, l.line, l.digest, {LINE} "
    "FROM core.audit_link l LEFT JOIN core.audit_entry e ON e.number = l.line "
    "WHERE l.position > :after AND l.position <= :upto ORDER BY l.position"
)
# Sealing goes on meanwhile: the walk ends where links and heads ended when it began.
END: Final = text(
    "SELECT greatest((SELECT max(position) FROM core.audit_link), (SELECT max(position) FROM core.audit_head), 0)"
)
LAST_LINK: Final = text("SELECT coalesce(max(position), 0) FROM core.audit_link")
UNSEALED: Final = text(
    "SELECT e.number, e.transaction FROM core.audit_entry e "
    "WHERE NOT EXISTS (SELECT FROM core.audit_link l WHERE l.line = e.number) ORDER BY e.number"
)


class Fault(StrEnum):
    """What may be wrong with the log."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    LINK_GONE = "link gone"
    HEAD_FORGED = "head forged"
    HEAD_GONE = "head gone"
    REWRITTEN = "rewritten"
    UNSIGNED = "unsigned"
    CUT_OFF = "cut off"


SAYS: Final = {
    Fault.CHANGED: "The line is not as it was sealed: changed, or moved to another place.",
    Fault.MISSING: "The line was sealed and is not there any more.",
    Fault.ADDED: "The line was slipped in afterwards: when its number was given out, its transaction did not run.",
    Fault.LINK_GONE: "Links of the chain are not there any more.",
    Fault.HEAD_FORGED: "The head's signature does not verify.",
    Fault.HEAD_GONE: "The next head was signed after one at this position, which is not there any more.",
    Fault.REWRITTEN: "The chain differs from what was signed: lines and links were made anew.",
    Fault.UNSIGNED: "Links follow that no head in the database signs.",
    Fault.CUT_OFF: "A signed head knows a longer log: its end is gone.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `first` and `last` are line numbers, or positions where `of_positions` is set."""

    fault: Fault
    first: int
    last: int
    of_positions: bool = False

    @property
    def where(self) -> str:
        what = "position" if self.of_positions else "line"
        return f"{what} {self.first}" if self.first == self.last else f"{what}s {self.first} to {self.last}"

    @property
    def says(self) -> str:
        return SAYS[self.fault]


@dataclass
class Verified:
    """How much was looked at, and how much was found wrong."""

    sealed: int = 0
    unsealed: int = 0
    heads: int = 0
    exported: int = 0
    faults: int = 0


@dataclass
class Walk:
    """Where the walk along the chain stands, and up to which position it shall go."""

    end: int
    asked: int = 0  # the last position asked for: links may be missing up to there
    head: int = 0  # the position of the last head met in the database
    position: int = 0
    digest: bytes = GENESIS
    highest: int = 0
    lowest_since: int = 0  # lines since the last head, to say which ones a head disagrees with
    highest_since: int = 0
    last: Head | None = None
    after_gap: bool = False
    done: Verified = field(default_factory=Verified)
    finished: bool = False


@dataclass
class _Step:
    """A walk while it goes on: with the key that heads must verify with, and whom to tell of faults."""

    walk: Walk
    key: str
    report: Callable[[Finding], None] = field(repr=False)

    def found(self, fault: Fault, first: int, last: int | None = None, *, of_positions: bool = False) -> None:
        self.walk.done.faults += 1
        self.report(Finding(fault, first, first if last is None else last, of_positions))

    def verifies(self, head: Head) -> bool:
        return verify(self.key, head.signed_content, head.signature)


def verify_log(session: Session, key: str, exported: Iterable[Head], found: Callable[[Finding], None]) -> Verified:
    """Walk the whole log (audit zone) and hand every fault to `found`.

    `key` is the public key that heads must verify with, `exported` the heads kept outside, in the order of their file.
    """
    walk = start_walk(session)
    walk_on(session, walk, key, exported, found)
    return walk.done


def start_walk(session: Session) -> Walk:
    """A walk over the log as long as it is now."""
    return Walk(session.scalar(END) or 0)


def walk_on(
    session: Session,
    walk: Walk,
    key: str,
    exported: Iterable[Head],
    found: Callable[[Finding], None],
    *,
    most: int | None = None,
) -> None:
    """Walk over at most so many links more (none: all), and at the end look at what lies beyond them.

    `exported` is given from its beginning each time.
    """
    step = _Step(walk, key, found)
    ours = _Ahead(_heads(session, walk))
    theirs = _Ahead(islice(exported, walk.done.exported, None))
    upto = walk.end if most is None else min(walk.end, walk.asked + most)
    piece = {"after": walk.asked, "upto": upto}
    for row in session.execute(CHAIN, piece, execution_options={"yield_per": BATCH}):
        _check_link(session, step, row)
        for head in theirs.up_to(row.position):
            walk.done.exported += 1
            _check_head(step, head)
        for head in ours.up_to(row.position):
            walk.done.heads += 1
            if _check_head(step, head):
                walk.last = head
            _check_before(step, head)
            walk.lowest_since = walk.highest_since = 0
    walk.asked = upto
    if upto == walk.end:
        _check_end(session, step, ours, theirs)
        _check_unsealed(session, step)
        walk.finished = True


class _Ahead:
    """Heads that are still to come, handed out as the walk reaches them."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = iter(heads)
        self._next = next(self._heads, None)

    def up_to(self, position: int | None) -> Iterator[Head]:
        while self._next is not None and (position is None or self._next.position <= position):
            yield self._next
            self._next = next(self._heads, None)


def _heads(session: Session, walk: Walk) -> Iterator[Head]:
    ahead = AuditHead.position > walk.head, AuditHead.position <= walk.end
    wanted = select(AuditHead).where(*ahead).order_by(AuditHead.position)
    for row in session.scalars(wanted, execution_options={"yield_per": BATCH}):
        yield Head.of_row(row)
        session.expunge(row)


def _check_link(session: Session, step: _Step, row: Row[Any]) -> None:
    walk = step.walk
    walk.done.sealed += 1
    if row.position != walk.position + 1:
        step.found(Fault.LINK_GONE, walk.position + 1, row.position - 1, of_positions=True)
        walk.after_gap = True
    if row.number is None:
        step.found(Fault.MISSING, row.line)
    elif not walk.after_gap and link(walk.digest, row[3:]) != row.digest:
        step.found(Fault.CHANGED, row.line)
    elif _slipped_in(session, row.line, row.transaction, walk.last):
        step.found(Fault.ADDED, row.line)
    walk.position, walk.digest, walk.after_gap = row.position, row.digest, False
    walk.highest = max(walk.highest, row.line)
    walk.lowest_since = min(walk.lowest_since or row.line, row.line)
    walk.highest_since = max(walk.highest_since, row.line)


def _check_head(step: _Step, head: Head) -> bool:
    walk = step.walk
    if not step.verifies(head):
        step.found(Fault.HEAD_FORGED, head.position, of_positions=True)
    elif (head.position, head.digest, head.highest) != (walk.position, walk.digest, walk.highest):
        first, last = walk.lowest_since, walk.highest_since
        step.found(Fault.REWRITTEN, first or head.position, last or head.position, of_positions=not first)
    else:
        return True
    return False


def _check_before(step: _Step, head: Head) -> None:
    """Whether the head that this one was signed after is there."""
    if head.previous is not None and head.previous != step.walk.head and step.verifies(head):
        step.found(Fault.HEAD_GONE, head.previous, of_positions=True)
    step.walk.head = head.position


def _check_end(session: Session, step: _Step, ours: _Ahead, theirs: _Ahead) -> None:
    walk = step.walk
    if walk.lowest_since:
        step.found(Fault.UNSIGNED, walk.lowest_since, walk.highest_since)
    longest = 0
    for head in chain(ours.up_to(None), theirs.up_to(None)):
        if not step.verifies(head):
            step.found(Fault.HEAD_FORGED, head.position, of_positions=True)
        else:
            longest = max(longest, head.position)
    # Asked after the file was read: what was sealed and exported meanwhile is there by now.
    end: int = session.scalar(LAST_LINK) or 0
    if longest > end:
        step.found(Fault.CUT_OFF, end + 1, longest, of_positions=True)


def _check_unsealed(session: Session, step: _Step) -> None:
    walk = step.walk
    below = session.scalar(text(f"SELECT {BELOW}")) or 0
    for number, transaction in session.execute(UNSEALED, execution_options={"yield_per": BATCH}):
        walk.done.unsealed += 1
        # The last sealing took every line of a transaction that was over, unless the server's counter began anew.
        left_out = walk.last is not None and transaction < walk.last.below <= below
        if left_out or _slipped_in(session, number, transaction, walk.last):
            step.found(Fault.ADDED, number)


def _slipped_in(session: Session, number: int, transaction: int, last: Head | None) -> bool:
    """Whether a line under the highest number sealed before cannot be one that was merely committed late.

    A late line's transaction had begun before the first head that passed its number, and was not over at the last one.
    """
    if last is None or number > last.highest:
        return False
    passed = session.scalars(select(AuditHead).where(AuditHead.highest > number).order_by(AuditHead.highest).limit(1)).first()
    return transaction < last.below or (passed is not None and transaction >= passed.above)
