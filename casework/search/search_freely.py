"""Free search: by a name alone, approximately, in any script.

The names are compared by a worker that holds them in memory (`name_index`); here is decided who may ask how often, and
within which reach. What the worker answers is read again under row-level security before it is shown.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from casework.errors import SearchedTooOften, SearchNeedsName
from casework.names.name_skeleton import romanize
from casework.search.name_index import EVERYWHERE, FreeQuestion, Reach
from casework.search.open_identities import FoundPerson, kept_from_identity, open_identities, opened_identities, settled
from casework.store.seal_record import Vault
from core.access import Access, require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["AT_ONCE", "Ask", "search_freely"]

Ask = Callable[[FreeQuestion], list[tuple[UUID, float]]]
AT_ONCE: Final = 20
SECONDS_PER_SEARCH: Final = 30
FILLED: Final = (
    f"LEAST({AT_ONCE}, a.searches + GREATEST(0, EXTRACT(EPOCH FROM clock_timestamp() - a.at)) / {SECONDS_PER_SEARCH})"
)
# The row is locked until the transaction ends, so two processes cannot both spend the last search.
SPEND: Final = text(
    "INSERT INTO casework.search_allowance AS a (operation, actor, searches, at) "
    f"VALUES (:operation, :actor, {AT_ONCE - 1}, clock_timestamp()) ON CONFLICT (operation, actor) DO UPDATE "
    f"SET searches = {FILLED} - 1, at = clock_timestamp() WHERE {FILLED} >= 1 RETURNING a.searches"
)


def search_freely(
    session: Session, ring: KeyRing, operation: str, name: str, ask: Ask, *, purpose: Purpose, limit: int = 20
) -> list[FoundPerson]:
    """Those in reach whose names are like `name`, likest first; `ask` puts the question to the operation's worker.

    An account may search 20 times at once and once in 30 seconds after that, over all processes. Raises `NotAllowed`,
    `SearchedTooOften`, `SearchNeedsName`, or `SearchDown`.
    """
    access = require(session, Right.SEARCH_FREELY)
    if len(romanize(name)) < 2:
        raise SearchNeedsName
    _spend(session, access)
    vault = Vault(session, ring, operation)
    kept, opened = kept_from_identity(vault, access), opened_identities(vault, access)
    found = dict(ask(FreeQuestion(name, _reaches(access), opened, kept, limit)))
    opened_names = open_identities(vault, found)
    named = (FoundPerson(one, name.written, name.birth_year, found[one]) for one, name in opened_names)
    shown = settled(vault, named, purpose)
    record(session, Action.SEARCHED, "casework.person", purpose=purpose, count=len(shown), detail={"by": "free search"})
    return shown


def _reaches(access: Access) -> tuple[Reach, ...]:
    """Where the account may both search freely and read who it finds."""
    if access.system:
        return (EVERYWHERE,)
    needed = (Right.SEARCH_FREELY, Right.READ_IDENTITY)
    granted = [grant for grant in access.grants if all(map(grant.holds, needed))]
    return tuple((grant.organisation, grant.area, grant.team, grant.worker) for grant in granted)


def _spend(session: Session, access: Access) -> None:
    spent = session.execute(SPEND, {"operation": access.operation, "actor": access.actor}).first()
    if spent is None:
        raise SearchedTooOften
