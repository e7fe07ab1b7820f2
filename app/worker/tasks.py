"""The Celery application and its tasks.

Without a broker a task runs in the process that sends it; with one, any number of workers share the work. A task carries
ids only. Tasks are sent after the commit of what they work on.
"""

from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from celery import Celery
from celery.signals import worker_process_init
from sqlalchemy import select

from anonymizer import weeks
from app.arriving.admission import admit_arrived, admit_batches
from app.arriving.compare_submissions import compare_recent
from app.arriving.sync import sync_all, sync_quietly
from app.arriving.write_reviews import write_reviews
from app.audit_log import seal_and_export
from app.program import Program
from app.records.destroy_remains import destroy_what_is_left
from app.records.erase_person import propose_what_is_overdue
from app.releases.case_facts import refresh_case_facts
from app.releases.protect_asked import protect_asked, waiting_periods
from app.releases.try_out import try_asked, waiting_trials
from app.worker.quiet_task import QuietTask
from casework.left_to_fetch import end_overdue
from core.database import Zone
from core.identity.prune import prune
from core.models import Operation
from core.periods.period import parse_period
from core.processes.forked_work import may_have_children
from core.second_person import expire_overdue
from ingest import handed_in

__all__ = [
    "ADMIT_ARRIVED",
    "ADMIT_AWAITING",
    "DESTROY_REMAINS",
    "EXPIRE_OVERDUE",
    "PROTECT_AWAITING",
    "PROTECT_PERIOD",
    "PULLS",
    "PULL_NEW",
    "PULL_SOURCE",
    "REFRESH_FACTS",
    "SCHEDULE",
    "SEARCHES",
    "TRY_AWAITING",
    "TRY_CHOICES",
    "WRITE_REVIEWS",
    "build_worker",
]

ADMIT_ARRIVED: Final = "admit_arrived"
ADMIT_AWAITING: Final = "admit_awaiting"
TRY_CHOICES: Final = "try_choices"
SEAL_AUDIT: Final = "seal_audit"
EXPIRE_OVERDUE: Final = "expire_overdue"
PROPOSE_ERASURES: Final = "propose_erasures"
REFRESH_FACTS: Final = "refresh_facts"
DESTROY_REMAINS: Final = "destroy_remains"
REFRESH_ALL_FACTS: Final = "refresh_all_facts"
PRUNE_IDENTITY: Final = "prune_identity"
COMPARE_SUBMISSIONS: Final = "compare_submissions"

PROTECT_PERIOD: Final = "protect_period"
PROTECT_AWAITING: Final = "protect_awaiting"
TRY_AWAITING: Final = "try_awaiting"

PULL_NEW: Final = "pull_new"
PULL_SOURCE: Final = "pull_source"
SWEEP_SOURCES: Final = "sweep_sources"
WRITE_REVIEWS: Final = "write_reviews"

# What beat sends; `app/worker/pipeline.py` says what each is for.
SCHEDULE: Final = {
    SEAL_AUDIT: timedelta(minutes=1),
    ADMIT_AWAITING: timedelta(minutes=5),
    EXPIRE_OVERDUE: timedelta(hours=1),
    DESTROY_REMAINS: timedelta(hours=1),
    PROPOSE_ERASURES: timedelta(days=1),
    REFRESH_ALL_FACTS: timedelta(days=1),
    PRUNE_IDENTITY: timedelta(days=1),
    COMPARE_SUBMISSIONS: timedelta(days=1),
}
# Likewise; but a server that starts does not wait for other servers, so it does not send these.
PULLS: Final = {PULL_NEW: timedelta(minutes=5), SWEEP_SOURCES: timedelta(days=1), WRITE_REVIEWS: timedelta(minutes=5)}
# Likewise; but a server that starts does not wait for a search, which may take minutes.
SEARCHES: Final = {PROTECT_AWAITING: timedelta(minutes=5), TRY_AWAITING: timedelta(minutes=5)}


def build_worker(program: Program) -> Celery:  # noqa: C901, PLR0915  (one page of short tasks)
    """The Celery application of an opened program."""
    worker = Celery("waystation", broker=program.settings.broker_url or None, set_as_current=False, task_cls=QuietTask)
    worker.conf.update(
        task_always_eager=not program.settings.broker_url,
        task_eager_propagates=True,
        task_ignore_result=True,
        task_acks_late=True,
        task_serializer="json",
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        beat_schedule={task: {"task": task, "schedule": every} for task, every in {**SCHEDULE, **PULLS, **SEARCHES}.items()},
    )

    @worker.task(name=ADMIT_ARRIVED, shared=False)  # type: ignore[untyped-decorator]
    def take_arrived(*, operation: str) -> None:
        for _ in admit_arrived(program, operation, actor="worker"):
            pass

    @worker.task(name=ADMIT_AWAITING, shared=False)  # type: ignore[untyped-decorator]
    def admit_awaiting() -> None:
        """Pick up what a crash left between the commit of a submission and its task."""
        for operation in _operations(program):
            for _ in admit_batches(program, operation, actor="worker"):
                pass

    @worker.task(name=EXPIRE_OVERDUE, shared=False)  # type: ignore[untyped-decorator]
    def expire_what_is_overdue() -> None:
        for operation in ("", *_operations(program)):  # key operations are of no operation
            with program.database.transaction(Zone.CASEWORK, operation=operation, actor="worker") as session:
                expire_overdue(session)
                handed_in.forget_unused(session)
                end_overdue(session)

    @worker.task(name=PROPOSE_ERASURES, shared=False)  # type: ignore[untyped-decorator]
    def propose_erasures() -> None:
        """Retention: what is overdue is proposed for erasure; officers decide."""
        for operation in _operations(program):
            propose_what_is_overdue(program, operation)

    @worker.task(name=SEAL_AUDIT, shared=False)  # type: ignore[untyped-decorator]
    def seal_audit() -> None:
        seal_and_export(program.database, program.ring, program.settings)

    @worker.task(name=REFRESH_FACTS, shared=False)  # type: ignore[untyped-decorator]
    def refresh_facts(*, operation: str) -> None:
        """No block of facts outlives a record that it was made of."""
        with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor="worker") as session:
            weeks.refresh_fact_blocks(session, program.ring, operation)
        refresh_case_facts(program, operation, actor="worker")

    @worker.task(name=TRY_CHOICES, shared=False)  # type: ignore[untyped-decorator]
    def try_choices(*, operation: str, trial: str) -> None:
        with may_have_children():
            try_asked(program, operation, UUID(trial))

    @worker.task(name=DESTROY_REMAINS, shared=False)  # type: ignore[untyped-decorator]
    def destroy_remains() -> None:
        destroy_what_is_left(program)

    @worker.task(name=REFRESH_ALL_FACTS, shared=False)  # type: ignore[untyped-decorator]
    def refresh_all_facts() -> None:
        """For what was erased by a program that ended before it could say so."""
        for operation in _operations(program):
            refresh_facts(operation=operation)

    @worker.task(name=PRUNE_IDENTITY, shared=False)  # type: ignore[untyped-decorator]
    def prune_identity() -> None:
        with program.database.transaction(Zone.IDENTITY, actor="worker") as session:
            prune(session)

    @worker.task(name=COMPARE_SUBMISSIONS, shared=False)  # type: ignore[untyped-decorator]
    def compare_submissions() -> None:
        """What can only be told by looking at many: outliers, households met twice, copied answers."""
        for operation in _operations(program):
            compare_recent(program, operation)

    @worker.task(name=PULL_NEW, shared=False)  # type: ignore[untyped-decorator]
    def pull_new() -> None:
        for operation in _operations(program):
            sync_all(program, operation, sweep=False)

    @worker.task(name=PULL_SOURCE, shared=False)  # type: ignore[untyped-decorator]
    def pull_source(*, operation: str, source: str) -> None:
        sync_quietly(program, operation, UUID(source), sweep=False)

    @worker.task(name=SWEEP_SOURCES, shared=False)  # type: ignore[untyped-decorator]
    def sweep_sources() -> None:
        for operation in _operations(program):
            sync_all(program, operation, sweep=True)

    @worker.task(name=WRITE_REVIEWS, shared=False)  # type: ignore[untyped-decorator]
    def tell_reviews() -> None:
        for operation in _operations(program):
            write_reviews(program, operation)

    @worker.task(name=PROTECT_PERIOD, shared=False)  # type: ignore[untyped-decorator]
    def protect_period(*, operation: str, period: str) -> None:
        again = partial(protect_period.apply_async, kwargs={"operation": operation, "period": period})
        call = None if worker.conf.task_always_eager else again  # without a broker nobody would come
        with may_have_children():
            protect_asked(program, operation, parse_period(period), call)

    @worker.task(name=PROTECT_AWAITING, shared=False)  # type: ignore[untyped-decorator]
    def protect_awaiting() -> None:
        """For what a worker that ended left behind; what another is at is left to it."""
        for operation in _operations(program):
            for period in waiting_periods(program, operation):
                protect_period.apply_async(kwargs={"operation": operation, "period": str(period)})

    @worker.task(name=TRY_AWAITING, shared=False)  # type: ignore[untyped-decorator]
    def try_awaiting() -> None:
        """Likewise of trials."""
        for operation in _operations(program):
            for trial in waiting_trials(program, operation):
                try_choices.apply_async(kwargs={"operation": operation, "trial": str(trial)})

    def connect_anew(**_: Any) -> None:
        # A forked worker must not share its parent's connections.
        program.database.engine.dispose(close=False)

    worker_process_init.connect(connect_anew, weak=False)
    return worker


def _operations(program: Program) -> list[str]:
    with program.database.transaction(Zone.CASEWORK, actor="worker") as session:
        return list(session.scalars(select(Operation.code)))
