"""What arrives: answers and their files as phones sent them, encrypted, and nothing lost.

`receive_submission` keeps a post or, where it cannot be taken in, puts it in quarantine; `open_encrypted` opens what phones
encrypted. Casework asks for `awaiting_submissions`, reads them with `read_submissions` and `read_answers`, and says what became
of it with `mark_handled` or `set_aside`.
"""

from ingest.erase_submissions import chain_of, erase_submissions
from ingest.errors import Outcome
from ingest.find_overdue import received_before
from ingest.hand_over import (
    awaiting_submissions,
    mark_handled,
    set_aside,
    submissions_set_aside,
    unopened_submissions,
)
from ingest.open_encrypted import open_encrypted
from ingest.read_answers import Answers, read_answers
from ingest.read_quarantine import quarantined, read_quarantined
from ingest.read_submission import StoredSubmission, read_submission, read_submissions
from ingest.receive_submission import Receipt, receive_submission
from ingest.register_collector import Collector, add_collector, find_collector
from ingest.uploaded_file import UploadedFile
from ingest.verify_received import verify_received

__all__ = [
    "Answers",
    "Collector",
    "Outcome",
    "Receipt",
    "StoredSubmission",
    "UploadedFile",
    "add_collector",
    "awaiting_submissions",
    "chain_of",
    "erase_submissions",
    "find_collector",
    "mark_handled",
    "open_encrypted",
    "quarantined",
    "read_answers",
    "read_quarantined",
    "read_submission",
    "read_submissions",
    "receive_submission",
    "received_before",
    "set_aside",
    "submissions_set_aside",
    "unopened_submissions",
    "verify_received",
]
