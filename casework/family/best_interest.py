"""Steps in the best interests of a child: planned with a day and a note, and done with a day and what came of it.

UNHCR, Best Interests Procedure Guidelines (2021): assessment (BIA), determination (BID), tracing of the family, reunification,
alternative care.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.family.child_care import CareView, care_of, cover_care, open_care
from casework.family.errors import StepUnknown
from casework.family.may_keep import persons_to_keep
from casework.family_models import BestInterestStep
from casework.store.change_clear import changing_clear
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import persons_of
from casework.store.seal_record import Vault, stored_keys
from core.access import Custody, access_of
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.database import among
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding

__all__ = ["ChildView", "StepKind", "StepSaid", "StepView", "finish_step", "open_step", "plan_step", "steps_of", "view_child"]

TABLE: Final = "casework.best_interest_step"
LONGEST: Final = 1_000  # letters


class StepKind(StrEnum):
    ASSESSMENT = "assessment"
    DETERMINATION = "determination"
    TRACING = "tracing"
    REUNIFICATION = "reunification"
    ALTERNATIVE_CARE = "alternative_care"


@dataclass(frozen=True)
class StepSaid:
    """What was written of a step, when it was planned or when it was done; `day` is empty where none was named."""

    day: str = field(repr=False)
    note: str = field(repr=False)


@dataclass(frozen=True)
class StepView:
    """A step; what was said is None while it is covered, `outcome` also while it is not done."""

    id: UUID
    planned_at: datetime
    done_at: datetime | None
    kind: StepKind | None = field(repr=False)
    planned: StepSaid | None = field(repr=False)
    outcome: StepSaid | None = field(repr=False)


@dataclass(frozen=True)
class ChildView:
    """What is decided and done for a child; `alone` is None where nothing was decided yet."""

    person: UUID
    custody: Custody
    alone: bool | None
    care: tuple[CareView, ...]
    steps: tuple[StepView, ...]


def plan_step(
    session: Session, ring: KeyRing, child: UUID, kind: StepKind, *, day: date | None = None, note: str = "", purpose: Purpose
) -> UUID:
    """Plan a step; its id. Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted` or `ReadTooMany`."""
    [person] = persons_to_keep(session, [child], purpose)
    vault, made = Vault(session, ring, person.operation), uuid4()
    key = stored_keys(vault, [child])[child]
    row = BestInterestStep(
        id=made,
        person=child,
        operation=person.operation,
        planned=key.seal(_written(day, note, kind=kind.value), Binding(TABLE, made, "planned")),
        planned_by=access_of(session).actor,
        planned_at=now(),
    )
    with changing_clear(vault, [child]):
        session.add(row)
    _tell(session, row, "planned", purpose)
    return made


def finish_step(
    session: Session, ring: KeyRing, step: UUID, *, day: date | None = None, note: str = "", purpose: Purpose
) -> None:
    """A planned step is done; raises `StepUnknown` or the same."""
    row = session.get(BestInterestStep, step)
    if row is None or row.done_at:
        raise StepUnknown(step=step)
    persons_to_keep(session, [row.person], purpose)
    vault = Vault(session, ring, row.operation)
    key = stored_keys(vault, [row.person])[row.person]
    with changing_clear(vault, [row.person]):
        row.outcome = key.seal(_written(day, note), Binding(TABLE, step, "outcome"))
        row.done_by, row.done_at = access_of(session).actor, now()
    _tell(session, row, "done", purpose)


def view_child(session: Session, ring: KeyRing, child: UUID, *, revealed: Collection[UUID] = (), purpose: Purpose) -> ChildView:
    """What is decided and done for a child, covered but for the decisions and steps of these ids.

    For whoever may note it; raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `ReadTooMany`, `KeyDestroyed` or
    `CiphertextRefused`.
    """
    [person] = persons_to_keep(session, [child], purpose)
    mine = persons_of(session, child)
    keys = stored_keys(Vault(session, ring, person.operation), mine)
    decided, planned = care_of(session, mine), steps_of(session, mine)
    shown = sorted({*revealed} & ({row.id for row in decided} | {row.id for row in planned}))
    detail = {"notes": [str(one) for one in shown]}
    record(session, Action.READ, f"casework.person:{child}", purpose=purpose, count=len(shown), detail=detail)
    return ChildView(
        child,
        custody_of(person),
        decided[0].alone if decided else None,
        tuple(open_care(row, keys[row.person]) if row.id in shown else cover_care(row) for row in decided),
        tuple(open_step(row, keys[row.person]) if row.id in shown else _covered(row) for row in planned),
    )


def open_step(row: BestInterestStep, key: KeptKey) -> StepView:
    """One step, uncovered; raises `CiphertextRefused`."""
    planned = json.loads(key.open(row.planned, Binding(TABLE, row.id, "planned")))
    outcome = json.loads(key.open(row.outcome or b"", Binding(TABLE, row.id, "outcome"))) if row.done_at else None
    return StepView(
        row.id,
        row.planned_at,
        row.done_at,
        StepKind(planned["kind"]),
        StepSaid(planned["day"], planned["note"]),
        StepSaid(outcome["day"], outcome["note"]) if outcome else None,
    )


def _covered(row: BestInterestStep) -> StepView:
    return StepView(row.id, row.planned_at, row.done_at, None, None, None)


def steps_of(session: Session, persons: Collection[UUID]) -> Sequence[BestInterestStep]:
    """The steps for one child in all records that are theirs, the first planned first, as they are sealed."""
    theirs = select(BestInterestStep).where(among(BestInterestStep.person, persons))
    return session.scalars(theirs.order_by(BestInterestStep.planned_at, BestInterestStep.id)).all()


def _written(day: date | None, note: str, **more: str) -> bytes:
    return json.dumps({"day": f"{day or ''}", "note": note.strip()[:LONGEST], **more}).encode()


def _tell(session: Session, row: BestInterestStep, change: str, purpose: Purpose) -> None:
    detail = {"step": str(row.id), "change": change}
    record(session, Action.NOTED, f"casework.person:{row.person}", purpose=purpose, detail=detail)
