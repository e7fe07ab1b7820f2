"""What the pages behind the sign-in stand on, and how a group of them is registered (`app/web/page_groups.py`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from app.program import Program
from core.access import Access
from core.database import Database
from core.identity.models import Unit
from core.identity.units import ways_to
from core.keys.keyring import KeyRing
from core.listed import KeptWhileListed
from core.periods.period import Period
from core.permissions import Right
from core.settings import Settings

__all__ = ["Desk", "Entry", "OpenDesk", "PageGroup", "desk_of"]


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, shown to those who hold the right or one of several (none: to everybody signed in).

    `waiting` gives a number to show beside it, asked on every page.
    """

    address: str
    text: str
    right: Right | tuple[Right, ...] | None = None
    waiting: Callable[["Desk", Access], int] | None = None

    def is_for(self, access: Access) -> bool:
        """Whether somebody with this access sees it."""
        rights = self.right if isinstance(self.right, tuple) else (self.right,)
        return any(right is None or access.may(right) for right in rights)


@dataclass(frozen=True)
class PageGroup:
    """Pages that belong together: their routes, their texts (`texts/<texts>.<language>.toml`) and their navigation.

    Make the router with `app.web.signed_in_page.signed_in_router`.
    """

    router: APIRouter
    texts: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Desk:
    """What such a page works with."""

    database: Database
    ring: KeyRing
    settings: Settings
    groups: tuple[PageGroup, ...]
    protect: Callable[[str, Period], None]  # what an officer asked for: by the workers, or by this process where there are none
    try_out: Callable[[str, UUID], None]  # likewise a trial of an operation
    # Every page of a record offers them.
    units: KeptWhileListed[Unit, list[tuple[UUID, str]]] = field(default_factory=lambda: KeptWhileListed(Unit, ways_to))

    @property
    def program(self) -> Program:
        """The same, for what is not of the web."""
        return Program(self.settings, self.database, self.ring)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _desk(request: Request) -> Desk:
    """Asynchronous, as it waits for nothing: what is not goes to a thread and back for each request."""
    return desk_of(request)


OpenDesk = Annotated[Desk, Depends(_desk)]
