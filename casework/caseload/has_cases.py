"""Whether an operation has any case yet."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework.models import Case

__all__ = ["has_cases"]


def has_cases(session: Session, operation: str) -> bool:
    """Whether there is one in reach; it tells nothing of any."""
    return bool(session.scalar(select(exists().where(Case.operation == operation))))
