"""A screening or assistance interview is admitted by itself, within a savepoint: it touches many records."""

from collections.abc import Callable
from typing import Final

from casework.admission.admit_files import remove_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.continue_case import continue_case
from casework.admission.open_case import open_case
from casework.admission.outcome import Admission, AdmissionOutcome, records_made, refused, remove_double
from casework.errors import CaseOpenedTwice
from casework.models import Case, Interview, InterviewKind
from casework.store.change_clear import changing_clear
from core.audit import Action, Purpose, record
from forms import RecordKind

__all__ = ["INTERVIEWS", "admit_interview"]

INTERVIEWS: Final[dict[RecordKind, Callable[[Desk, Arrival, Interview | None], Interview]]] = {
    RecordKind.SCREENING: open_case,  # before assistance: a case is opened before it goes on
    RecordKind.ASSISTANCE: continue_case,
}


def admit_interview(desk: Desk, arrival: Arrival) -> Admission:
    """What became of it; when it fails the database is as if nothing had been tried."""
    try:
        with desk.session.begin_nested(), changing_clear(desk):
            return _admit(desk, arrival)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one interview, the others are not to wait)
        return refused(error)


def _admit(desk: Desk, arrival: Arrival) -> Admission:
    made = records_made(desk, Interview, [arrival])[arrival.stored.id]
    if made and arrival.is_held_by(made):
        return _admission(desk, AdmissionOutcome.UNCHANGED, arrival, made[0])
    for double in made[1:]:
        if double.kind == InterviewKind.SCREENING:
            raise CaseOpenedTwice(case=double.case)
        remove_files(desk, double.chain)
        with changing_clear(desk, [desk.session.get_one(Case, double.case).person]):
            remove_double(desk, double)
    interview = INTERVIEWS[arrival.definition.record_kind](desk, arrival, made[0] if made else None)
    record(desk.session, Action.ADMITTED, f"casework.interview:{interview.id}", purpose=Purpose.COLLECTION)
    return _admission(desk, AdmissionOutcome.ADMITTED, arrival, interview)


def _admission(desk: Desk, outcome: AdmissionOutcome, arrival: Arrival, interview: Interview) -> Admission:
    case = desk.session.get_one(Case, interview.case)
    return Admission(outcome, arrival.definition.record_kind, (case.person, case.id, interview.id))
