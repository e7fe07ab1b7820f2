"""Answers that come as files: each becomes the same submission as if a phone or a server had sent it.

`folder_answers` reads what phones and ODK Briefcase leave in folders, `kobo_records` what KoboToolbox exports as a table.
`Reading` reads them batch by batch without the database, `take_in` keeps a batch in one transaction and says of each record
what became of it; what is there already is recognised without a write, so a file may be handed in again.
"""

from ingest.from_files.batches import is_full
from ingest.from_files.candidate import Candidate, PassedOver, Place, Told
from ingest.from_files.errors import ReadingEnded, TableNeedsForm
from ingest.from_files.export_sheets import export_sheets
from ingest.from_files.file_tree import is_packed_folder, open_tree
from ingest.from_files.folder_answers import folder_answers
from ingest.from_files.import_run import ImportRun
from ingest.from_files.kobo_export import kobo_records, questions_without_column, unmatched_columns
from ingest.from_files.look_up_forms import FormAsked, find_asked
from ingest.from_files.media_folder import media_of
from ingest.from_files.reading import Batch, Reading, Step
from ingest.from_files.records_met import RecordsMet
from ingest.from_files.row_answers import FilesOf
from ingest.from_files.take_in import take_in

__all__ = [
    "Batch",
    "Candidate",
    "FilesOf",
    "FormAsked",
    "ImportRun",
    "PassedOver",
    "Place",
    "Reading",
    "ReadingEnded",
    "RecordsMet",
    "Step",
    "TableNeedsForm",
    "Told",
    "export_sheets",
    "find_asked",
    "folder_answers",
    "is_full",
    "is_packed_folder",
    "kobo_records",
    "media_of",
    "open_tree",
    "questions_without_column",
    "take_in",
    "unmatched_columns",
]
