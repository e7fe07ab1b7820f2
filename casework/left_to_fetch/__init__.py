"""Exports that lie here for their recipient to fetch: sealed for a key that nobody here has, for some days, until received.

Whoever carries an approved export out leaves it instead of downloading it (`casework.exporting`). An account of the provider
that the recipient is fetches it, by page or by program, as often as lines break off, and says when it has come. What stops a
record from leaving destroys the file as long as it lies (migration 0072); what was fetched nobody takes back.
"""

from casework.left_to_fetch.end_left import end_overdue, take_back_left
from casework.left_to_fetch.fetch_export import fetch_export, say_received
from casework.left_to_fetch.leave_export import LEFT_DAYS, MOST_BYTES, leave_export
from casework.left_to_fetch.list_left import LeftState, ToFetch, count_to_fetch, left_of, page_to_fetch

__all__ = [
    "LEFT_DAYS",
    "MOST_BYTES",
    "LeftState",
    "ToFetch",
    "count_to_fetch",
    "end_overdue",
    "fetch_export",
    "leave_export",
    "left_of",
    "page_to_fetch",
    "say_received",
    "take_back_left",
]
