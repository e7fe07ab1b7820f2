"""Whether a key operation needs a second person here, and asking for the agreement."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.key_operations import Approve
from app.program import Program

__all__ = ["approval"]


def approval(program: Program, proposal: UUID | None) -> Approve:
    def approve(session: Session, subject: str) -> None: ...

    return approve
