"""What a phone itself says of its answers: ODK Collect's list of instances, where it lies beside them.

Drafts lie among finished answers, and their XML does not tell them apart. The list (SQLite) does. It may come from anybody, so
it is opened in memory, and nothing that it defines is run.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import PurePath, PurePosixPath
from typing import Final, TypeAlias

from ingest.from_files.file_tree import FilePacked, FileTree

__all__ = ["PhoneLists"]

LISTS: Final = ("metadata/instances.db", "databases/instances.db")
FINISHED: Final = frozenset({"complete", "submitted", "submissionFailed"})
LARGEST: Final = 200_000_000  # bytes
MOST_ANSWERS: Final = 500_000
NO_LOG_BESIDE: Final = (
    b"\x01\x01"  # how it is read and written (file format, 1.3.3): as it stands, without a log in another file
)
STEPS_OF_A_TURN, MOST_TURNS = 100_000, 500
Statuses: TypeAlias = Mapping[tuple[str, str], str]  # by the names of the folder and of the answers in it


class PhoneLists:
    """The lists beside the folders of instances that were come across; each is read once."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._read: dict[PurePath, Statuses] = {}

    def draft_status(self, answers: PurePath) -> str | None:
        """The status of answers that a list says are not finished; None for all others, and where there is no list."""
        instances = answers.parent.parent
        if instances not in self._read:
            self._read = {instances: self._statuses(instances)}
        status = self._read[instances].get((answers.parent.name, answers.name), "")
        return status if status and status not in FINISHED else None

    def _statuses(self, instances: PurePath) -> Statuses:
        for path in (instances.parent / name for name in LISTS):
            if (self._tree.size(path) or LARGEST + 1) <= LARGEST:
                try:
                    return _listed(self._tree.read(path))
                except (sqlite3.Error, FilePacked):
                    continue
        return {}


def _listed(content: bytes) -> Statuses:
    with closing(sqlite3.connect(":memory:")) as listed:
        listed.deserialize(content[:18] + NO_LOG_BESIDE + content[20:])
        listed.execute("PRAGMA trusted_schema = OFF")
        turns = count()
        listed.set_progress_handler(lambda: next(turns) > MOST_TURNS, STEPS_OF_A_TURN)  # a view may run for ever
        rows = listed.execute(f"SELECT instanceFilePath, status FROM instances LIMIT {MOST_ANSWERS}").fetchall()
    named = ((PurePosixPath(str(path)), str(status)) for path, status in rows)
    return {(path.parent.name, path.name): status for path, status in named}
