"""One person, once: pairs that may be one, merging and undoing it, and comparing with a partner without names."""

from casework.duplicates.match_partner import ENCODINGS, FEWEST, MOST, RowMatch, at_least, compare_lists, export_list
from casework.duplicates.merge_persons import merge_persons, merges_of, unmerge
from casework.duplicates.propose_duplicates import propose_after_correction
from casework.duplicates.review_duplicates import (
    OpenPair,
    PairRecord,
    count_apart,
    decide_different,
    list_pairs,
    merge_pair,
    open_pair,
)
from casework.duplicates.view_pair import Likeness, PairField, PairView, view_pair

__all__ = [
    "ENCODINGS",
    "FEWEST",
    "MOST",
    "Likeness",
    "OpenPair",
    "PairField",
    "PairRecord",
    "PairView",
    "RowMatch",
    "at_least",
    "compare_lists",
    "count_apart",
    "decide_different",
    "export_list",
    "list_pairs",
    "merge_pair",
    "merge_persons",
    "merges_of",
    "open_pair",
    "propose_after_correction",
    "unmerge",
    "view_pair",
]
