"""Places are added to an operation's gazetteer: looked at first, then added as they were looked at. What is there stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.looked_at import NotAsLookedAt, digest_of
from app.program import Program
from core.access import Access, require
from core.audit import Action, Purpose, record
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.places import Place, add_places, as_kept, load_places, write_gazetteer

__all__ = ["GazetteerLookedAt", "PlacesElsewhere", "extend_gazetteer", "look_at_gazetteer"]


class PlacesElsewhere(Problem):
    code = "APP-194"
    says = "In the file these places lie in another one than here: {listed}."
    remedy = "Nothing was added. A place never moves: correct the file, or give what is new there another code."


@dataclass(frozen=True)
class GazetteerLookedAt:
    """Which places would be added, and how many are here already.

    Of those, `otherwise` have other names or another shape in the file, and stay as they are here; while there are
    `elsewhere`, which lie in another place, nothing is added. `digest` is that of what would be added.
    """

    added: tuple[Place, ...]
    known: int
    otherwise: tuple[Place, ...]
    elsewhere: tuple[Place, ...]
    digest: str


def look_at_gazetteer(program: Program, access: Access, given: Sequence[Place], path: Path) -> GazetteerLookedAt:
    """What the places of a file would do here; nothing is changed. Raises `NotAllowed`, `GazetteerUnreadable`."""
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        return _look(session, given, path)


def extend_gazetteer(
    program: Program, access: Access, given: Sequence[Place], path: Path, looked_at: str | None = None
) -> GazetteerLookedAt:
    """Add those that are not here; with the digest of what was looked at, these alone. Logged with their number and digest.

    Raises `NotAllowed`, `GazetteerUnreadable`, `PlacesElsewhere`, `NotAsLookedAt`.
    """
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        found = _look(session, given, path)
        if looked_at is not None and found.digest != looked_at:
            raise NotAsLookedAt
        if found.elsewhere:
            raise PlacesElsewhere(listed=", ".join(place.code for place in found.elsewhere))
        if found.added:
            add_places(session, access.operation, found.added)
            detail = {"sha256": found.digest}
            subject, count = f"core.place:{access.operation}", len(found.added)
            record(session, Action.REGISTERED, subject, purpose=Purpose.ADMINISTRATION, count=count, detail=detail)
    return found


def _look(session: Session, given: Sequence[Place], path: Path) -> GazetteerLookedAt:
    access = require(session, Right.MANAGE_ACCOUNTS, subject="core.place")
    here = {place.code: place for place in load_places(session, access.operation)}
    kept = as_kept(session, given, path)
    known = [(place, here[place.code]) for place in kept if place.code in here]
    added = tuple(place for place in given if place.code not in here)
    return GazetteerLookedAt(
        added,
        len(known),
        tuple(place for place, it in known if place != it and place.parent == it.parent),
        tuple(place for place, it in known if place.parent != it.parent),
        digest_of([write_gazetteer(added).encode()]),
    )
