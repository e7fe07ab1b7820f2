"""What supervisors decide about what arrived: on hold, approved, rejected, each time with a comment to whoever sent it.

A decision is about a submission and holds for its whole chain of edits, until there is another one.
"""

from ingest.reviews.edit_answers import edit_answers
from ingest.reviews.errors import NotAwaitingReview, RepairUnusable, ReviewMissing
from ingest.reviews.keep_review import keep_review
from ingest.reviews.list_quarantined import Quarantined, list_quarantined, resolve
from ingest.reviews.page_queue import InQueue, page_queue
from ingest.reviews.read_reviews import ReviewTold, chains_left_out, read_reviews, state_of
from ingest.reviews.verify_reviews import logged_reviews, verify_reviews

__all__ = [
    "InQueue",
    "NotAwaitingReview",
    "Quarantined",
    "RepairUnusable",
    "ReviewMissing",
    "ReviewTold",
    "chains_left_out",
    "edit_answers",
    "keep_review",
    "list_quarantined",
    "logged_reviews",
    "page_queue",
    "read_reviews",
    "resolve",
    "state_of",
    "verify_reviews",
]
