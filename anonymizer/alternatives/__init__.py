"""Releases by another method than suppression, from a file to a folder that can be verified.

`round_file` rounds a table, `perturb_file` adds noise by cell keys, `measure_file` noise under a privacy budget;
`anonymise_file` makes records coarse. They write into the register of releases before anything is handed out.
`synthesise_file` draws records from a release of counts, and `verify_any` checks a release by whatever method it was made.
"""

from anonymizer.alternatives.anonymise_file import AnonymisedFile, anonymise_file
from anonymizer.alternatives.measure_file import Asked, MeasuredFile, measure_file, preview_file
from anonymizer.alternatives.perturb_file import Perturbed, perturb_file
from anonymizer.alternatives.round_file import Rounded, round_file
from anonymizer.alternatives.synthesise_file import Synthesised, check_drawn, synthesise_file
from anonymizer.alternatives.verify_any import verify_any

__all__ = [
    "AnonymisedFile",
    "Asked",
    "MeasuredFile",
    "Perturbed",
    "Rounded",
    "Synthesised",
    "anonymise_file",
    "check_drawn",
    "measure_file",
    "perturb_file",
    "preview_file",
    "round_file",
    "synthesise_file",
    "verify_any",
]
