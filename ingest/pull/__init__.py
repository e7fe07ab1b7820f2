"""What is fetched from other servers: sources, how far each has come, and which of their records is which of ours.

`take_in` keeps a page of records and moves the source on, both or neither. `compare` holds a page of the server's list
against what is known: it marks what was deleted there and names what has to be fetched anew.
"""

from ingest.pull.add_files import add_files
from ingest.pull.compare import Compared, compare
from ingest.pull.errors import SourceEmptied
from ingest.pull.server_record import ListedRecord, Server, ServerFile, ServerRecord
from ingest.pull.sources import (
    Source,
    SourceState,
    add_source,
    find_source,
    list_sources,
    open_token,
    source_position,
    source_states,
)
from ingest.pull.take_in import TakenIn, Waiting, take_in

__all__ = [
    "Compared",
    "ListedRecord",
    "Server",
    "ServerFile",
    "ServerRecord",
    "Source",
    "SourceEmptied",
    "SourceState",
    "TakenIn",
    "Waiting",
    "add_files",
    "add_source",
    "compare",
    "find_source",
    "list_sources",
    "open_token",
    "source_position",
    "source_states",
    "take_in",
]
