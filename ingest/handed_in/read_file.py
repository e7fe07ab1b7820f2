"""Read what was handed in, and what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from core.access import Custody, access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import code_in, custody_of
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, page_of
from core.permissions import Right
from ingest.handed_in.errors import HandedInUnknown
from ingest.handed_in.keep_file import HANDED_IN, Said, binding, row_of
from ingest.handed_in_model import HandedInRow, HandedInShape, HandedInState
from ingest.origin import Origin, origin_of
from ingest.seal_content import open_key

__all__ = [
    "HandedIn",
    "ToldRow",
    "count_own",
    "count_to_take_in",
    "custodies_of_files",
    "earlier_mappings",
    "find_own",
    "keep_told",
    "list_handed_in",
    "open_content_of",
    "open_handed_in",
]


@dataclass(frozen=True)
class ToldRow:
    """What became of one record, or what is wrong with one cell."""

    file: str = field(repr=False)
    sheet: str
    row: int
    cells: str
    outcome: str
    code: str = ""
    what: str = ""
    what_to_do: str = ""
    needs_eye: bool = False


@dataclass(frozen=True)
class HandedIn:
    """A file as it stands. `said`, `told` and `notes` are there where it was opened; `counts` is by outcome."""

    id: UUID
    custody: Custody
    form_id: str
    shape: HandedInShape
    handed_in_by: str
    at: datetime
    state: HandedInState
    records: int
    aside: int
    said: Said | None = field(default=None, repr=False)
    told: Sequence[ToldRow] = field(default=(), repr=False)
    notes: Sequence[str] = field(default=(), repr=False)
    counts: Mapping[str, int] = field(default_factory=dict)


def list_handed_in(session: Session, shape: HandedInShape, *, after: UUID | None = None, size: int = PAGE) -> Page[HandedIn]:
    """The files of a shape within reach, the newest first, none of them opened (casework zone); raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=HANDED_IN)
    wanted = select(HandedInRow).where(HandedInRow.operation == access.operation, HandedInRow.shape == shape.value)
    last = session.get(HandedInRow, after) if after else None
    if last:
        wanted = wanted.where(tuple_(HandedInRow.at, HandedInRow.id) < (last.at, last.id))
    rows = session.scalars(wanted.order_by(HandedInRow.at.desc(), HandedInRow.id.desc()).limit(size + 1))
    return page_of([_as_it_stands(row) for row in rows], size)


def find_own(session: Session, file: UUID) -> HandedIn:
    """How far a file of persons is that this account handed in, not opened (casework zone); raises `NotAllowed` or
    `HandedInUnknown`."""
    access = require(session, Right.HAND_IN_PERSONS, subject=f"{HANDED_IN}:{file}")
    row = session.get(HandedInRow, file)
    if row is None or (row.operation, row.handed_in_by) != (access.operation, access.actor):
        raise HandedInUnknown(file=file)
    record(session, Action.READ, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION, detail={"part": "state"})
    return _as_it_stands(row)


def custodies_of_files(session: Session) -> dict[str, Custody]:
    """Whose the records of each file are, by what their submissions say brought them (casework zone)."""
    operation = access_of(session).operation
    rows = session.scalars(select(HandedInRow).where(HandedInRow.operation == operation)).all()
    return {origin_of(origin, row.id): custody_of(row) for row in rows for origin in Origin}


def count_to_take_in(session: Session, shape: HandedInShape) -> int:
    """How many files of a shape within reach are not taken in yet (casework zone); raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=HANDED_IN)
    of_shape = HandedInRow.operation == access.operation, HandedInRow.shape == shape.value
    waiting = *of_shape, HandedInRow.state != HandedInState.TAKEN_IN.value
    return session.scalar(select(func.count()).select_from(HandedInRow).where(*waiting)) or 0


def count_own(session: Session) -> int:
    """How many files of persons this account handed in that are not taken in yet (casework zone); raises `NotAllowed`."""
    access = require(session, Right.HAND_IN_PERSONS, subject=HANDED_IN)
    mine = HandedInRow.operation == access.operation, HandedInRow.handed_in_by == access.actor
    waiting = HandedInRow.shape == HandedInShape.HTCDS.value, HandedInRow.state != HandedInState.TAKEN_IN.value
    return session.scalar(select(func.count()).select_from(HandedInRow).where(*mine, *waiting)) or 0


def open_handed_in(session: Session, ring: KeyRing, file: UUID, shape: HandedInShape) -> HandedIn:
    """One file of a shape with what was said and told of it (casework zone).

    Raises `HandedInUnknown`, `NotAllowed`, `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
    """
    row = row_of(session, file)
    if row.shape != shape.value:
        raise HandedInUnknown(file=file)
    key = open_key(session, ring, HANDED_IN, file)
    said = Said(**json.loads(key.open(row.said, binding(row, "said"))))
    told = json.loads(key.open(row.told, binding(row, "told"))) if row.told is not None else {}
    record(session, Action.READ, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION)
    stands = _as_it_stands(row)
    return HandedIn(
        **{
            name: getattr(stands, name)
            for name in ("id", "custody", "form_id", "shape", "handed_in_by", "at", "state", "records", "aside")
        },
        said=said,
        told=[ToldRow(*one) for one in told.get("rows", ())],
        notes=told.get("notes", ()),
        counts=told.get("counts", {}),
    )


def earlier_mappings(session: Session, ring: KeyRing, form_id: str, *, most: int = 5) -> list[str]:
    """By which the newest files for a form that lie within reach were taken in, each once (casework zone).

    Raises as `open_handed_in` does.
    """
    access = require(session, Right.REVIEW_SUBMISSION, subject=HANDED_IN)
    taken_in = (
        HandedInRow.operation == access.operation,
        HandedInRow.shape == HandedInShape.MAPPED.value,
        HandedInRow.form_id == form_id,
        HandedInRow.state == HandedInState.TAKEN_IN.value,
    )
    newest = session.scalars(select(HandedInRow.id).where(*taken_in).order_by(HandedInRow.at.desc()).limit(most)).all()
    opened = (open_handed_in(session, ring, file, HandedInShape.MAPPED).said for file in newest)
    return list(dict.fromkeys(said.mapping for said in opened if said and said.mapping))


def open_content_of(session: Session, ring: KeyRing, file: UUID) -> bytes | None:
    """The file itself, as it was handed in; None once it was taken in. Raises as `open_handed_in` does."""
    row = row_of(session, file)
    if row.content is None:
        return None
    record(session, Action.READ, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION, detail={"part": "content"})
    return open_key(session, ring, HANDED_IN, file).open(row.content, binding(row, "content"))


def keep_told(
    session: Session, ring: KeyRing, file: UUID, *, rows: Sequence[ToldRow], notes: Sequence[str], counts: Mapping[str, int]
) -> None:
    """Keep what became of its records, for whoever looks at it. Raises as `open_handed_in` does."""
    row = row_of(session, file)
    said = {"rows": [list(vars(one).values()) for one in rows], "notes": list(notes), "counts": dict(counts)}
    row.told = open_key(session, ring, HANDED_IN, file).seal(json.dumps(said).encode(), binding(row, "told"))
    record(session, Action.NOTED, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION)


def _as_it_stands(row: HandedInRow) -> HandedIn:
    state = code_in(row, "state", HandedInState)
    shape = code_in(row, "shape", HandedInShape)
    return HandedIn(row.id, custody_of(row), row.form_id, shape, row.handed_in_by, row.at, state, row.records, row.aside)
