"""By which name a submission says how it came, where no phone brought it: what stands for its collector.

Answers that came by way of a server, or of a program that writes answers anew, are the phone's in another notation.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

__all__ = ["Origin", "came_rewritten", "origin_of"]


class Origin(StrEnum):
    """Where answers in a file come from."""

    FOLDER = "folder"  # as the phone wrote them
    BRIEFCASE = "briefcase"  # as ODK Aggregate or Briefcase wrote them anew
    SHEET = "sheet"  # rows of a table


REWRITTEN: Final = (f"{Origin.BRIEFCASE}:", f"{Origin.SHEET}:")


def origin_of(origin: Origin, run: UUID) -> str:
    """The name of whoever brought what one run of an import took in."""
    return f"{origin}:{run}"


def came_rewritten(collector: str) -> bool:
    """Whether the answers were put into another notation on their way here."""
    return collector.startswith(REWRITTEN)
