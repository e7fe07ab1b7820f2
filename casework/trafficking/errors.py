"""What the room of trafficking histories refuses."""

from core.errors import Problem

__all__ = ["NoteUnknown"]


class NoteUnknown(Problem):
    code = "CASE-209"
    says = "There is no note {note} in your reach."
    remedy = "Open the person again: a colleague may have taken it back."
