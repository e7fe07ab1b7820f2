"""The forms on other servers that an operation pulls: added, changed, removed, and how far each has come."""

from ingest.sources.change_source import change_source, remove_source
from ingest.sources.errors import AccountNeeded
from ingest.sources.hint_address import hint_address, is_hint_of
from ingest.sources.register_source import Kind, Source, add_source, find_source, list_sources, number_of, open_token
from ingest.sources.source_acts import ServerAct, SourceAct, begin_act, end_act, source_acts
from ingest.sources.source_progress import Progress, SourceState, move_changes, note_round, source_progress, source_states

__all__ = [
    "AccountNeeded",
    "Kind",
    "Progress",
    "ServerAct",
    "Source",
    "SourceAct",
    "SourceState",
    "add_source",
    "begin_act",
    "change_source",
    "end_act",
    "find_source",
    "hint_address",
    "is_hint_of",
    "list_sources",
    "move_changes",
    "note_round",
    "number_of",
    "open_token",
    "remove_source",
    "source_acts",
    "source_progress",
    "source_states",
]
