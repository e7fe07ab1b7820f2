"""Erasure, put together: who may, the deed with its certificate, and afterwards the remains in the database's files.

Each step is a transaction of its own. An account proposes and approves within its reach; the deed itself is done by the
program in reach of the whole operation, under the name of the officer whose right was checked before.
"""

import hashlib
import json
from uuid import UUID

from app.program import Program
from casework import Certificate, carry_out_erasure, propose_overdue
from core.access import Access, require
from core.audit import audited_entries
from core.database import Zone
from core.permissions import Right
from core.second_person import Act, Proposal, find_proposal, open_proposals

__all__ = ["carry_out_proposal", "propose_what_is_overdue", "waiting_erasures"]


def carry_out_proposal(program: Program, access: Access, proposal: UUID) -> Certificate:
    """Carry out an approved erasure on behalf of an account; its certificate.

    Raises `NotAllowed` and its kinds, `RecordUnknown` or `RecordHeld`.
    """
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        asked = find_proposal(session, proposal)
        require(session, Right.PROPOSE_ERASURE, asked.custody, subject=f"core.proposal:{proposal}")
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
    """Where the audit log stands: its newest line's number, and the digest of that line."""
    with program.database.transaction(Zone.AUDIT) as session:
        newest = next(iter(audited_entries(session, newest=1)), None)
    if newest is None:
        return {"number": 0, "sha256": ""}
    line = [newest.number, newest.at.isoformat(), newest.actor, newest.zone, newest.operation, newest.action, newest.subject]
    written = json.dumps([*line, newest.purpose, newest.count, newest.detail], sort_keys=True)
    return {"number": newest.number, "sha256": hashlib.sha256(written.encode()).hexdigest()}
