"""What other servers are told: what a review here said of their records, and nothing else of it; forms to be deployed there."""

from ingest.write_back.errors import EncryptedThere, FormNotTaken, NothingToDeploy, WorkbookDiffers, WorkbookNeeded
from ingest.write_back.form_to_deploy import FormToDeploy, note_deployed
from ingest.write_back.reviews_to_send import (
    UnsentReview,
    first_ids,
    note_sent,
    queue_review,
    say_unsent,
    unsent_reviews,
)

__all__ = [
    "EncryptedThere",
    "FormNotTaken",
    "FormToDeploy",
    "NothingToDeploy",
    "UnsentReview",
    "WorkbookDiffers",
    "WorkbookNeeded",
    "first_ids",
    "note_deployed",
    "note_sent",
    "queue_review",
    "say_unsent",
    "unsent_reviews",
]
