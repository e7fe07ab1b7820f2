"""A movement report becomes an event: its week in clear, its facts under a key of their own, all else under another."""

from dataclasses import dataclass, field

from casework.admission.arrival import Arrival, Desk
from casework.admission.check_movement import check_movement
from casework.admission.sort_answers import Parts, sort_movement
from casework.models import KeyKind, MovementEvent
from casework.store.clear_rows import report_entry
from casework.store.seal_record import seal_parts, stored_key
from casework.store.verify_records import tell_version
from casework.store.write_reports import NewReport
from core.clock import now
from core.periods.week import Week
from forms import RecordPart

__all__ = ["CheckedReport", "check_report", "correct_movement"]


@dataclass(frozen=True)
class CheckedReport:
    """A report that every check has passed, so that recording it needs no undoing."""

    arrival: Arrival
    parts: Parts = field(repr=False)
    week: Week

    def as_new(self) -> NewReport:
        """On its way to an event of its own."""
        stored = self.arrival.stored
        return NewReport(self.parts, self.week, stored.root_id, stored.id, stored.received_at)


def check_report(desk: Desk, arrival: Arrival) -> CheckedReport:
    """Touches nothing; raises what `check_movement` raises."""
    parts, today = sort_movement(arrival.answers, arrival.definition), now().date()
    week = check_movement(
        parts[RecordPart.FACTS], arrival.definition, operation=desk.operation, districts=desk.districts, today=today
    )
    return CheckedReport(arrival, parts, week)


def correct_movement(desk: Desk, checked: CheckedReport, event: MovementEvent) -> None:
    """Record the report in place of the earlier version of it that the event holds; raises what `stored_key` raises."""
    parts = dict(checked.parts)
    facts = {RecordPart.FACTS: parts.pop(RecordPart.FACTS)}
    key, facts_key = (stored_key(desk, event.id, kind) for kind in (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS))
    event.week = str(checked.week)
    event.row_version += 1
    checked.arrival.stamp(event)
    seal_parts(event, key, parts)
    seal_parts(event, facts_key, facts)
    key.note_in_place(
        report_entry(event.operation, event.week, event.chain, event.submission, event.received_at, event.admitted_at)
    )
    tell_version(desk.session, event)
