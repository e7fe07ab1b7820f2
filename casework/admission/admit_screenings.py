"""Screening interviews that open cases are admitted together: each is checked by itself, and few statements write them all.

A correction is compared with what stands, so it is admitted by itself, in its turn.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from casework.admission.admit_files import admit_files
from casework.admission.admit_interview import admit_interview
from casework.admission.arrival import Arrival, Desk
from casework.admission.open_case import Opened, check_screening, put_case
from casework.admission.outcome import Admission, AdmissionOutcome, records_made, refused
from casework.admission.taken import Taken
from casework.duplicates.propose_for_new import propose_for_new, sharing_tokens
from casework.models import Interview
from casework.store.change_clear import changing_clear
from casework.store.new_persons import NewPersons
from core.audit import Deeds
from core.errors import Problem
from forms import RecordKind

__all__ = ["admit_screenings"]


def admit_screenings(desk: Desk, arrivals: Sequence[Arrival]) -> dict[UUID, Admission]:
    """What became of each, by submission, as if they had been admitted one after the other."""
    admissions: dict[UUID, Admission] = {}
    for run, is_new in _runs(arrivals, records_made(desk, Interview, arrivals)):
        if is_new or not any(records_made(desk, Interview, run).values()):
            admissions |= _open_cases(desk, run)
        else:
            admissions[run[0].stored.id] = admit_interview(desk, run[0])
    return admissions


def _runs(arrivals: Sequence[Arrival], made: Mapping[UUID, Sequence[Interview]]) -> Iterator[tuple[Sequence[Arrival], bool]]:
    """Those that are new, together as far as they follow each other; by itself what may not be new. Of a chain of edits no
    more than the first one is sure to be."""
    together, chains = list[Arrival](), set[UUID]()
    for arrival in arrivals:
        if not made[arrival.stored.id] and chains.isdisjoint(arrival.stored.chain):
            together.append(arrival)
            chains |= arrival.stored.chain
            continue
        if together:
            yield together, True
        together = []
        yield [arrival], False
    if together:
        yield together, True


def _open_cases(desk: Desk, arrivals: Sequence[Arrival]) -> dict[UUID, Admission]:
    """What the checks refuse costs the others nothing. When anything unforeseen happens all are undone, and each half is
    admitted by itself, until the one that it happens to is alone."""
    try:
        with desk.session.begin_nested(), changing_clear(desk):
            return _open_together(desk, arrivals)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one interview, the others are not to wait)
        refusal, middle = refused(error), len(arrivals) // 2
    if len(arrivals) == 1:
        return {arrivals[0].stored.id: refusal}
    return _open_cases(desk, arrivals[:middle]) | _open_cases(desk, arrivals[middle:])


def _open_together(desk: Desk, arrivals: Sequence[Arrival]) -> dict[UUID, Admission]:
    taken, new, deeds = Taken.of(desk, arrivals), NewPersons(desk), Deeds()
    admissions, opened = dict[UUID, Admission](), list[Opened]()
    for arrival in arrivals:
        try:
            checked = check_screening(desk, arrival, taken)
        except Problem as problem:
            admissions[arrival.stored.id] = refused(problem)
            continue
        opened.append(put_case(new, desk, checked, deeds))
        admissions[arrival.stored.id] = Admission(AdmissionOutcome.ADMITTED, RecordKind.SCREENING, opened[-1].records)
    beside = sharing_tokens(desk, [one.compared for one in opened])
    new.write()
    deeds.record(desk.session)
    for one in opened:
        for person, answers in one.with_files.items():
            admit_files(desk, one.arrival, person, answers)
    propose_for_new(desk, beside)
    return admissions
