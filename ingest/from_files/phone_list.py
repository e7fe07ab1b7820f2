"""What a phone itself says of its answers: ODK Collect's list of instances, where it lies beside them.

Drafts lie among finished answers, and their XML does not tell them apart. The list (SQLite) does. It may come from anybody, so
it is opened for reading only, and nothing that it defines is run.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

__all__ = ["PhoneLists"]

LISTS: Final = ("metadata/instances.db", "databases/instances.db")
FINISHED: Final = frozenset({"complete", "submitted", "submissionFailed"})
LARGEST: Final = 200_000_000  # bytes
MOST_ANSWERS: Final = 500_000
STEPS_OF_A_TURN, MOST_TURNS = 100_000, 500
Statuses: TypeAlias = Mapping[tuple[str, str], str]  # by the names of the folder and of the answers in it


class PhoneLists:
    """The lists beside the folders of instances that were come across; each is read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Statuses] = {}

    def draft_status(self, answers: Path) -> str | None:
        """The status of answers that a list says are not finished; None for all others, and where there is no list."""
        instances = answers.parent.parent
        if instances not in self._read:
            self._read = {instances: _statuses(instances)}
        status = self._read[instances].get((answers.parent.name, answers.name), "")
        return status if status and status not in FINISHED else None


def _statuses(instances: Path) -> Statuses:
    for name in LISTS:
        path = instances.parent / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            try:
                return _listed(path)
            except sqlite3.Error:
                continue
    return {}


def _listed(path: Path) -> Statuses:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as listed:
        listed.execute("PRAGMA trusted_schema = OFF")
        turns = count()
        listed.set_progress_handler(lambda: next(turns) > MOST_TURNS, STEPS_OF_A_TURN)  # a view may run for ever
        rows = listed.execute(f"SELECT instanceFilePath, status FROM instances LIMIT {MOST_ANSWERS}").fetchall()
    named = ((PurePosixPath(str(path)), str(status)) for path, status in rows)
    return {(path.parent.name, path.name): status for path, status in named}
