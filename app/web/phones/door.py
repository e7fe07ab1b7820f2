"""What the door for phones works with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.database import Database
from core.keys.keyring import KeyRing
from core.settings import Settings

__all__ = ["Door", "Told"]

Told = Callable[[str, Sequence[UUID]], None]


@dataclass(frozen=True)
class Door:
    """What the door works with. `told(operation, submissions)` is called after the commit of complete answers that are new."""

    database: Database
    ring: KeyRing = field(repr=False)
    settings: Settings
    told: Told
