"""Operations: add one with its gazetteer, and make sure that the one somebody names is there."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.errors import Problem
from core.models import Operation
from core.places import Place, add_places

__all__ = ["OperationExists", "OperationUnknown", "add_operation", "find_operation"]


class OperationUnknown(Problem):
    code = "APP-002"
    says = "There is no operation {operation}."
    remedy = "List them with `bin/waystation operations list`, or add it with `bin/waystation operations add`."


class OperationExists(Problem):
    code = "APP-006"
    says = "There is an operation {operation} already; it was left as it is."
    remedy = "Choose another code, or add places to it with `bin/waystation operations add-places`."


def add_operation(session: Session, code: str, names: Mapping[str, str], places: Sequence[Place]) -> None:
    """Add an operation (collection zone, in a transaction for that operation); raises `OperationExists`."""
    if session.get(Operation, code):
        raise OperationExists(operation=code)
    session.add(Operation(code=code, names=dict(names)))
    session.flush()
    add_places(session, code, places)


def find_operation(session: Session, code: str) -> Operation:
    """The operation of that code; raises `OperationUnknown`."""
    found = session.get(Operation, code)
    if found is None:
        raise OperationUnknown(operation=code)
    return found
