"""What is refused of a review, and of a repair."""

from core.errors import Problem

__all__ = ["NotAwaitingReview", "RepairUnusable", "ReviewMissing"]


class NotAwaitingReview(Problem):
    code = "INGEST-172"
    says = "Submission {submission} is not there to be reviewed here, or an edit of it has come since."
    remedy = "Go back to the queue: it lists the newest version of each, within your reach."


class RepairUnusable(Problem):
    code = "INGEST-173"
    says = "The answer to {question} cannot be repaired here."
    remedy = "Only what is asked once and is no file can be. Ask whoever sent it to edit it on the phone and send it again."


class ReviewMissing(Problem):
    code = "INGEST-174"
    says = "A decision about submission {submission} is gone that the audit log tells of."
    remedy = "Treat it as tampering: what was rejected may have been counted since. Read the log for it, and decide again."
