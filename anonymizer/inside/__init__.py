"""For whoever protects, before a release and never for its readers: what it says tells which cells are unsafe.

`explain_file` says why cells are hidden and what publishing one would give away; `what_if` what other rules or coarser codes
would lose. Both work on files as `anonymizer.tool` does, and write nothing.
"""

from anonymizer.inside.explain_file import Explained, explain_file
from anonymizer.inside.what_if import Outcome, what_if
from anonymizer.tool.choose_coarser import Coarsening, read_dropped, read_merged

__all__ = ["Coarsening", "Explained", "Outcome", "explain_file", "read_dropped", "read_merged", "what_if"]
