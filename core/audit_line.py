"""Writing a line of the audit log. Apart from reading it, because the database itself writes one when it denies.

Actor, zone and operation are filled in by PostgreSQL from the transaction itself, and no zone may state another. `detail` holds
ids, counts and hashes, never an answer that a person gave.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from core.driver_connection import driver_connection
from core.packed_arrays import Kind, packed

__all__ = ["Action", "Line", "Purpose", "record", "record_each"]

# Written as text because it is run for everything that is done: no RETURNING, for those who write the log may not read it.
# The transaction id comes first (FROM) and the line's number after it, which `core.audit_chain` relies on.
ADD_LINE: Final = (
    b"INSERT INTO core.audit_entry (action, subject, purpose, count, detail) "
    b"SELECT %s, %s, %s, %s, CAST(%s AS jsonb) FROM pg_current_xact_id()"
)
ADD_LINES: Final = b"""
    SELECT core.add_audit_lines(%%s, %%s, array_agg(actor ORDER BY place), array_agg('%(table)b:' || id ORDER BY place),
        array_agg(detail ORDER BY place))
    FROM unnest(%%b::uuid[], %%b::text[], %%b::text[]) WITH ORDINALITY AS t (id, actor, detail, place)
    WHERE EXISTS (SELECT FROM %(table)b AS made WHERE made.id = t.id) HAVING count(*) > 0
"""


class Action(StrEnum):
    """What was done."""

    RECEIVED = "received"
    QUARANTINED = "quarantined"
    PUBLISHED = "published"
    CLASSIFIED = "classified"  # a form's questions, by how closely they point at a person
    ADMITTED = "admitted"
    PROTECTED = "protected"
    RELEASED = "released"
    READ = "read"
    SEARCHED = "searched"
    DENIED = "denied"
    CORRECTED = "corrected"
    WORKED = "worked"  # a step in a case file
    MERGED = "merged"
    UNMERGED = "unmerged"
    MATCHED = "matched"
    SHARED = "shared"
    KEPT_FROM = "kept_from"
    BROKE_GLASS = "broke_glass"
    REVIEWED = "reviewed"
    CONSENTED = "consented"
    DECLINED = "declined"  # a consent that was refused, or not asked for
    WITHDREW = "withdrew"
    RESTRICTED = "restricted"
    HELD = "held"
    ERASED = "erased"
    EXPORTED = "exported"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CARRIED_OUT = "carried_out"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    ACCOUNT_CHANGED = "account_changed"
    KEY_USED = "key_used"
    REGISTERED = "registered"
    SEALED = "sealed"
    LISTED = "listed"  # by a record key: what stands beside it in clear and in which versions, as `changes` counts
    BACKED_UP = "backed_up"
    RESTORED = "restored"


class Purpose(StrEnum):
    """Why identified data was touched; every read and every export names one."""

    COLLECTION = "collection"
    ASSISTANCE = "assistance"
    PROTECTION = "protection"
    STATISTICS = "statistics"
    VERIFICATION = "verification"
    REFERRAL = "referral"
    RIGHTS = "rights"  # of the person: access, correction, restriction, erasure
    LEGAL = "legal"
    SECURITY = "security"
    ADMINISTRATION = "administration"


@dataclass(frozen=True)
class Line:
    """What a line says beside what all of them say: who did it, to which record, and the rest."""

    actor: str
    record: UUID
    detail: Mapping[str, object]


def record(
    session: Session,
    action: Action,
    subject: str,
    *,
    purpose: Purpose,
    count: int = 1,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one line. `subject` is what was touched, as `casework.person` or `casework.person:<id>`."""
    line = (action.value, subject, purpose.value, count, json.dumps(detail or {}))
    driver_connection(session).send_along(ADD_LINE, line)


def record_each(session: Session, action: Action, table: str, lines: Sequence[Line], *, purpose: Purpose) -> None:
    """Add lines that each stand in the name of somebody else; those whose record the table does not hold by then are left out.

    For a transaction that does alike for several, such as the door that takes in what several phones sent.
    """
    given = (
        action.value,
        purpose.value,
        packed(Kind.UUID, [line.record.bytes for line in lines]),
        packed(Kind.TEXT, [line.actor.encode() for line in lines]),
        packed(Kind.TEXT, [json.dumps(line.detail).encode() for line in lines]),
    )
    driver_connection(session).send_along(ADD_LINES % {b"table": table.encode()}, given)
