"""Weeks, months and years that an officer asked to have protected, and what the search for one has found so far.

`ask_for` notes a period, `asked_periods` lists them, `take_asked` gives one to one worker at a time, `find_asked` shows it to
others, `tell_of_asked` says how far it is or why it failed, `done_with` forgets it. `keep_aside` notes what of a protected
week is not protected and why, `asides` lists that, `no_longer_aside` forgets it. `SealedPieces` keeps what its search has
found, so that another worker can go on, or search along (`search_week_along`, `search_sum_along`).
"""

from anonymizer.asking.asked_periods import Asked, ask_for, asked_periods, done_with, find_asked, take_asked, tell_of_asked
from anonymizer.asking.kept_aside import Aside, asides, keep_aside, no_longer_aside
from anonymizer.asking.sealed_pieces import SealedPieces
from anonymizer.asking.search_along import search_sum_along, search_week_along

__all__ = [
    "Aside",
    "Asked",
    "SealedPieces",
    "asides",
    "ask_for",
    "asked_periods",
    "done_with",
    "find_asked",
    "keep_aside",
    "no_longer_aside",
    "search_sum_along",
    "search_week_along",
    "take_asked",
    "tell_of_asked",
]
