"""Until when the database's own files were freed of what deleted keys leave in them (`app.records.destroy_remains` does it).

The owner of the tables writes the moment down, so that a screen can say which erasure still has remains.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.models import RemainsDestroyed

__all__ = ["NOTE", "free_of_remains_until"]

NOTE: Final = text("INSERT INTO core.remains_destroyed (at) VALUES (:at) ON CONFLICT DO NOTHING")


def free_of_remains_until(session: Session) -> datetime | None:
    """What was erased before this moment has left no remains (zone casework); None where none were destroyed yet."""
    return session.scalar(select(func.max(RemainsDestroyed.at)))
