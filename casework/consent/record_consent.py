"""Record what a person said about a purpose and a recipient, or the other basis under which their record may be used.

Each statement is a new version; none is overwritten. The database restricts the record by it in the same transaction.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from casework.consent.consents import ConsentState, GivenBy, LegalBasis
from casework.errors import ConsentIncomplete, RecordUnknown
from casework.models import KeyKind, Person
from casework.rights_models import OURS, Consent
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.compare_clear import may_stand
from casework.store.linked_persons import persons_of
from casework.store.seal_record import Vault, stored_key
from casework.store.what_is_listed import CONSENT
from core.access import require
from core.audit import Action, Deed, Deeds, Purpose, record
from core.clear_columns import code_in, custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns
from core.sealing.envelope import Binding, RecordKey

__all__ = [
    "CODE",
    "TABLE",
    "ConsentVersion",
    "Evidence",
    "Statement",
    "consent_history",
    "consent_row",
    "deed_of",
    "read_consents",
    "record_consent",
    "require_complete",
    "sealed_with",
]

TABLE: Final = "casework.consent"
SAID: Final = select(Consent).where(Consent.person == bindparam("person")).order_by(Consent.recorded_at, Consent.version)
LOGGED_AS: Final = {ConsentState.GIVEN: Action.CONSENTED, ConsentState.WITHDRAWN: Action.WITHDREW}
# A recipient stands in clear: neither a name nor a mail address passes.
CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Evidence:
    """The file that shows the consent, a signature or a recording: where it lies, and the SHA-256 of its content in hex."""

    submission: UUID | None
    file_name: str = field(repr=False)
    sha256: str = field(repr=False)


@dataclass(frozen=True)
class Statement:
    """What was said, by whom, to whom and how. `language` and `text_version` are of the text that was read out.

    `recipient` is the code of an organisation or an account, `OURS` for our own. `guardian` is a name.
    """

    purpose: Purpose
    state: ConsentState
    said_at: datetime
    said_to: str
    recipient: str = OURS
    basis: LegalBasis = LegalBasis.CONSENT
    given_by: GivenBy = GivenBy.SELF
    guardian: str = field(default="", repr=False)
    text_version: str = ""
    language: str = ""
    valid_until: datetime | None = None
    evidence: Evidence | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ConsentVersion:
    """One statement as it was recorded; its `version` counts per record, purpose and recipient."""

    id: UUID
    person: UUID
    version: int
    recorded_by: str
    recorded_at: datetime
    said: Statement


def record_consent(session: Session, ring: KeyRing, person_id: UUID, said: Statement) -> UUID:
    """Record a statement; the id of the new version. It takes effect at once.

    A basis other than consent is decided by whoever may also restrict a record, and ends no consent: it stands in its place.
    Raises `NotAllowed`, `RecordUnknown` or `ConsentIncomplete`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    right = Right.RECORD_CONSENT if said.basis is LegalBasis.CONSENT else Right.RESTRICT_RECORD
    who = require(session, right, custody_of(person), subject=f"casework.person:{person_id}")
    require_complete(said)
    take_turns(session, f"{TABLE}:{person_id}")
    vault = Vault(session, ring, person.operation)
    row = Consent(**consent_row(person_id, person.operation, said, who.actor, version=_next_version(session, person_id, said)))
    key = stored_key(vault, person_id, KeyKind.PERSON)
    row.details = key.seal(sealed_with(said), Binding(TABLE, row.id, "details", row.version))
    stops = said.state is not ConsentState.GIVEN or said.valid_until  # then what is shared of linked records ends too
    with changing_clear(vault, persons_of(session, person_id) if stops else [person_id]):
        session.add(row)
        session.flush()
    deeds = Deeds()
    deeds.add(deed_of(person_id, row.id, said))
    deeds.record(session)
    return row.id


def consent_history(session: Session, ring: KeyRing, person_id: UUID, *, purpose: Purpose) -> list[ConsentVersion]:
    """Every statement on a person, in all their linked records, the oldest first.

    Raises `NotAllowed`, `RecordUnknown`, `ReadTooMany` or `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require(session, Right.RECORD_CONSENT, custody_of(person), subject=f"casework.person:{person_id}")
    count_reading(session, [person_id])
    vault, history = Vault(session, ring, person.operation), list[ConsentVersion]()
    for linked in persons_of(session, person_id):
        history += read_consents(session, stored_key(vault, linked, KeyKind.PERSON), linked)
    history.sort(key=lambda version: (version.recorded_at, version.version))
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, detail={"consents": len(history)})
    return history


def read_consents(session: Session, key: RecordKey, person_id: UUID) -> list[ConsentVersion]:
    """Every statement in one record, for callers who asked for the right and leave the line; raises `CiphertextRefused`."""
    if not may_stand(session, person_id, CONSENT):
        return []
    return [_version(row, key) for row in session.scalars(SAID, {"person": person_id})]


def require_complete(said: Statement) -> None:
    """Raises `ConsentIncomplete`."""
    agreed = said.basis is LegalBasis.CONSENT and said.state is ConsentState.GIVEN  # nothing stands in the way of a no
    lacking = {
        "who gave it": agreed and said.given_by is GivenBy.NOBODY,
        "the guardian's name": agreed and said.given_by is GivenBy.GUARDIAN and not said.guardian.strip(),
        "the language in which it was asked": agreed and not said.language,
        "the recipient that it is meant for": said.purpose is Purpose.REFERRAL and said.recipient == OURS,
        "the recipient's code": not CODE.fullmatch(said.recipient),
    }
    for what, is_lacking in lacking.items():
        if is_lacking:
            raise ConsentIncomplete(lacking=what)


def _next_version(session: Session, person: UUID, said: Statement) -> int:
    same = Consent.person == person, Consent.purpose == said.purpose.value, Consent.recipient == said.recipient
    return (session.scalars(select(func.max(Consent.version)).where(*same)).one() or 0) + 1


def consent_row(person: UUID, operation: str, said: Statement, actor: str, *, version: int) -> dict[str, Any]:
    """The row of a statement, but for what is sealed beside it."""
    return {
        "id": uuid4(),
        "person": person,
        "operation": operation,
        "purpose": said.purpose.value,
        "recipient": said.recipient,
        "version": version,
        "state": said.state.value,
        "basis": said.basis.value,
        "given_by": said.given_by.value,
        "text_version": said.text_version,
        "language": said.language,
        "said_at": said.said_at,
        "said_to": said.said_to,
        "valid_until": said.valid_until,
        "recorded_by": actor,
        "recorded_at": now(),
    }


def sealed_with(said: Statement) -> bytes:
    """What is sealed beside it, as the field `details`."""
    details: dict[str, object] = {"guardian": said.guardian}
    if said.evidence:
        submission = str(said.evidence.submission or "")
        details["evidence"] = {"submission": submission, "file_name": said.evidence.file_name, "sha256": said.evidence.sha256}
    return json.dumps(details).encode()


def deed_of(person: UUID, consent: UUID, said: Statement) -> Deed:
    """The line that tells of it."""
    detail = {
        "consent": str(consent),
        "for": said.purpose.value,
        "recipient": said.recipient,
        "state": said.state.value,
        "basis": said.basis.value,
    }
    action = LOGGED_AS.get(said.state, Action.DECLINED)
    return Deed(action, f"casework.person:{person}", Purpose.RIGHTS, detail=detail)


def _version(row: Consent, key: RecordKey) -> ConsentVersion:
    details = json.loads(key.open(row.details, Binding(TABLE, row.id, "details", row.version)))
    shown = details.get("evidence")
    evidence = shown and Evidence(
        UUID(shown["submission"]) if shown["submission"] else None, shown["file_name"], shown["sha256"]
    )
    said = Statement(
        code_in(row, "purpose", Purpose),
        code_in(row, "state", ConsentState),
        row.said_at,
        row.said_to,
        row.recipient,
        code_in(row, "basis", LegalBasis),
        code_in(row, "given_by", GivenBy),
        details["guardian"],
        row.text_version,
        row.language,
        row.valid_until,
        evidence,
    )
    return ConsentVersion(row.id, row.person, row.version, row.recorded_by, row.recorded_at, said)
