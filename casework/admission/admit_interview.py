"""An interview that goes on with a case, or corrects what one said, is admitted by itself, within a savepoint: it is compared
with what stands."""

from casework.admission.admit_files import remove_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.continue_case import continue_case
from casework.admission.correct_case import correct_case
from casework.admission.outcome import Admission, AdmissionOutcome, records_made, refused, remove_double
from casework.errors import CaseOpenedTwice
from casework.models import Case, Interview, InterviewKind
from casework.store.change_clear import changing_clear
from core.audit import Action, Purpose, record
from forms import RecordKind

__all__ = ["admit_interview"]


def admit_interview(desk: Desk, arrival: Arrival) -> Admission:
    """What became of it: an assistance interview, or a screening that has opened a case before. When it fails the database is
    as if nothing had been tried."""
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
    if arrival.definition.record_kind is RecordKind.SCREENING:
        interview = correct_case(desk, arrival, made[0])
    else:
        interview = continue_case(desk, arrival, made[0] if made else None)
    record(desk.session, Action.ADMITTED, f"casework.interview:{interview.id}", purpose=Purpose.COLLECTION)
    return _admission(desk, AdmissionOutcome.ADMITTED, arrival, interview)


def _admission(desk: Desk, outcome: AdmissionOutcome, arrival: Arrival, interview: Interview) -> Admission:
    case = desk.session.get_one(Case, interview.case)
    return Admission(outcome, arrival.definition.record_kind, (case.person, case.id, interview.id))
