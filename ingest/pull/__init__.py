"""What is fetched from other servers: sources, how far each has come, and which of their records is which of ours.

`take_in` keeps a page of records and moves the source on, both or neither. `compare` holds a page of the server's list
against what is known: it marks what was deleted there and names what has to be fetched anew.
"""

from ingest.pull.add_files import add_files
from ingest.pull.compare import compare
from ingest.pull.mark_records import keep_changed_validations, mark_deleted
from ingest.pull.server_record import DatedServer, ListedRecord, NumberedServer, Server, ServerFile, ServerRecord
from ingest.pull.sources import (
    Kind,
    Source,
    SourceState,
    add_source,
    find_source,
    list_sources,
    move_changes,
    number_of,
    open_token,
    source_progress,
    source_states,
)
from ingest.pull.take_in import TakenIn, Waiting, take_in

__all__ = [
    "DatedServer",
    "Kind",
    "ListedRecord",
    "NumberedServer",
    "Server",
    "ServerFile",
    "ServerRecord",
    "Source",
    "SourceState",
    "TakenIn",
    "Waiting",
    "add_files",
    "add_source",
    "compare",
    "find_source",
    "keep_changed_validations",
    "list_sources",
    "mark_deleted",
    "move_changes",
    "number_of",
    "open_token",
    "source_progress",
    "source_states",
    "take_in",
]
