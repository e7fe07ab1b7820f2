"""Weeks, months and years that an officer asked to have protected, and what the search for one has found so far.

`ask_for` notes a period, `asked_periods` lists them, `take_asked` gives one to one worker at a time, `find_asked` shows it to
others, `tell_of_asked` says how far it is or why it failed, `done_with` forgets it. `SealedPieces` keeps what its search has
found, so that another worker can go on, or search along (`search_week_along`, `search_sum_along`).
"""

from anonymizer.asking.asked_periods import Asked, ask_for, asked_periods, done_with, find_asked, take_asked, tell_of_asked
from anonymizer.asking.sealed_pieces import SealedPieces
from anonymizer.asking.search_along import search_sum_along, search_week_along

__all__ = [
    "Asked",
    "SealedPieces",
    "ask_for",
    "asked_periods",
    "done_with",
    "find_asked",
    "search_sum_along",
    "search_week_along",
    "take_asked",
    "tell_of_asked",
]
