"""Writing a line of the audit log. Apart from reading it, because the database itself writes one when it denies.

Actor, zone and operation are filled in by PostgreSQL from the transaction itself, and no zone may state another. `detail` holds
ids, counts and hashes, never an answer that a person gave.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from core.postgres.driver_connection import driver_connection
from core.postgres.one_exchange import Said, Statement
from core.postgres.packed_arrays import Kind, packed

__all__ = ["Action", "Deed", "Deeds", "Line", "Purpose", "record", "record_each"]

# Written as text because it is run for everything that is done: no RETURNING, for those who write the log may not read it.
# The transaction id comes first (FROM) and the line's number after it, which `core.audit_chain` relies on.
ADD_LINE: Final = (
    b"INSERT INTO core.audit_entry (action, subject, purpose, count, detail) "
    b"SELECT %s, %s, %s, %s, CAST(%s AS jsonb) FROM pg_current_xact_id()"
)
ADD_ALL: Final = b"""
    INSERT INTO core.audit_entry (action, subject, purpose, count, detail)
    SELECT t.action, t.subject, t.purpose, t.count, t.detail::jsonb
    FROM pg_current_xact_id(), unnest(%(action)b::text[], %(subject)b::text[], %(purpose)b::text[], %(count)b::integer[],
        %(detail)b::text[]) WITH ORDINALITY AS t (action, subject, purpose, count, detail, place)
    ORDER BY t.place
"""
ADD_LINES: Final = Statement(b"""
    SELECT core.add_audit_lines(%(action)b, %(purpose)b, array_agg(actor ORDER BY place), array_agg(subject ORDER BY place),
        array_agg(detail ORDER BY place))
    FROM unnest(%(record)b::text[], %(subject)b::text[], %(actor)b::text[], %(detail)b::text[])
        WITH ORDINALITY AS t (record, subject, actor, detail, place)
    WHERE record = ANY(string_to_array(current_setting('waystation.written', true), ' ')) HAVING count(*) > 0
""")


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
    RELATED = "related"  # to another person, or to a household
    NOTED = "noted"  # of a person beside their record: a child's care, a trafficking history
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
class Deed:
    """What a line says, as `record` is given it."""

    action: Action
    subject: str
    purpose: Purpose
    count: int = 1
    detail: Mapping[str, object] = field(default_factory=dict)


class Deeds:
    """Many lines on their way, which one statement adds in their order."""

    def __init__(self) -> None:
        self._columns = tuple[list[bytes], ...]([] for _ in range(5))

    def add(self, deed: Deed) -> None:
        """One more."""
        said = deed.action.value, deed.subject, deed.purpose.value, json.dumps(deed.detail)
        for column, value in zip(self._columns, (*map(str.encode, said), deed.count.to_bytes(4)), strict=True):
            column.append(value)

    def record(self, session: Session) -> None:
        """Add them all."""
        *texts, counts = self._columns
        given = dict(zip(("action", "subject", "purpose", "detail"), (packed(Kind.TEXT, one) for one in texts), strict=True))
        if counts:
            driver_connection(session).send_along(ADD_ALL, given | {"count": packed(Kind.INTEGER, counts)})


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


def record_each(action: Action, table: str, lines: Sequence[Line], *, purpose: Purpose) -> Said:
    """What adds lines that each stand in the name of somebody else: of those records that the transaction has noted as written
    by then (their ids with a space between, as the setting `waystation.written`).

    For a transaction that does alike for several, such as the door that takes in what several phones sent.
    """
    records = [str(line.record) for line in lines]
    return ADD_LINES.of(
        {
            "action": action.value.encode(),
            "purpose": purpose.value.encode(),
            "record": packed(Kind.TEXT, [record.encode() for record in records]),
            "subject": packed(Kind.TEXT, [f"{table}:{record}".encode() for record in records]),
            "actor": packed(Kind.TEXT, [line.actor.encode() for line in lines]),
            "detail": packed(Kind.TEXT, [json.dumps(line.detail).encode() for line in lines]),
        }
    )
