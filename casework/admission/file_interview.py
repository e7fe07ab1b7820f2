"""An interview is filed with its case, and the case stands where its newest interview left it."""

from uuid import uuid4

from sqlalchemy import select

from casework.admission.arrival import Arrival, Desk
from casework.admission.sort_answers import Parts
from casework.case_file.case_state import is_led_on_screen
from casework.models import Case, Interview, InterviewKind, KeyKind, Person
from casework.rights.keep_corrections import write_edit
from casework.store.change_clear import changing_clear
from casework.store.seal_record import open_parts, seal_parts, stored_key
from casework.store.verify_records import tell_version
from casework.store.week_of_interview import INTERVIEW_DATE, note_week
from core.clock import now
from forms import RecordPart

__all__ = ["file_interview", "settle_state"]


def file_interview(
    desk: Desk, arrival: Arrival, earlier: Interview | None, *, kind: InterviewKind, case: Case, parts: Parts, state: str | None
) -> Interview:
    """File the interview under its case, in place of the `earlier` version of it.

    `state` is where it leaves the case; None when it does not say.
    """
    key = stored_key(desk, case.person, KeyKind.PERSON)
    # What a screening says is kept with its person; what was filed with another's case is nothing of this person's.
    edited = earlier and earlier.case == case.id and kind is InterviewKind.ASSISTANCE
    interview = earlier or Interview(id=uuid4(), operation=desk.operation, kind=kind.value, row_version=0, admitted_at=now())
    with changing_clear(desk, {case.person, desk.session.get_one(Case, interview.case).person if earlier else case.person}):
        interview.case = case.id
        interview.state = state
        arrival.stamp(interview)
    if edited:
        write_edit(desk, interview, key, parts, person=case.person, changed_by=arrival.stored.collector)
    else:
        interview.row_version += 1
        seal_parts(interview, key, parts)
    desk.session.add(interview)
    telling = interview if kind is InterviewKind.ASSISTANCE else desk.session.get_one(Person, case.person)
    note_week(interview, open_parts(telling, key, [RecordPart.FACTS])[RecordPart.FACTS])
    if earlier:
        tell_version(desk.session, interview)
    return interview


def settle_state(desk: Desk, case: Case) -> None:
    """Take the state from the newest interview by its own date: phones send late, and not in order.

    A case that somebody has moved by its file stays where it stands.
    """
    desk.session.flush()
    if is_led_on_screen(desk.session, case):
        case.count_change()
        return
    key = stored_key(desk, case.person, KeyKind.PERSON)

    def held(interview: Interview) -> tuple[str, object]:
        facts = open_parts(interview, key, [RecordPart.FACTS])[RecordPart.FACTS]
        return str(facts.get(INTERVIEW_DATE, "")), interview.admitted_at

    telling = desk.session.scalars(select(Interview).where(Interview.case == case.id, Interview.state.is_not(None)))
    with changing_clear(desk, [case.person]):
        case.state = max(telling, key=held).state or case.state
        case.count_change()
