"""The session itself proves and lists: no use case calls it, and none can forget to."""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from core.listed.declare import LISTED
from core.listed.prove import prove_loaded
from core.listed.written import list_written, note_written

__all__: list[str] = []


@event.listens_for(Session, "before_flush")
def _prove_what_is_changed(session: Session, *_: object) -> None:
    if any(type(row) in LISTED for row in (*session.dirty, *session.deleted)):
        prove_loaded(session)


@event.listens_for(Session, "after_flush")
def _note_written(session: Session, *_: object) -> None:
    note_written(session)


@event.listens_for(Session, "before_commit")
def _prove_and_list(session: Session) -> None:
    if not session.in_nested_transaction():
        session.flush()
        prove_loaded(session)
        list_written(session)


@event.listens_for(Session, "do_orm_execute")
def _refuse_what_is_not_seen(state: ORMExecuteState) -> None:
    """A statement that changes listed rows without loading them would leave their list behind."""
    if not state.is_select and state.bind_mapper is not None and state.bind_mapper.class_ in LISTED:
        raise RuntimeError(f"rows of {state.bind_mapper.class_.__name__} are listed: change them as objects")
