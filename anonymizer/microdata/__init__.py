"""Records instead of tables: true ones so coarse that several persons always look alike, or ones drawn from released counts.

`anonymise` generalises and hides until every combination of quasi-identifiers is of at least k persons, diverse in what is
sensitive; `unsafe_classes` checks that from the rows alone. `draw_rows` makes synthetic records from a release.
"""

from anonymizer.microdata.anonymise import Anonymised, anonymise
from anonymizer.microdata.classes import Rules, unsafe_classes
from anonymizer.microdata.errors import MicrodataImpossible, MicrodataTwice, SourceUnfit
from anonymizer.microdata.recode import Recoding
from anonymizer.microdata.synthesise import draw_rows, fill_hidden

__all__ = [
    "Anonymised",
    "MicrodataImpossible",
    "MicrodataTwice",
    "Recoding",
    "Rules",
    "SourceUnfit",
    "anonymise",
    "draw_rows",
    "fill_hidden",
    "unsafe_classes",
]
