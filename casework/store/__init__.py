"""The store itself: record keys and what they seal, blind tokens, who needs to know; and many persons at once."""

from casework.store.bulk_limit import MOST_PERSONS, ReadingWindow, open_bulk_window, open_windows, propose_bulk_read
from casework.store.list_all import list_all
from casework.store.open_in_bulk import open_in_bulk
from casework.store.seal_file import NewFile
from casework.store.verify_records import verify_records
from casework.store.write_persons import NewPerson, write_persons

__all__ = [
    "MOST_PERSONS",
    "NewFile",
    "NewPerson",
    "ReadingWindow",
    "list_all",
    "open_bulk_window",
    "open_in_bulk",
    "open_windows",
    "propose_bulk_read",
    "verify_records",
    "write_persons",
]
