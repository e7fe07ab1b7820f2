"""What is fetched from other servers, and which of their records is which of ours.

`take_in` keeps a page of records and moves the source on, both or neither. `compare` holds a page of the server's list
against what is known: it marks what was deleted there and names what has to be fetched anew.
"""

from ingest.pull.add_files import add_files, key_for_files
from ingest.pull.compare import compare
from ingest.pull.fetched_file import seal_fetched
from ingest.pull.find_changed import find_changed
from ingest.pull.mark_records import keep_changed_validations, mark_deleted
from ingest.pull.ready_page import ReadyPage, Waiting, forms_of_page, make_ready
from ingest.pull.server_record import (
    DatedServer,
    ListedRecord,
    NumberedServer,
    ReadPage,
    RecordName,
    SentPage,
    Server,
    ServerFile,
    ServerRecord,
    Spot,
)
from ingest.pull.take_in import TakenIn, take_in, take_in_ready

__all__ = [
    "DatedServer",
    "ListedRecord",
    "NumberedServer",
    "ReadPage",
    "ReadyPage",
    "RecordName",
    "SentPage",
    "Server",
    "ServerFile",
    "ServerRecord",
    "Spot",
    "TakenIn",
    "Waiting",
    "add_files",
    "compare",
    "find_changed",
    "forms_of_page",
    "keep_changed_validations",
    "key_for_files",
    "make_ready",
    "mark_deleted",
    "seal_fetched",
    "take_in",
    "take_in_ready",
]
