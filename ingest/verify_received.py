"""Does everything that was received open? For `store verify` (casework zone): answers, files, what lies in quarantine, and
the tokens of servers that are pulled."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.checked import Checked
from core.clear_columns import RecordDamaged, custody_of
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.permissions import Right
from core.sealing.envelope import Binding, CiphertextRefused
from ingest.bound_answers import open_answers, require_same
from ingest.errors import KeyDestroyed
from ingest.handed_in.keep_file import HANDED_IN, binding
from ingest.handed_in_model import HandedInRow
from ingest.models import Attachment, Quarantine, SourceRow, Submission
from ingest.parse_xml import parse_xml
from ingest.prove_chains import chains_of, torn
from ingest.read_head import read_head
from ingest.seal_content import QUARANTINE, SOURCE, SUBMISSION, open_content, open_file, open_key

__all__ = ["verify_received"]

PAGE: Final = 200
InCustody = Submission | SourceRow
REFUSALS: Final = (CiphertextRefused, KeyVersionUnknown, RecordDamaged)


def verify_received(
    session: Session, ring: KeyRing, operation: str, told: Callable[[int], None], *, purpose: Purpose
) -> Checked:
    """Open every answer, file, refused post, server's token and file handed in of an operation, one at a time; nothing that was
    opened leaves this function.

    For the program itself: raises `NotAllowed` for an account.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.READ_IN_BULK, SUBMISSION)
    checked = Checked()
    for page in _pages(session, operation, Submission):
        chains = chains_of(session, {row.root_id for row in page})
        apart = torn(session, page, chains)
        _check(session, ring, SUBMISSION, [(row.id, row.xml, row) for row in page], checked, apart=apart)
        told(len(page))
    for page in _pages(session, operation, Quarantine):
        _check(session, ring, QUARANTINE, [(row.id, row.content, None) for row in page if row.content is not None], checked)
        told(len(page))
    for page in _pages(session, operation, SourceRow):
        _check(session, ring, SOURCE, [(row.id, row.token, row) for row in page], checked)
        told(len(page))
    for page in _pages(session, operation, HandedInRow):
        for row in page:
            checked.take(row.id, partial(_open_handed_in, session, ring, row), gone=(KeyDestroyed,), refusals=REFUSALS)
        told(len(page))
    count = checked.sound + len(checked.faults)
    record(session, Action.READ, SUBMISSION, purpose=purpose, count=count, detail={"by": "store verify"})
    return checked


def _check(
    session: Session,
    ring: KeyRing,
    table: str,
    rows: Sequence[tuple[UUID, bytes, InCustody | None]],
    checked: Checked,
    *,
    apart: Collection[UUID] = (),
) -> None:
    for owner, content, row in rows:

        def opening(owner: UUID = owner, content: bytes = content, row: InCustody | None = row) -> None:
            key = open_key(session, ring, table, owner)
            if isinstance(row, Submission):
                require_same(ring, row, read_head(parse_xml(open_answers(key, row))))
            else:
                open_content(key, table, owner, content)
            if row:
                custody_of(row)
            if owner in apart:
                raise Binding(table, owner, "chain").refused()
            for file in session.scalars(select(Attachment.id).where(Attachment.owner == owner)):
                for _ in open_file(session, key, session.get_one(Attachment, file)).pieces():
                    pass
                session.expunge_all()  # one file, or one chunk of it, in memory at a time

        checked.take(owner, opening, gone=(KeyDestroyed,), refusals=REFUSALS)


def _open_handed_in(session: Session, ring: KeyRing, row: HandedInRow) -> None:
    key = open_key(session, ring, HANDED_IN, row.id)
    for part in ("said", "content", "told"):
        if (sealed := getattr(row, part)) is not None:
            key.open(sealed, binding(row, part))
    custody_of(row)


def _pages(session: Session, operation: str, table: Any) -> Iterator[Sequence[Any]]:
    last = UUID(int=0)
    wanted = select(table).where(table.operation == operation).order_by(table.id).limit(PAGE)
    while page := session.scalars(wanted.where(table.id > last)).all():
        last = page[-1].id
        yield page
        session.expunge_all()
