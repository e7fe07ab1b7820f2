"""A movement report becomes an event: its week in clear, its facts under a key of their own, all else under another."""

from uuid import uuid4

from casework.admission.arrival import Arrival, Desk
from casework.admission.check_movement import check_movement
from casework.admission.sort_answers import sort_movement
from casework.models import KeyKind, MovementEvent
from casework.store.clear_rows import report_entry
from casework.store.seal_record import make_key, seal_parts, stored_key
from casework.store.verify_records import tell_version
from core.clock import now
from forms import RecordPart

__all__ = ["record_movement"]


def record_movement(desk: Desk, arrival: Arrival, earlier: MovementEvent | None) -> MovementEvent:
    """Record the report, in place of the `earlier` version of it; raises what `check_movement` raises.

    Nothing is touched before every check has passed, so that a refusal needs no undoing.
    """
    today = now().date()
    parts = sort_movement(arrival.answers, arrival.definition)
    facts = {RecordPart.FACTS: parts.pop(RecordPart.FACTS)}
    week = check_movement(
        facts[RecordPart.FACTS], arrival.definition, operation=desk.operation, districts=desk.districts, today=today
    )
    event = earlier or MovementEvent(id=uuid4(), operation=desk.operation, row_version=0, admitted_at=now())
    key_of = stored_key if earlier else make_key
    key, facts_key = (key_of(desk, event.id, kind) for kind in (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS))
    event.week = str(week)
    event.row_version += 1
    arrival.stamp(event)
    seal_parts(event, key, parts)
    seal_parts(event, facts_key, facts)
    key.note_in_place(report_entry(event))
    desk.session.add(event)
    if earlier:
        tell_version(desk.session, event)
    return event
