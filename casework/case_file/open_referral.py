"""A referral that is sent to a partner who works here too: opened to their account, and to nothing else of the case.

The opening carries the id of the referral and no part of the record: the partner reads what `told` names, which is written into
the step when it is sent, so that a programme that tells more later tells no more of those who were referred before. It ends
when the referral is revoked, and like every sharing with the person's consent.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from casework.case_file.errors import PartnerOfAnother, ReferralNotAgreed, ReferralUnopened
from casework.case_file.step import PartnerAccount, Step
from casework.case_file.transitions import Transition
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import consent_in_force
from casework.errors import PartNotYours
from casework.models import Opening, OpeningKind, Person
from casework.programme import OWN, Programme
from casework.records.open_record import LONGEST_SHARE, OpeningTerms, add_opening
from casework.store.change_clear import changing_clear
from casework.store.need_to_know import readable_parts
from casework.store.seal_record import Vault
from casework.store.sealed_step import SealedStep
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.permissions import Right
from forms import RecordPart

__all__ = ["BETWEEN", "TOLD", "close_referral", "open_referral", "with_told"]

TOLD: Final = "told"
BETWEEN: Final = " "


def with_told(row: Transition, step: Step, fields: Mapping[str, Any], provider: str, programme: Programme) -> dict[str, Any]:
    """The fields of a step on a referral, with what its provider is told where it is opened to them; nobody types that."""
    rest = {name: said for name, said in fields.items() if name != TOLD}
    if (row.kind, row.act) != (EntryKind.REFERRAL, Act.SEND):
        if step.open_to:
            raise ReferralUnopened
        return rest if row.kind is EntryKind.REFERRAL else dict(fields)
    return rest | {TOLD: BETWEEN.join(programme.told.to(provider)) if step.open_to else ""}


def open_referral(
    vault: Vault, person: Person, step: SealedStep, provider: str, *, to: PartnerAccount, purpose: Purpose
) -> None:
    """Open the referral that this step sends to an account of its provider, for as long as the consent holds, at most 180 days.

    Raises `NotAllowed`, `PartNotYours`, `ReferralNotAgreed`, `PartnerOfAnother`, or `ReferralUnopened` where the provider is
    this organisation.
    """
    session = vault.session
    who = require(session, Right.SHARE_RECORD, custody_of(person), subject=f"casework.person:{person.id}")
    if provider == OWN:
        raise ReferralUnopened
    if provider not in to.providers:
        raise PartnerOfAnother(provider=provider)
    parts = {RecordPart(field.partition("/")[0]) for field in str(step.fields[TOLD]).split()}
    for part in parts - readable_parts(session, person):  # nobody shares what they may not read
        raise PartNotYours(part=part.value, record=person.id)
    consent = consent_in_force(session, person.id, Purpose.REFERRAL, provider)
    if consent is None:
        raise ReferralNotAgreed(provider=provider)
    until = min(now() + LONGEST_SHARE, consent.until or now() + LONGEST_SHARE)
    terms = OpeningTerms(OpeningKind.SHARED, (), until, f"casework.case_entry:{step.entry}", who.actor, provider)
    add_opening(vault, person, to.account, terms, step.entry)
    detail = {
        "opening": str(step.entry),
        "account": to.account,
        "recipient": provider,
        "fields": str(step.fields[TOLD]).split(),
        "consent": str(consent.consent),
        "basis": consent.basis.value,
    }
    record(session, Action.SHARED, f"casework.person:{person.id}", purpose=purpose, detail=detail)


def close_referral(session: Session, vault: Vault, person: Person, step: SealedStep) -> None:
    """A referral that is revoked is open no longer."""
    if (step.kind, step.act) != (EntryKind.REFERRAL, Act.REVOKE):
        return
    with changing_clear(vault, [person.id]):
        session.execute(update(Opening).where(Opening.id == step.entry, Opening.until > now()).values(until=now()))
