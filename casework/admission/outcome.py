"""What became of a submission that was to be admitted, and what its chain of edits had become before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from casework.admission.arrival import Arrival, Desk
from casework.errors import AdmissionFailed
from casework.models import StoredKey, SubmittedRecord
from core.database import among
from core.errors import Problem
from core.keys.keyring import KeyVersionUnknown
from forms import RecordKind

__all__ = ["Admission", "AdmissionOutcome", "records_made", "refused", "remove_double"]

Row = TypeVar("Row", bound=SubmittedRecord)


class AdmissionOutcome(StrEnum):
    ADMITTED = "admitted"
    UNCHANGED = "unchanged"  # the records hold this version already, or a newer one
    KEPT_RAW = "kept_raw"  # of a kind that casework has no records for
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Admission:
    """What became of one submission.

    `records` holds the id of the movement event, or of the person, the case and the interview, in this order.
    `problem` says why it was set aside.
    """

    outcome: AdmissionOutcome
    record_kind: RecordKind | None = None
    records: tuple[UUID, ...] = ()
    problem: Problem | None = None


def refused(error: Exception) -> Admission:
    """The admission that failed with `error`, which is raised again where it concerns the whole installation."""
    if isinstance(error, KeyVersionUnknown | OperationalError):
        raise error
    problem = error if isinstance(error, Problem) else AdmissionFailed(kind=type(error).__name__)
    return Admission(AdmissionOutcome.SET_ASIDE, problem=problem)


def records_made(desk: Desk, table: type[Row], arrivals: Sequence[Arrival]) -> Mapping[UUID, list[Row]]:
    """By submission, the records that its chain has become, the one of the chain's own root first.

    There are several when edits came before the versions that tie them to their original: each became a record then.
    """
    chains = {one.stored.id: [one.stored.root_id, *(one.stored.chain - {one.stored.root_id})] for one in arrivals}
    members = {member for chain in chains.values() for member in chain}
    # A chain is named by one of its members, and stays a part of the one that it is joined to.
    found = {row.chain: row for row in desk.session.scalars(select(table).where(among(table.chain, members)))}
    return {submission: [found[member] for member in chain if member in found] for submission, chain in chains.items()}


def remove_double(desk: Desk, row: SubmittedRecord) -> None:
    """Erase a record that its chain has become besides another."""
    desk.session.execute(delete(StoredKey).where(StoredKey.record == row.id))
    desk.session.delete(row)
