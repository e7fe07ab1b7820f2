"""Erasure, put together: who may, the deed with its certificate, and afterwards the remains in the database's files.

Each step is a transaction of its own. An account proposes and approves within its reach; the deed itself is done by the
program in reach of the whole operation, under the name of the officer whose right was checked before.
"""

from uuid import UUID

from sqlalchemy import select

from app.program import Program
from casework.erasure import Certificate, carry_out_erasure, propose_overdue
from core.access import Access, require_throughout
from core.audit_chain import seal_log
from core.database import Zone
from core.models import AuditHead
from core.permissions import Right
from core.second_person import Act, Proposal, find_proposal, open_proposals

__all__ = ["carry_out_proposal", "propose_what_is_overdue", "waiting_erasures"]


def carry_out_proposal(program: Program, access: Access, proposal: UUID) -> Certificate:
    """Carry out an approved erasure on behalf of an account; its certificate.

    Raises `NotAllowed` and its kinds, `RecordUnknown` or `RecordHeld`.
    """
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        asked = find_proposal(session, proposal)
        require_throughout(session, Right.PROPOSE_ERASURE, asked.custodies, subject=f"core.proposal:{proposal}")
    head = _audit_head(program)
    with program.database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        return carry_out_erasure(session, program.ring, proposal, audit_head=head)


def propose_what_is_overdue(program: Program, operation: str) -> list[UUID]:
    """The daily task: propose the erasure of what has outlived its retention period."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor="retention") as session:
        return propose_overdue(session, operation, program.settings.retention_path)


def waiting_erasures(program: Program, access: Access) -> list[Proposal]:
    """Proposals of erasure that wait for an approval or for their deed, within reach."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        return [proposal for proposal in open_proposals(session) if proposal.act is Act.ERASURE]


def _audit_head(program: Program) -> dict[str, object]:
    """Where the sealed audit log stands: the position of its newest head, and the digest of all lines up to there."""
    with program.database.transaction(Zone.AUDIT) as session:
        seal_log(session, program.ring)
        head = session.scalars(select(AuditHead).order_by(AuditHead.position.desc()).limit(1)).one()
        return {"position": head.position, "sha256": head.digest.hex()}
