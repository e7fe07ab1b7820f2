"""Sheets of any shape as answers to a form: which column answers what is suggested, decided on, kept and used again.

`suggest_mapping` makes a mapping for a sheet, `write_mapping` and `read_mapping` keep it as a file, and `mapped_records` reads
the rows by it, for `ingest.from_files.take_in`. Nothing is imported by a mapping that leaves a word open (`require_decided`).
"""

from ingest.mapped_sheets.errors import (
    MappingChoiceUnfit,
    MappingMoved,
    MappingNeeded,
    MappingUndecided,
    MappingUnfit,
    MappingUnreadable,
)
from ingest.mapped_sheets.mapped_rows import fits_exactly, mapped_records, unused_headers
from ingest.mapped_sheets.mapping import (
    UNDECIDED,
    ColumnMapping,
    SheetMapping,
    mapping_text,
    parse_mapping,
    read_mapping,
    require_decided,
    text_of,
    write_mapping,
)
from ingest.mapped_sheets.place_names import PlaceNames, place_names
from ingest.mapped_sheets.suggest_mapping import DATES, suggest_anew, suggest_mapping

__all__ = [
    "DATES",
    "UNDECIDED",
    "ColumnMapping",
    "MappingChoiceUnfit",
    "MappingMoved",
    "MappingNeeded",
    "MappingUndecided",
    "MappingUnfit",
    "MappingUnreadable",
    "PlaceNames",
    "SheetMapping",
    "fits_exactly",
    "mapped_records",
    "mapping_text",
    "parse_mapping",
    "place_names",
    "read_mapping",
    "require_decided",
    "suggest_anew",
    "suggest_mapping",
    "text_of",
    "unused_headers",
    "write_mapping",
]
