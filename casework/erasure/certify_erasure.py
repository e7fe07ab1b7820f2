"""The certificate of an erasure: what was taken away, when and by whom, signed so that anybody can check it.

It names random ids, tables and counts, never what the record said. It is checked with the public key alone, long after the
database is gone.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import CertificateRefused, RecordUnknown
from casework.rights_models import ErasureCertificate
from core.audit import Action, Purpose, record
from core.clock import now
from core.erasure import Tally
from core.keys.keyring import KeyRing
from core.sealing.signatures import sign, verification_key, verify
from core.second_person import Proposal

__all__ = ["Certificate", "certify_erasure", "find_certificate", "read_certificate"]

FORMAT: Final = "waystation erasure 1"
PURPOSE: Final = "erasure-certificate"


@dataclass(frozen=True)
class Certificate:
    """What was signed, the signature, and the public key that checks it (base64 of 32 bytes)."""

    content: Mapping[str, Any]
    signature: bytes = field(repr=False)
    key: str

    def as_json(self) -> str:
        """The file that is handed out."""
        document = {"certificate": self.content, "signature": base64.b64encode(self.signature).decode(), "key": self.key}
        return json.dumps(document, indent=2, sort_keys=True) + "\n"

    def as_text(self) -> str:
        """The same for a reader."""
        told = self.content
        rows = "".join(f"  {table}: {number}\n" for table, number in told["rows"].items())
        return (
            f"Certificate of erasure\n\nErased: {told['subject']} (operation {told['operation']})\nWhen: {told['erased_at']}\n"
            f"Proposed by {told['proposed_by']} at {told['proposed_at']}, approved by {told['approved_by']}, carried out by "
            f"{told['carried_out_by']}.\nProposal: {told['proposal']}\n\nRows deleted, by table:\n{rows}\n"
            f"Keys destroyed: {len(told['keys'])}. Without them no copy of these records opens, in any backup of the data.\n"
            f"Audit log sealed before it: position {told['audit_head']['position']}, {told['audit_head']['sha256']}\n\n"
            f"Signed with the key {self.key} (Ed25519). Compare it with the key that the operation has published.\n"
        )


def certify_erasure(
    session: Session, ring: KeyRing, proposal: Proposal, tally: Tally, *, carried_out_by: str, audit_head: Mapping[str, Any]
) -> Certificate:
    """Sign and keep the certificate, in the transaction of the erasure."""
    content = {
        "format": FORMAT,
        "operation": proposal.operation,
        "subject": proposal.subject,
        "reason": proposal.detail.get("reason", ""),
        "proposal": str(proposal.id),
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at.isoformat(),
        "approved_by": proposal.decided_by,
        "carried_out_by": carried_out_by,
        "erased_at": now().isoformat(),
        "records": {str(erased): table for erased, table in sorted(tally.records.items())},
        "rows": tally.counted,
        "keys": tally.keys,
        "audit_head": dict(audit_head),
    }
    exact = _exact(content)
    signature = sign(ring, PURPOSE, exact)
    session.add(
        ErasureCertificate(
            proposal=proposal.id,
            operation=proposal.operation,
            subject=proposal.subject,
            issued_at=now(),
            content=exact,
            signature=signature,
        )
    )
    session.flush()
    return Certificate(content, signature, verification_key(ring, PURPOSE))


def find_certificate(session: Session, ring: KeyRing, proposal: UUID) -> Certificate:
    """The certificate of the erasure that was carried out by a proposal; raises `RecordUnknown`."""
    row = session.get(ErasureCertificate, proposal)
    if row is None:
        raise RecordUnknown(kind="certificate of erasure for proposal", record=proposal)
    record(session, Action.READ, f"casework.erasure_certificate:{proposal}", purpose=Purpose.RIGHTS)
    return Certificate(json.loads(row.content), row.signature, verification_key(ring, PURPOSE))


def read_certificate(document: str, key: str = "") -> Certificate:
    """Read and check a file that was handed out, with the `key` that the operation has published or the one it names.

    Needs neither database nor key ring. Raises `CertificateRefused`.
    """
    try:
        told = json.loads(document)
        content, signature, named = told["certificate"], base64.b64decode(told["signature"], validate=True), str(told["key"])
    except (ValueError, KeyError, TypeError):
        raise CertificateRefused(reason="it is not a certificate of erasure") from None
    if key and key != named:
        raise CertificateRefused(reason="it is signed with another key than the one given")
    if not verify(named, _exact(content), signature):
        raise CertificateRefused(reason="the signature does not fit what it says")
    return Certificate(content, signature, named)


def _exact(content: Mapping[str, Any]) -> bytes:
    """The one way in which this content is written, so that a signature fits it on every machine."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
