"""Propose an export: what may leave is looked at now, and exactly this is what a second person approves."""

from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.export_errors import ExportEmpty
from casework.export_models import ExportPlan
from casework.exporting.may_leave import LeftOut, custodies_of, who_may_leave
from casework.exporting.recipients import usable_recipient
from casework.exporting.specification import Specification
from core.access import require
from core.clock import now
from core.second_person import propose

__all__ = ["export_subject", "propose_export"]


def propose_export(session: Session, wanted: Specification) -> UUID:
    """Propose to export those of the records that may leave to the recipient; the export's id.

    Records that are out of reach, restricted or without consent are left out and counted. Who approves must reach every other
    one. Raises `NotAllowed`,
    `RecipientUnknown` or `ExportEmpty`.
    """
    new = uuid4()
    access = require(session, wanted.right, subject=export_subject(new))
    recipient = usable_recipient(session, wanted.recipient)
    left_out: Counter[LeftOut] = Counter()
    may = tuple(one.person for one in who_may_leave(session, wanted, recipient.code, left_out, persons=wanted.persons))
    if not may:
        reasons = ", ".join(f"{reason.value}: {count}" for reason, count in sorted(left_out.items()))
        raise ExportEmpty(asked=len(wanted.persons), reasons=reasons)
    exact = replace(wanted, persons=may)
    detail = {
        "recipient": str(recipient.id),
        "fields": len(exact.fields),
        "records": len(may),
        "basis": exact.basis.value,
        "sha256": exact.digest(recipient.public_key),
        **({"entry": str(exact.referral)} if exact.referral else {}),
    }
    proposal = propose(
        session,
        exact.act,
        export_subject(new),
        purpose=exact.purpose,
        detail=detail,
        custodies=custodies_of(session, may),
    )
    row = ExportPlan(
        id=new,
        operation=access.operation,
        recipient=recipient.id,
        fields=list(exact.fields),
        persons=list(may),
        purpose=exact.purpose.value,
        basis=exact.basis.value,
        left_out={reason.value: count for reason, count in left_out.items()},
        proposal=proposal,
        proposed_by=access.actor,
        proposed_at=now(),
    )
    session.add(row)
    session.flush()
    return new


def export_subject(export: UUID) -> str:
    """How the audit log and a proposal name an export."""
    return f"casework.export:{export}"
