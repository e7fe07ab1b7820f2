"""What supervisors decide about what arrived: on hold, approved, rejected, each time with a comment to whoever sent it.

A decision is about a submission and holds for its whole chain of edits, until there is another one.
"""

from ingest.review_models import ReviewState
from ingest.reviews.edit_answers import edit_answers
from ingest.reviews.errors import NotAwaitingReview, RepairUnusable, ReviewMissing
from ingest.reviews.find_reviewed import Reviewed, find_reviewed, newest_submissions
from ingest.reviews.keep_review import keep_review
from ingest.reviews.list_quarantined import Quarantined, find_quarantined, list_quarantined, open_refused, resolve
from ingest.reviews.page_queue import InQueue, count_found, forms_in_reach, page_queue
from ingest.reviews.read_reviews import ReviewTold, chains_left_out, read_reviews
from ingest.reviews.verify_reviews import logged_reviews, verify_reviews

__all__ = [
    "InQueue",
    "NotAwaitingReview",
    "Quarantined",
    "RepairUnusable",
    "ReviewMissing",
    "ReviewState",
    "ReviewTold",
    "Reviewed",
    "chains_left_out",
    "count_found",
    "edit_answers",
    "find_quarantined",
    "find_reviewed",
    "forms_in_reach",
    "keep_review",
    "list_quarantined",
    "logged_reviews",
    "newest_submissions",
    "open_refused",
    "page_queue",
    "read_reviews",
    "resolve",
    "verify_reviews",
]
