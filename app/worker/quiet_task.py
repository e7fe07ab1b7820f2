"""A task that fails says of its error what kind it was and where it arose, and nothing that the error itself says.

Celery logs a failed task with the words of its exception and of everything that led to it; a database quotes the value
that it refused. So the error does not leave the task.
"""

from typing import Any, Final

from celery import Task
from celery.exceptions import Ignore, Reject, Retry

from app.tell_failure import kind_and_place
from core.errors import Problem

__all__ = ["QuietTask", "TaskFailed"]

FOR_CELERY: Final = (Ignore, Reject, Retry)  # not failures: how a task speaks to Celery


class TaskFailed(Exception):
    """A task failed; the text is a kind, a place and, for one of our own problems, its code.

    No `Problem`, for it has to survive pickling between processes and nobody reads it on a screen.
    """


class QuietTask(Task):  # type: ignore[misc]
    """The base of every task. In the process that sent it (no broker) the error goes to the sender as it is."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.is_eager or self.request.called_directly:
            return self.run(*args, **kwargs)
        told = ""
        try:
            return self.run(*args, **kwargs)
        except FOR_CELERY:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, its words stay here)
            told = f"{error.code} {kind_and_place(error)}" if isinstance(error, Problem) else kind_and_place(error)
        raise TaskFailed(told)  # outside the handler: so the error does not hang on it
