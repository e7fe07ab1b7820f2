"""Files handed in on screen: sealed as they come, tried and taken in by whoever may review what arrives, and then forgotten.

What was in one lies with its submissions; what stays of it is who handed it in, when, and what became of each record.
"""

from ingest.handed_in.errors import HandedInUnknown
from ingest.handed_in.keep_file import (
    HANDED_IN,
    Said,
    begin_work,
    change_said,
    drop_file,
    forget_unused,
    keep_file,
    keep_persons,
    say_state,
)
from ingest.handed_in.read_file import (
    HandedIn,
    ToldRow,
    count_own,
    count_to_take_in,
    custodies_of_files,
    earlier_mappings,
    find_own,
    keep_told,
    list_handed_in,
    open_content_of,
    open_handed_in,
)
from ingest.handed_in_model import HandedInShape, HandedInState

__all__ = [
    "HANDED_IN",
    "HandedIn",
    "HandedInShape",
    "HandedInState",
    "HandedInUnknown",
    "Said",
    "ToldRow",
    "begin_work",
    "change_said",
    "count_own",
    "count_to_take_in",
    "custodies_of_files",
    "drop_file",
    "earlier_mappings",
    "find_own",
    "forget_unused",
    "keep_file",
    "keep_persons",
    "keep_told",
    "list_handed_in",
    "open_content_of",
    "open_handed_in",
    "say_state",
]
