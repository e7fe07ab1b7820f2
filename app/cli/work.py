"""What most commands do first: open the program, and a transaction for an operation that is there."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.operations import find_operation
from app.program import Program, open_database, open_program
from core.database import Zone
from core.settings import Settings

__all__ = ["ADMINISTRATOR", "at_work", "looking"]

ADMINISTRATOR = "administrator"


@contextmanager
def at_work(operation: str, zone: Zone = Zone.COLLECTION, *, known: bool = True) -> Iterator[tuple[Program, Session]]:
    """The program and one transaction in a zone; raises `OperationUnknown` unless `known` is false."""
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(zone, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        if known:
            find_operation(session, operation)
        yield program, session


@contextmanager
def looking(operation: str) -> Iterator[Session]:
    """One transaction of the collection zone for what opens nothing sealed: without the key ring. Raises `OperationUnknown`."""
    with (
        open_database(Settings.read()) as database,
        database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        find_operation(session, operation)
        yield session
