"""The store itself: record keys and what they seal, blind tokens, who needs to know; and many persons at once."""

from casework.store.open_in_bulk import open_in_bulk
from casework.store.seal_file import NewFile
from casework.store.verify_records import Checked, verify_records
from casework.store.write_persons import NewPerson, write_persons

__all__ = [
    "Checked",
    "NewFile",
    "NewPerson",
    "open_in_bulk",
    "verify_records",
    "write_persons",
]
