"""What is refused of a review."""

from core.errors import Problem

__all__ = ["NotAwaitingReview"]


class NotAwaitingReview(Problem):
    code = "INGEST-172"
    says = "Submission {submission} is not there to be reviewed here, or an edit of it has come since."
    remedy = "Go back to the queue: it lists the newest version of each, within your reach."
