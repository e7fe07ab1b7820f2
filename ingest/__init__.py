"""What arrives: answers and their files as phones sent them, encrypted, and nothing lost.

`receive_submission` keeps a post or, where it cannot be taken in, puts it in quarantine; `PlainPosts` keeps plain ones
together; `open_encrypted` opens what phones encrypted. Casework asks for `awaiting_submissions`, reads them with
`read_submissions` and `answers_of`, and says what became of it with `mark_handled` or `set_aside`.
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
from ingest.insert_arrivals import SealedPost
from ingest.open_encrypted import open_encrypted
from ingest.read_answers import Answers, answers_of
from ingest.read_quarantine import quarantined, read_quarantined
from ingest.read_submission import StoredSubmission, read_submission, read_submissions
from ingest.receipt import Receipt
from ingest.receive_group import PlainPosts
from ingest.receive_submission import receive_submission
from ingest.recognise_post import Post
from ingest.uploaded_file import UploadedFile
from ingest.verify_received import verify_received

__all__ = [
    "Answers",
    "Outcome",
    "PlainPosts",
    "Post",
    "Receipt",
    "SealedPost",
    "StoredSubmission",
    "UploadedFile",
    "answers_of",
    "awaiting_submissions",
    "chain_of",
    "erase_submissions",
    "mark_handled",
    "open_encrypted",
    "quarantined",
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
