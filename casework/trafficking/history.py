"""A person's trafficking history: recruitment, transit, exploitation (HTCDS 2.0, history events). It is theirs: their access
pack gives it."""

from enum import StrEnum
from typing import Final

from casework.trafficking.kept_apart import KeptApart
from casework.trafficking_models import HistoryEvent
from core.permissions import Right

__all__ = ["HISTORY", "EventKind"]


class EventKind(StrEnum):
    RECRUITMENT = "recruitment"
    TRANSIT = "transit"
    EXPLOITATION = "exploitation"


HISTORY: Final = KeptApart(
    HistoryEvent, Right.READ_TRAFFICKING_HISTORY, ("kind", "place", "country", "began", "ended", "means", "note")
)
