"""The places of an operation by their codes and names; a name is that of one place or of none."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import PlaceRow
from core.places import LEVEL_NAMES
from ingest.from_files.cell_text import folded
from ingest.tables import CellFault

__all__ = ["PlaceNames", "place_names"]


class PlaceNames:
    """The places of one level."""

    def __init__(self, named: Mapping[str, Mapping[str, str]]) -> None:
        self._codes = set(named)
        self._named: dict[str, set[str]] = {}
        for code, names in named.items():
            for name in names.values():
                self._named.setdefault(folded(name), set()).add(code)

    def code(self, text: str) -> str | CellFault:
        """The code that the text is, or the one place that bears this name, but for spaces and capitals."""
        if text.strip() in self._codes:
            return text.strip()
        found = self._named.get(folded(text), set())
        if len(found) == 1:
            return next(iter(found))
        return CellFault("a name that several places bear" if found else "neither the code nor the name of a place")


def place_names(session: Session, operation: str) -> Mapping[str, PlaceNames]:
    """By level: `country`, `region`, `district`."""
    rows = session.execute(select(PlaceRow.level, PlaceRow.code, PlaceRow.names).where(PlaceRow.operation == operation)).all()
    return {
        name: PlaceNames({row.code: row.names for row in rows if row.level == level}) for level, name in enumerate(LEVEL_NAMES)
    }
