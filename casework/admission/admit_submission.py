"""What arrived becomes records: movement events, or persons with their households and cases.

What cannot be admitted is set aside with its reason, kept by `ingest` as it was received; nothing is lost and nothing is
admitted by half. An edit takes the place of what the earlier versions of its submission had become.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.admission.admit_interview import admit_interview
from casework.admission.admit_movements import admit_movements
from casework.admission.admit_screenings import admit_screenings
from casework.admission.arrival import Arrival, Desk
from casework.admission.outcome import Admission, AdmissionOutcome, refused
from casework.errors import CaseUnknown
from casework.reviewing.check_arrivals import check_arrivals
from casework.reviewing.leave_out import leave_out
from core.access import access_of
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.postgres.turns import take_turns
from forms import RecordKind
from ingest import awaiting_submissions, mark_handled, set_aside, submissions_set_aside

__all__ = [
    "AdmissionCount",
    "admit_again",
    "admit_all",
    "admit_awaiting",
    "admit_submission",
    "counted",
    "one_at_a_time",
    "turn_of_admission",
]


@dataclass(frozen=True)
class AdmissionCount:
    """How many submissions of a batch became what."""

    admitted: int
    kept_raw: int
    set_aside: int

    @property
    def total(self) -> int:
        return self.admitted + self.kept_raw + self.set_aside


def admit_submission(session: Session, ring: KeyRing, submission_id: UUID) -> Admission:
    """Admit one submission of the transaction's operation; also one that was set aside, once its cause is mended.

    Admitting the same version again changes nothing. Raises only what concerns the whole installation (a key ring
    that lacks a key, a database that does not answer) and `ingest`'s refusal of an unknown id.
    """
    one_at_a_time(session)
    operation = session.scalars(select(func.current_setting("waystation.operation"))).one()
    return admit_all(Desk(session, ring, operation), [submission_id])[submission_id]


def admit_awaiting(session: Session, ring: KeyRing, operation: str, *, limit: int = 500) -> AdmissionCount:
    """Admit what awaits, at most `limit` submissions; each stands or falls for itself."""
    one_at_a_time(session)
    return counted(admit_all(Desk(session, ring, operation), awaiting_submissions(session, operation, limit)))


def admit_again(session: Session, ring: KeyRing, operation: str) -> AdmissionCount:
    """Try once more what casework had set aside: the gazetteer or a form may have been mended since."""
    one_at_a_time(session)
    return counted(admit_all(Desk(session, ring, operation), submissions_set_aside(session, operation)))


def counted(admissions: Mapping[UUID, Admission]) -> AdmissionCount:
    """How many of them became what."""
    outcomes = [admission.outcome for admission in admissions.values()]
    kept_raw, aside = outcomes.count(AdmissionOutcome.KEPT_RAW), outcomes.count(AdmissionOutcome.SET_ASIDE)
    return AdmissionCount(len(outcomes) - kept_raw - aside, kept_raw, aside)


def one_at_a_time(session: Session) -> None:
    """Let one transaction at a time admit for an operation: two edits of one chain must not meet."""
    take_turns(session, turn_of_admission(session))


def turn_of_admission(session: Session) -> str:
    """What that is a turn of."""
    return f"casework.admission:{access_of(session).operation}"


def admit_all(desk: Desk, submissions: Sequence[UUID]) -> dict[UUID, Admission]:
    """What becomes of each, once the turn is taken."""
    admissions: dict[UUID, Admission] = {}
    arrivals: dict[RecordKind, list[Arrival]] = {kind: [] for kind in RecordKind}
    for submission, arrival in desk.receive(submissions).items():
        if isinstance(arrival, Problem):
            admissions[submission] = refused(arrival)
        else:
            arrivals[arrival.definition.record_kind].append(arrival)
    admissions |= admit_movements(desk, arrivals[RecordKind.MOVEMENT])
    admissions |= admit_screenings(desk, arrivals[RecordKind.SCREENING])  # first: a case is opened before it goes on
    admissions |= {arrival.stored.id: admit_interview(desk, arrival) for arrival in arrivals[RecordKind.ASSISTANCE]}
    kept = Admission(AdmissionOutcome.KEPT_RAW, RecordKind.OTHER)
    admissions |= {arrival.stored.id: kept for arrival in arrivals[RecordKind.OTHER]}
    _settle(desk, admissions)
    arrived = [arrival for of_kind in arrivals.values() for arrival in of_kind]
    check_arrivals(desk, arrived)
    leave_out(desk, {arrival.stored.root_id for arrival in arrivals[RecordKind.MOVEMENT]})
    if any(_opened_case(admission) for admission in admissions.values()):
        _admit_those_without_case(desk)
    return admissions


def _settle(desk: Desk, admissions: Mapping[UUID, Admission]) -> None:
    """Tell `ingest` what became of them, with the remedy for what is set aside."""
    mark_handled(desk.session, [submission for submission, admission in admissions.items() if not admission.problem])
    for submission, admission in admissions.items():
        if admission.problem:
            reason = (admission.problem.code, str(admission.problem))
            set_aside(desk.session, desk.ring, submission, reason=reason)


def _opened_case(admission: Admission) -> bool:
    return admission.record_kind is RecordKind.SCREENING and admission.outcome is AdmissionOutcome.ADMITTED


def _admit_those_without_case(desk: Desk) -> None:
    """Assistance interviews that came before their screening are tried again now that a case was opened."""
    waiting = submissions_set_aside(desk.session, desk.operation, CaseUnknown.code)
    if waiting:
        admit_all(desk, waiting)
