"""Carry out an approved erasure: the approval is used up, the record goes, the certificate is signed; or none of the three."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from casework.erasure.certify_erasure import Certificate, certify_erasure
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import Subject
from core.access import access_of
from core.keys.keyring import KeyRing
from core.second_person import Act, carry_out, find_proposal

__all__ = ["carry_out_erasure"]


def carry_out_erasure(session: Session, ring: KeyRing, proposal_id: UUID, *, audit_head: Mapping[str, Any]) -> Certificate:
    """Erase what the proposal names, in a transaction of the program itself under the name of the officer who does it.

    Raises what `core.second_person.carry_out` and `casework.erase_person.erase_record` raise; nothing is erased then.
    """
    proposal = carry_out(session, proposal_id, Act.ERASURE, find_proposal(session, proposal_id).subject)
    subject = Subject.parse(proposal.subject)
    tally = erase_record(session, ring, proposal.operation, subject, proposal=proposal.id)
    doer = access_of(session).actor
    return certify_erasure(session, ring, proposal, tally, carried_out_by=doer, audit_head=audit_head)
