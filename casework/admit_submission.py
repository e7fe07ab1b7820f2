"""What arrived becomes records: movement events, or persons with their households and cases.

What cannot be admitted is set aside with its reason, kept by `ingest` as it was received; nothing is lost and nothing is
admitted by half. An edit takes the place of what the earlier versions of its submission had become.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.admission import Admission, AdmissionOutcome, refused
from casework.admit_interview import INTERVIEWS, admit_interview
from casework.admit_movements import admit_movements
from casework.arrival import Arrival, Desk
from core.keyring import KeyRing
from forms import RecordKind
from ingest import awaiting_submissions, mark_handled, set_aside

__all__ = ["AdmissionCount", "admit_awaiting", "admit_submission"]


@dataclass(frozen=True)
class AdmissionCount:
    """How many submissions of a batch became what."""

    admitted: int
    kept_raw: int
    set_aside: int


def admit_submission(session: Session, ring: KeyRing, submission_id: UUID) -> Admission:
    """Admit one submission of the transaction's operation; also one that was set aside, once its cause is mended.

    Admitting the same version again changes nothing. Raises only what concerns the whole installation (a key ring
    that lacks a key, a database that does not answer) and `ingest`'s refusal of an unknown id.
    """
    _one_at_a_time(session)
    operation = session.scalars(select(func.current_setting("waystation.operation"))).one()
    return _admit_all(Desk(session, ring, operation), [submission_id])[submission_id]


def admit_awaiting(session: Session, ring: KeyRing, operation: str, *, limit: int = 500) -> AdmissionCount:
    """Admit what awaits, at most `limit` submissions; each stands or falls for itself."""
    _one_at_a_time(session)
    admissions = _admit_all(Desk(session, ring, operation), awaiting_submissions(session, operation, limit))
    outcomes = [admission.outcome for admission in admissions.values()]
    kept_raw, aside = outcomes.count(AdmissionOutcome.KEPT_RAW), outcomes.count(AdmissionOutcome.SET_ASIDE)
    return AdmissionCount(len(outcomes) - kept_raw - aside, kept_raw, aside)


def _one_at_a_time(session: Session) -> None:
    """Let one transaction at a time admit for an operation: two edits of one chain must not meet."""
    lock = func.hashtextextended(func.concat("casework.admission:", func.current_setting("waystation.operation")), 0)
    session.execute(select(func.pg_advisory_xact_lock(lock)))


def _admit_all(desk: Desk, submissions: Iterable[UUID]) -> dict[UUID, Admission]:
    admissions: dict[UUID, Admission] = {}
    arrivals: dict[RecordKind, list[Arrival]] = {kind: [] for kind in RecordKind}
    for submission in submissions:
        try:
            arrival = desk.receive(submission)
        except Exception as error:  # noqa: BLE001  (whatever is wrong with one submission, the others are not to wait)
            admissions[submission] = refused(error)
        else:
            arrivals[arrival.definition.record_kind].append(arrival)
    admissions |= admit_movements(desk, arrivals[RecordKind.MOVEMENT])
    for kind in INTERVIEWS:
        admissions |= {arrival.stored.id: admit_interview(desk, arrival) for arrival in arrivals[kind]}
    kept = Admission(AdmissionOutcome.KEPT_RAW, RecordKind.OTHER)
    admissions |= {arrival.stored.id: kept for arrival in arrivals[RecordKind.OTHER]}
    for submission, admission in admissions.items():
        _settle(desk, submission, admission)
    return admissions


def _settle(desk: Desk, submission: UUID, admission: Admission) -> None:
    """Tell `ingest` what became of it, with the remedy."""
    problem = admission.problem
    if problem:
        set_aside(desk.session, desk.ring, submission, reason=(problem.code, str(problem)))
    else:
        mark_handled(desk.session, submission)
