"""Event to task: everything that starts by itself when something else has happened, on one page.

| event | task |
|---|---|
| submissions are stored whole (new, edited, or their last file came) | `admit_arrived` |
| an officer asks for a period to be protected (`waystation release ask`, or the page) | `protect_period` |
| a search for one takes long | `protect_period` once more: another worker searches along |
| records were erased | `refresh_facts`: blocks made of them are built anew without them |
| an officer asks what other rules would hide | `try_choices`; without a broker the server does it, after its answer |
| records were erased, and there is no broker | `destroy_remains` of their keys in the database's files |
| every minute (beat) | `seal_audit`, and its head is exported |
| every five minutes (beat) | `admit_awaiting`, for what a crash left behind |
| every five minutes (beat) | `protect_awaiting`: what was asked for, should the worker that was at it have ended |
| every five minutes (beat) | `try_awaiting`: likewise of what other rules would hide |
| another server says that a source has news (its webhook) | `pull_source`: what is new in that source |
| every five minutes (beat) | `pull_new`: what is new on other servers, and what they tell of changes |
| every five minutes (beat) | `write_reviews`: servers are told what reviews here said of their records |
| once a day (beat) | `sweep_sources`: whatever else was edited, deleted or validated there, and what is not finished |
| every hour (beat) | `expire_overdue`: what nobody decided on, carried out, took in or fetched in its time |
| every hour (beat) | `destroy_remains`, where something was erased since |
| once a day (beat) | `propose_erasures`, for what has outlived its retention period |
| once a day (beat) | `refresh_all_facts`, should an erasure not have been heard of |
| once a day (beat) | `compare_submissions`: what came lately beside others of its form, for supervisors |
| once a day (beat) | `prune_identity`: old sessions, enrolment codes and failed attempts |

The search worker hears of every changed or erased person from the database itself (`app/search/search_worker.py`). Without a
broker there is no beat: `bin/serve` does what the table gives to beat when it starts, but waits for no other server
(`waystation sync` pulls) and for no search (`waystation release ask` goes on with one); each command seals the audit log as
it ends. Protecting and releasing a week are never started by an event alone: an officer decides (`waystation release`, or the
pages).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from celery import Celery

from app.tell_failure import kind_and_place
from app.worker.tasks import ADMIT_ARRIVED, DESTROY_REMAINS, PROTECT_PERIOD, PULL_SOURCE, REFRESH_FACTS, SCHEDULE, TRY_CHOICES
from core.periods.period import Period

__all__ = ["after_asking", "after_erasure", "after_hint", "after_submissions", "catch_up", "protecting", "trying_out"]

log = logging.getLogger(__name__)


def after_submissions(worker: Celery) -> Callable[[str, Sequence[UUID]], None]:
    """What the OpenRosa door calls once submissions are committed. All that await are admitted, whichever they were."""
    task = worker.tasks[ADMIT_ARRIVED]

    def send(operation: str, _: Sequence[UUID]) -> None:
        task.apply_async(kwargs={"operation": operation})

    return send


def after_erasure(worker: Celery) -> Callable[[str, frozenset[UUID]], None]:
    """What `core.erasure` calls once an erasure is committed. Which records they were is not passed on."""
    refresh, destroy = worker.tasks[REFRESH_FACTS], worker.tasks[DESTROY_REMAINS]
    alone = worker.conf.task_always_eager  # where workers share the work, one round an hour does it for many erasures

    def send(operation: str, _: frozenset[UUID]) -> None:
        with _told():
            refresh.apply_async(kwargs={"operation": operation})
        if alone:
            with _told():
                destroy.apply_async()

    return send


def trying_out(worker: Celery) -> Callable[[str, UUID], None] | None:
    """What the page of trials calls after the commit; None without a broker, where the server does it itself."""
    if worker.conf.task_always_eager:
        return None
    task = worker.tasks[TRY_CHOICES]

    def send(operation: str, trial: UUID) -> None:
        task.apply_async(kwargs={"operation": operation, "trial": str(trial)})

    return send


def after_hint(worker: Celery) -> Callable[[str, UUID], None]:
    """What is called when another server says that a source has news. Without a broker it is pulled here and now."""
    task = worker.tasks[PULL_SOURCE]

    def send(operation: str, source: UUID) -> None:
        task.apply_async(kwargs={"operation": operation, "source": str(source)})

    return send


def protecting(worker: Celery) -> Callable[[str, Period], None] | None:
    """What the page of periods calls after the commit; None without a broker, where the server does it itself."""
    return None if worker.conf.task_always_eager else partial(after_asking, worker)


def after_asking(worker: Celery, operation: str, period: Period) -> None:
    """Send what an officer asked for, once that is committed. Without a broker it is done here and now."""
    worker.tasks[PROTECT_PERIOD].apply_async(kwargs={"operation": operation, "period": str(period)})


def catch_up(worker: Celery) -> None:
    """Send once all that beat sends, as a server does when it starts."""
    for task in SCHEDULE:
        with _told():
            worker.tasks[task].apply_async()


@contextmanager
def _told() -> Iterator[None]:
    """What could not be done now is logged and done by the next round: an erasure stays done, a server starts."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  (its words stay here)
        log.error("not done yet: %s", kind_and_place(error))  # noqa: TRY400  (a traceback would quote it)
