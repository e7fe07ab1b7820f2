"""The forms on other servers that an operation pulls: added, changed, removed, and how far each has come."""

from ingest.sources.change_source import change_source, remove_source
from ingest.sources.hint_address import hint_address, is_hint_of
from ingest.sources.register_source import Kind, Source, add_source, find_source, list_sources, number_of, open_token
from ingest.sources.source_progress import Progress, SourceState, move_changes, note_round, source_progress, source_states

__all__ = [
    "Kind",
    "Progress",
    "Source",
    "SourceState",
    "add_source",
    "change_source",
    "find_source",
    "hint_address",
    "is_hint_of",
    "list_sources",
    "move_changes",
    "note_round",
    "number_of",
    "open_token",
    "remove_source",
    "source_progress",
    "source_states",
]
