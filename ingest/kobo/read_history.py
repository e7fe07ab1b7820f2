"""Read the history of a form on a KoboToolbox server (API v2, `/assets/{uid}/history/`): which records were edited, validated
or deleted, the newest first.

Not every account may see it, it is kept for a limited time, and it is no proof that nothing else has changed: it shortens the
time until a change is seen, and the sweep stays what finds all of them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ingest.pull.ask_server import Asked
from ingest.pull.errors import ServerRefused
from ingest.pull.server_record import RecordChange

__all__ = ["read_history"]

PAGE: Final = 100
DELETED: Final = "delete-submission"
ACTIONS: Final = f'action:"modify-submission" OR action:"{DELETED}"'
LATE: Final = timedelta(minutes=10)  # an entry may become visible after one that is dated later
URN: Final = "uuid:"


def read_history(asked: Asked, asset: str, since: int) -> tuple[int, list[RecordChange]] | None:
    """The moment of the newest entry and what has changed since a moment (milliseconds since 1970), each record once; None
    where the server shows no history. Raises `ServerSilent` or `ServerAnswerUnread`.
    """
    latest = since
    deleted: dict[str, bool] = {}
    try:
        for moment, root, gone in _entries(asked, asset, datetime.fromtimestamp(since / 1000, UTC) - LATE):
            latest = max(latest, moment)
            deleted[root] = deleted.get(root, False) or gone
    except ServerRefused:
        return None
    return latest, [RecordChange(f"{URN}{root.removeprefix(URN)}", gone) for root, gone in deleted.items()]


def _entries(asked: Asked, asset: str, since: datetime) -> Iterator[tuple[int, str, bool]]:
    offset = 0
    while page := _page(asked, asset, offset):
        for entry in page:
            try:
                at = datetime.fromisoformat(str(entry["date_created"]))
                root = str(entry["metadata"]["submission"]["root_uuid"])
                gone = entry["action"] == DELETED
            except (KeyError, TypeError, ValueError) as error:
                raise asked.unread(type(error).__name__) from None
            if at.astimezone(UTC) < since:
                return
            yield round(at.timestamp() * 1000), root, gone
        offset += len(page)


def _page(asked: Asked, asset: str, offset: int) -> list[dict[str, Any]]:
    wanted = {"format": "json", "limit": str(PAGE), "offset": str(offset), "q": ACTIONS}
    what = f"the history of form {asset}"
    answer = asked.get(f"{asked.address}/api/v2/assets/{asset}/history/", wanted, what=what)
    if answer is None:
        raise ServerRefused(address=asked.address, what=what, status=404)
    try:
        return list(answer.json()["results"])
    except (ValueError, TypeError, KeyError) as error:
        raise asked.unread(type(error).__name__) from None
