"""What several readers of one page ask alike is asked of the database once.

The panels of a page are use cases of their own: each asks for itself whose records belong together, what is kept from the
account, whether the record was counted as read. Within `asking_once` the first answer holds for all of them, as if all had
asked at that moment. The block reads and changes nothing, or an answer could be older than what was done since.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

__all__ = ["asked_once", "asking_once", "note_answer", "noted_answer"]

ANSWERS: Final = "core.answers"  # in the session, while a block asks once: by question, the answer
Answer = TypeVar("Answer")


@contextmanager
def asking_once(session: Session) -> Iterator[None]:
    """Within this block of a transaction, what is asked by `asked_once` is asked once; whoever changes a row in it is refused
    (`RuntimeError`)."""
    session.info[ANSWERS] = {}
    try:
        yield
    finally:
        del session.info[ANSWERS]


def asked_once(session: Session, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to the question: `ask()`, or what it gave before in the same block."""
    answers: dict[Hashable, Any] | None = session.info.get(ANSWERS)
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    answer: Answer = answers[question]
    return answer


def note_answer(session: Session, question: Hashable, answer: object) -> None:
    """For `noted_answer`: what somebody came to know who was asked something else. Outside of such a block nothing is noted."""
    answers: dict[Hashable, Any] | None = session.info.get(ANSWERS)
    if answers is not None:
        answers[question] = answer


def noted_answer(session: Session, question: Hashable) -> Any:
    """What was noted in the same block; None where nothing was."""
    return session.info.get(ANSWERS, {}).get(question)


@event.listens_for(Session, "before_flush")
def _refuse_changed_rows(session: Session, *_: object) -> None:
    if ANSWERS in session.info and (session.new or session.dirty or session.deleted):
        _refuse()


@event.listens_for(Session, "do_orm_execute")
def _refuse_changing_statements(state: ORMExecuteState) -> None:
    if ANSWERS in state.session.info and (state.is_insert or state.is_update or state.is_delete):
        _refuse()


def _refuse() -> None:
    raise RuntimeError("a block that asks once changes no row: change it in a transaction of its own")
