"""A referral that was sent, as its steps say it: to whom, about whom, and what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from casework.case_file_models import Act, CaseEntry, EntryKind
from casework.export_errors import ReferralNotSent
from casework.models import Case, KeyKind, Person
from casework.store.kept_key import KeptKey
from casework.store.seal_record import Vault, stored_key
from casework.store.seal_steps import open_steps

__all__ = ["SentReferral", "sent_referral"]

SENT: Final = ("sent", "accepted")  # while its provider helps, or may still say whether they will
SAID: Final = ("service_type", "urgency", "reason")


@dataclass(frozen=True)
class SentReferral:
    """`said` are its own words that a provider is told; `key` opens the person's record."""

    person: Person
    case: UUID
    provider: str
    sent_at: datetime
    due: date | None
    said: Mapping[str, Any] = field(repr=False)
    key: KeptKey = field(repr=False)


def sent_referral(vault: Vault, entry_id: UUID) -> SentReferral:
    """Raises `ReferralNotSent` where there is none in reach, or it was not sent, or is refused, revoked or done; and what
    `open_steps` raises."""
    entry = vault.session.get(CaseEntry, entry_id)
    if entry is None or entry.kind != EntryKind.REFERRAL or entry.state not in SENT:
        raise ReferralNotSent(entry=entry_id)
    person, case = vault.session.get_one(Person, entry.person), vault.session.get_one(Case, entry.case)
    key = stored_key(vault, person.id, KeyKind.PERSON)
    taken = [step for step in open_steps(vault.session, key, case) if step.entry == entry_id]
    sent = [step for step in taken if step.act is Act.SEND]
    if not sent or taken[-1].state not in SENT:
        raise ReferralNotSent(entry=entry_id)
    whole = {name: value for step in taken for name, value in step.fields.items()}
    said = {name: whole[name] for name in SAID if whole.get(name)}
    return SentReferral(person, case.id, str(whole["provider"]), sent[-1].at, taken[-1].due, said, key)
