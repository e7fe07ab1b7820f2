"""Seal what stands in clear in the store of an operation, for keys that do not list it yet or that were restored."""

from collections.abc import Callable

from app.operations import find_operation
from app.program import Program
from casework.store import list_all
from core.access import Access, require
from core.database import Zone
from core.permissions import Right

__all__ = ["seal_store"]


def seal_store(program: Program, who: Access, told: Callable[[int], None] = lambda _: None, *, restored: bool = False) -> int:
    """How many keys were sealed anew; the program does it in the name of `who`. Raises `NotAllowed` or `OperationUnknown`."""
    with program.database.transaction(Zone.CASEWORK, access=who) as session:
        require(session, Right.MANAGE_KEYS, subject="casework.record_key")
        find_operation(session, who.operation)
    with program.database.transaction(Zone.CASEWORK, operation=who.operation, actor=who.actor) as session:
        return list_all(session, program.ring, who.operation, told, restored=restored)
