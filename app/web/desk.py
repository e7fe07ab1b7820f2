"""What the pages behind the sign-in stand on, and how a group of them is registered (`app/web/page_groups.py`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from core.access import Access
from core.database import Database
from core.keyring import KeyRing
from core.period import Period
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
    try_out: Callable[[str, UUID], None] | None = None  # sends a trial of an operation to the workers; None: there are none


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


OpenDesk = Annotated[Desk, Depends(desk_of)]
