"""Where one can go: pages in rooms, as the work goes from people over what is collected to what is watched over.

Only what somebody's rights reach is there; a room of one page is that page. The page that is open is marked, and so is
the one that it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.web.desk import Desk, Entry
from core.access import Access

__all__ = ["ROOMS", "Place", "Room", "rooms_for"]

# In the order of the work. What is in no room stands by itself: before them what waits, after them one's own account and help.
ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    "room_people": (
        "/persons",
        "/cases",
        "/tasks",
        "/screenings",
        "/children-alone",
        "/duplicates",
        "/handed-on",
        "/rights-requests",
        "/reports/check",
        "/broken-glass",
    ),
    "room_collection": (
        "/quality",
        "/quality/figures",
        "/back-checks",
        "/imports",
        "/sources",
        "/collectors",
        "/forms/publish",
        "/forms",
    ),
    "room_statistics": ("/reports/casework", "/protection", "/elsewhere"),
    "room_office": (
        "/first-hour",
        "/accounts",
        "/roles",
        "/units",
        "/places",
        "/tokens",
        "/own-tokens",
        "/programme",
        "/policies",
        "/setup",
    ),
    "room_oversight": (
        "/cases/awaiting-approval",
        "/approvals",
        "/broken-glass/review",
        "/bulk-reading",
        "/exports",
        "/erasures",
        "/holds",
        "/registers",
        "/audit",
    ),
}
LAST: Final = ("/account", "/help")


@dataclass(frozen=True)
class Place:
    """A page to go to. `mark`, for `aria-current`: `page` where it is open, `true` where a page below it is, else empty."""

    address: str
    text: str
    waiting: int
    mark: str


@dataclass(frozen=True)
class Room:
    """Pages that belong together; without a name, a page that stands by itself."""

    name: str
    places: tuple[Place, ...]

    @property
    def here(self) -> Place | None:
        """The page of this room that is open, or that the open one belongs to."""
        return next((place for place in self.places if place.mark), None)


def rooms_for(desk: Desk, access: Access, path: str) -> list[Room]:
    """All that may be opened with this access, for a page at `path`."""
    entries = {entry.address: entry for group in desk.groups for entry in group.entries if entry.is_for(access)}
    open_at = max((it for it in entries if path == it or path.startswith(f"{it}/")), key=len, default="")

    def place(entry: Entry) -> Place:
        mark = ("page" if path == open_at else "true") if entry.address == open_at else ""
        return Place(entry.address, entry.text, entry.waiting(desk, access) if entry.waiting else 0, mark)

    roomed = {address for addresses in ROOMS.values() for address in addresses}
    alone = [Room("", (place(entry),)) for address, entry in entries.items() if address not in roomed]
    ends = [room for room in alone if room.places[0].address in LAST]
    open_rooms = [
        Room(name, tuple(place(entries[it]) for it in addresses if it in entries)) for name, addresses in ROOMS.items()
    ]
    return [
        *(room for room in alone if room not in ends),
        *(room if len(room.places) > 1 else Room("", room.places) for room in open_rooms if room.places),
        *ends,
    ]
