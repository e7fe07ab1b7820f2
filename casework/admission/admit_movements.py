"""Movement reports are admitted together: they come by the thousand, and few statements write them all."""

from collections.abc import Sequence
from uuid import UUID

from casework.admission.arrival import Arrival, Desk
from casework.admission.outcome import Admission, AdmissionOutcome, records_made, refused, remove_double
from casework.admission.record_movement import check_report, correct_movement
from casework.models import MovementEvent
from casework.store.write_reports import NewReport, write_reports
from core.audit import Action, Purpose, record
from core.errors import Problem
from forms import RecordKind

__all__ = ["admit_movements"]


def admit_movements(desk: Desk, arrivals: Sequence[Arrival]) -> dict[UUID, Admission]:
    """What became of each, by submission.

    What the checks refuse costs the others nothing. When anything unforeseen happens all are undone, and each half is
    admitted by itself, until the one that it happens to is alone.
    """
    try:
        with desk.session.begin_nested(), desk.session.no_autoflush:
            return _admit_together(desk, arrivals)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one report, the others are not to wait)
        refusal, middle = refused(error), len(arrivals) // 2
    if len(arrivals) == 1:
        return {arrivals[0].stored.id: refusal}
    return admit_movements(desk, arrivals[:middle]) | admit_movements(desk, arrivals[middle:])


def _admit_together(desk: Desk, arrivals: Sequence[Arrival]) -> dict[UUID, Admission]:
    made = records_made(desk, MovementEvent, arrivals)
    new: list[NewReport] = []
    admissions = {arrival.stored.id: _admit(desk, arrival, made[arrival.stored.id], new) for arrival in arrivals}
    write_reports(desk, new)
    admitted = sum(admission.outcome is AdmissionOutcome.ADMITTED for admission in admissions.values())
    if admitted:
        record(desk.session, Action.ADMITTED, "casework.movement_event", purpose=Purpose.COLLECTION, count=admitted)
    return admissions


def _admit(desk: Desk, arrival: Arrival, made: Sequence[MovementEvent], new: list[NewReport]) -> Admission:
    """What becomes of one, once those that are `new` are written."""
    if made and arrival.is_held_by(made):
        return Admission(AdmissionOutcome.UNCHANGED, RecordKind.MOVEMENT, (made[0].id,))
    try:
        checked = check_report(desk, arrival)
        if made:
            correct_movement(desk, checked, made[0])
    except Problem as problem:
        return refused(problem)
    if not made:
        new.append(checked.as_new())
        return Admission(AdmissionOutcome.ADMITTED, RecordKind.MOVEMENT, (new[-1].id,))
    for double in made[1:]:
        remove_double(desk, double)
    return Admission(AdmissionOutcome.ADMITTED, RecordKind.MOVEMENT, (made[0].id,))
