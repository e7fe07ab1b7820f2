"""Whether a key operation needs a second person here, and asking for the agreement.

Before the first account is added there is nobody to agree: whoever sets the installation up works alone, and the audit log
says so. From the first account on, an approved proposal is needed.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.keys.key_operations import Approve
from core.database import Database, Zone
from core.errors import Problem
from core.second_person import Act, carry_out

__all__ = ["ProposalNeeded", "approval", "has_accounts"]

HAS_TABLE: Final = text(
    "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'identity' AND c.relname = 'account')"
)
HAS_ACCOUNTS: Final = text("SELECT EXISTS (SELECT FROM identity.account)")


class ProposalNeeded(Problem):
    code = "APP-017"
    says = "This needs a second person: propose {subject} and have it approved first."
    remedy = (
        "Give the approved proposal with --proposal, and the operation it was made in with --operation. Nothing was changed."
    )


def approval(database: Database, proposal: UUID | None) -> Approve:
    """What the key operations ask before they change anything: carries the proposal out, or raises `ProposalNeeded`.

    Carrying out raises `core.second_person`'s refusals: not approved, expired, done before, or meant for something else.
    """
    alone = proposal is None and not has_accounts(database)

    def approve(session: Session, subject: str) -> None:
        if proposal is not None:
            carry_out(session, proposal, Act.KEY_OPERATION, subject)
        elif not alone:
            raise ProposalNeeded(subject=subject)

    return approve


def has_accounts(database: Database) -> bool:
    """Whether anybody could be asked who they are."""
    with database.transaction(Zone.IDENTITY) as session:
        return bool(session.scalar(HAS_TABLE) and session.scalar(HAS_ACCOUNTS))
