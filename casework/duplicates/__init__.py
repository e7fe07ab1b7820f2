"""One person, once: pairs that may be one, merging and undoing it, and comparing with a partner without names."""

from casework.duplicates.match_partner import ENCODINGS, FEWEST, MOST, RowMatch, at_least, compare_lists, export_list
from casework.duplicates.merge_persons import merge_persons, merges_of, unmerge
from casework.duplicates.review_duplicates import OpenPair, PairRecord, decide_different, list_pairs, open_pair

__all__ = [
    "ENCODINGS",
    "FEWEST",
    "MOST",
    "OpenPair",
    "PairRecord",
    "RowMatch",
    "at_least",
    "compare_lists",
    "decide_different",
    "export_list",
    "list_pairs",
    "merge_persons",
    "merges_of",
    "open_pair",
    "unmerge",
]
