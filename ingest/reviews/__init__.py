"""What supervisors decide about what arrived: on hold, approved, rejected, each time with a comment to whoever sent it.

A decision is about a submission and holds for its whole chain of edits, until there is another one.
"""

from ingest.reviews.errors import NotAwaitingReview
from ingest.reviews.keep_review import keep_review
from ingest.reviews.page_queue import InQueue, page_queue
from ingest.reviews.read_reviews import ReviewTold, chains_left_out, read_reviews, state_of

__all__ = [
    "InQueue",
    "NotAwaitingReview",
    "ReviewTold",
    "chains_left_out",
    "keep_review",
    "page_queue",
    "read_reviews",
    "state_of",
]
