"""Event to task: everything that starts by itself when something else has happened, on one page.

| event | task |
|---|---|
| a submission is stored whole (new, edited, or its last file came) | `admit_submission` |
| once a day (beat) | `propose_erasures`, for what has outlived its retention period |
| every five minutes (beat) | `admit_awaiting`, for what a crash left behind |

Protecting and releasing a week are never started by an event: an officer decides (`waystation release`).
"""

from collections.abc import Callable
from uuid import UUID

from celery import Celery

from app.worker.tasks import ADMIT_SUBMISSION

__all__ = ["after_submission"]


def after_submission(worker: Celery) -> Callable[[str, UUID], None]:
    """What the OpenRosa door calls once a submission is committed."""
    task = worker.tasks[ADMIT_SUBMISSION]

    def send(operation: str, submission: UUID) -> None:
        task.apply_async(kwargs={"operation": operation, "submission": str(submission)})

    return send
