"""One record: read, shown masked, its files, shared, opened in an emergency, kept from a colleague, handed over."""

from casework.records.assign_custody import assign_custody
from casework.records.keep_from import keep_from, kept_from, let_read_again
from casework.records.left_in_unit import LeftRecord, count_left, page_left
from casework.records.open_record import (
    OpenedRecord,
    break_glass,
    end_opening,
    openings_of,
    openings_to_review,
    page_to_review,
    review_opening,
    share_record,
)
from casework.records.read_files import FileLabel, list_files, read_file, read_thumbnail
from casework.records.view_record import RecordView, ViewedField, outline_record, view_record

__all__ = [
    "FileLabel",
    "LeftRecord",
    "OpenedRecord",
    "RecordView",
    "ViewedField",
    "assign_custody",
    "break_glass",
    "count_left",
    "end_opening",
    "keep_from",
    "kept_from",
    "let_read_again",
    "list_files",
    "openings_of",
    "openings_to_review",
    "outline_record",
    "page_left",
    "page_to_review",
    "read_file",
    "read_thumbnail",
    "review_opening",
    "share_record",
    "view_record",
]
