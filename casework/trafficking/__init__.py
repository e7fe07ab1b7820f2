"""What was done to a person and by whom, apart from their record and under rights of its own."""

from casework.trafficking.history import HISTORY, EventKind
from casework.trafficking.kept_apart import KeptApart, NoteView, note_apart, take_back_note, view_notes
from casework.trafficking.perpetrators import PERPETRATORS, PerpetratorRole

__all__ = [
    "HISTORY",
    "PERPETRATORS",
    "EventKind",
    "KeptApart",
    "NoteView",
    "PerpetratorRole",
    "note_apart",
    "take_back_note",
    "view_notes",
]
