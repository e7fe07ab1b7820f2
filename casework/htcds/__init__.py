"""The Human Trafficking Case Data Standard (HTCDS 2.0 of IOM, CC BY 4.0): our records in its shape, and rows of it as answers.

`htcds.toml` says which of its fields is which question of ours, for both ways. Identified exports write it
(`casework.exporting.to_htcds`); `read_htcds` reads a file of another organisation as answers to the screening interview, to be
taken in like a phone's.
"""

from casework.htcds.from_htcds import HtcdsFile, read_htcds
from casework.htcds.open_file import MOST_BYTES, open_htcds
from casework.htcds.standard import UNCODED, HtcdsField, all_fields, htcds_fields

__all__ = ["MOST_BYTES", "UNCODED", "HtcdsField", "HtcdsFile", "all_fields", "htcds_fields", "open_htcds", "read_htcds"]
