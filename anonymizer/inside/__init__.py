"""For whoever protects, before a release and never for its readers: what it says tells which cells are unsafe.

`explain_file` says why cells are hidden and what publishing one would give away; `what_if` what other rules or coarser codes
would lose; `propose` which coarser codes would lose less. All work on files as `anonymizer.tool` does, and write nothing.
"""

from anonymizer.inside.explain_file import Explained, explain_file
from anonymizer.inside.outcome import Outcome
from anonymizer.inside.propose import Limit, Proposal, Source, code_maps, propose
from anonymizer.inside.what_if import what_if
from anonymizer.tool.choose_coarser import Coarsening, read_dropped, read_merged
from anonymizer.tool.code_map import CodeMap, read_code_maps, write_code_maps

__all__ = [
    "Coarsening",
    "CodeMap",
    "Explained",
    "Limit",
    "Outcome",
    "Proposal",
    "Source",
    "code_maps",
    "explain_file",
    "propose",
    "read_code_maps",
    "read_dropped",
    "read_merged",
    "what_if",
    "write_code_maps",
]
