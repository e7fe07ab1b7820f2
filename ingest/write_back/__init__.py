"""What other servers are told of their own records and forms: what a review here said of a record, and nothing else of it."""

from ingest.write_back.review_state import ReviewState
from ingest.write_back.reviews_to_send import (
    UnsentReview,
    first_ids,
    note_sent,
    queue_review,
    say_unsent,
    unsent_reviews,
)

__all__ = ["ReviewState", "UnsentReview", "first_ids", "note_sent", "queue_review", "say_unsent", "unsent_reviews"]
