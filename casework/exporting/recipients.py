"""The register of recipients: who may be sent an export, and the public key that it is encrypted to.

A wrong key sends everything to a stranger, so a second person compares its fingerprint with the recipient by another way,
and confirms. Nothing of an entry is changed: another key, or that accounts here may fetch for it, is a new recipient.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.export_errors import ExportUnclear, RecipientNoProvider, RecipientUnknown
from casework.export_models import ExportRecipient
from casework.programme import OWN, programme_in_force
from casework.rights_models import OURS
from core.access import require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from core.sealing.sealed_file import read_recipient, recipient_fingerprint
from core.second_person import Act, approve, carry_out, propose

__all__ = [
    "Recipient",
    "add_recipient",
    "confirm_recipient",
    "list_recipients",
    "usable_recipient",
    "usable_recipients",
    "withdraw_recipient",
]

LONGEST: Final = 200


@dataclass(frozen=True)
class Recipient:
    """Somebody in the register. `code` is what a consent names; `fingerprint` is for comparing by voice.

    `fetches`: the code is a provider's of the programme, whose accounts here may fetch what is left for this recipient.
    """

    id: UUID
    code: str
    name: str
    organisation: str
    public_key: str
    fingerprint: str
    added_by: str
    added_at: datetime
    confirmed_by: str | None
    withdrawn: bool
    fetches: bool

    @property
    def usable(self) -> bool:
        return self.confirmed_by is not None and not self.withdrawn


def add_recipient(session: Session, *, code: str, name: str, organisation: str, public_key: str, fetches: bool = False) -> UUID:
    """Add somebody, to be confirmed by a second person; their id.

    `public_key` is the line `age1...` of `age-keygen`. Where accounts of theirs may fetch, `code` has to be a provider's of the
    programme: what a person agrees to for that code then is for those who fetch. Raises `NotAllowed`, `ExportUnclear`,
    `RecipientUnreadable` or `RecipientNoProvider`.
    """
    new = uuid4()
    access = require(session, Right.EXPORT_IDENTIFIED, subject=_subject(new))
    for lacking, given in {"a code": code, "a name": name, "an organisation": organisation}.items():
        if not given.strip() or len(given) > LONGEST or given.strip() == OURS:
            raise ExportUnclear(lacking=f"{lacking} of the recipient")
    key = read_recipient(public_key)
    if fetches and code.strip() not in programme_in_force(session).lists["provider"].keys() - {OWN}:
        raise RecipientNoProvider(recipient=code.strip())
    detail = {"recipient": str(new)}
    proposal = propose(session, Act.IDENTIFIED_EXPORT, _subject(new), purpose=Purpose.ADMINISTRATION, detail=detail)
    row = ExportRecipient(
        id=new,
        operation=access.operation,
        code=code.strip(),
        name=name.strip(),
        organisation=organisation.strip(),
        public_key=key,
        proposal=proposal,
        added_by=access.actor,
        added_at=now(),
        provider=code.strip() if fetches else None,
    )
    session.add(row)
    session.flush()
    return new


def confirm_recipient(session: Session, recipient: UUID) -> Recipient:
    """Say that the key is theirs, as another person than who added it.

    Raises `NotAllowed` and its kinds, or `RecipientUnknown`.
    """
    row = _row(session, recipient)
    approved = approve(session, row.proposal)
    carry_out(session, row.proposal, Act.IDENTIFIED_EXPORT, _subject(recipient))
    row.confirmed_by, row.confirmed_at = approved.decided_by, now()
    session.flush()
    return _value(row)


def withdraw_recipient(session: Session, recipient: UUID) -> None:
    """Send this recipient nothing more, as when their key was lost. One person is enough. Raises `NotAllowed`."""
    access = require(session, Right.EXPORT_IDENTIFIED, subject=_subject(recipient))
    row = _row(session, recipient)
    row.withdrawn_by, row.withdrawn_at = access.actor, now()
    session.flush()
    record(session, Action.REGISTERED, _subject(recipient), purpose=Purpose.ADMINISTRATION, detail={"withdrawn": True})


def list_recipients(session: Session) -> list[Recipient]:
    """Everybody in the register, withdrawn ones last; raises `NotAllowed`."""
    require(session, Right.EXPORT_IDENTIFIED, subject="casework.export_recipient")
    rows = session.scalars(select(ExportRecipient).order_by(ExportRecipient.organisation, ExportRecipient.name))
    return sorted(map(_value, rows), key=lambda one: one.withdrawn)


def usable_recipient(session: Session, recipient: UUID) -> Recipient:
    """Somebody whom a second person has confirmed and nobody withdrawn; raises `RecipientUnknown`."""
    found = _value(_row(session, recipient))
    if not found.usable:
        raise RecipientUnknown(recipient=recipient)
    return found


def usable_recipients(session: Session) -> list[Recipient]:
    """All of them, by organisation and name."""
    rows = session.scalars(select(ExportRecipient).order_by(ExportRecipient.organisation, ExportRecipient.name))
    return [one for one in map(_value, rows) if one.usable]


def _row(session: Session, recipient: UUID) -> ExportRecipient:
    row = session.get(ExportRecipient, recipient)
    if row is None:
        raise RecipientUnknown(recipient=recipient)
    return row


def _value(row: ExportRecipient) -> Recipient:
    return Recipient(
        row.id,
        row.code,
        row.name,
        row.organisation,
        row.public_key,
        recipient_fingerprint(row.public_key),
        row.added_by,
        row.added_at,
        row.confirmed_by,
        row.withdrawn_at is not None,
        row.provider is not None,
    )


def _subject(recipient: UUID) -> str:
    return f"casework.export_recipient:{recipient}"
