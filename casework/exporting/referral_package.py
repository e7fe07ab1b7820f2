"""A referral as a sealed file, for a provider who has no account here: an export of one person, proposed from the referral.

It is an export like any other: to a recipient of the register, exactly as a second person approved it or less, marked, logged.
What is its own: a worker who shares records asks for it, what it tells is what the programme agreed for that provider and
nobody types, and without the person's consent for that provider, or another basis, it is neither proposed nor made.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file.errors import ReferralNotAgreed
from casework.consent.consents import consent_in_force
from casework.errors import PartNotYours
from casework.export_errors import RecipientNotProvider
from casework.export_models import ExportPlan, ExportRecipient
from casework.exporting.list_exports import PlannedExport, planned
from casework.exporting.propose_export import propose_export
from casework.exporting.recipients import Recipient, usable_recipient, usable_recipients
from casework.exporting.sent_referral import sent_referral
from casework.exporting.specification import Specification
from casework.programme import programme_in_force
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import PART_RIGHTS, readable_parts
from casework.store.seal_record import Vault
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.models import ProposalRow
from core.permissions import Right

__all__ = ["package_recipients", "packages_of", "propose_package"]


def propose_package(session: Session, ring: KeyRing, entry: UUID, recipient: UUID) -> UUID:
    """Propose to seal a referral that was sent for its provider; the export's id.

    Raises `NotAllowed`, `ReferralNotSent`, `RecipientUnknown`, `RecipientNotProvider`, `ReferralNotAgreed`, `PartNotYours`,
    `ReadTooMany`, or what `open_steps` raises.
    """
    access = require(session, Right.SHARE_RECORD, subject=f"casework.case_entry:{entry}")
    to = usable_recipient(session, recipient)
    referral = sent_referral(Vault(session, ring, access.operation), entry)
    person, custody = referral.person, custody_of(referral.person)
    require(session, Right.SHARE_RECORD, custody, subject=f"casework.person:{person.id}")
    require(session, Right.READ_CASE_FILE, custody, subject=f"casework.person:{person.id}")
    count_reading(session, [person.id])
    record(session, Action.READ, f"casework.case:{referral.case}", purpose=Purpose.REFERRAL, detail={"entry": str(entry)})
    if to.code != referral.provider:
        raise RecipientNotProvider(provider=referral.provider)
    consent = consent_in_force(session, person.id, Purpose.REFERRAL, referral.provider)
    if consent is None:
        raise ReferralNotAgreed(provider=referral.provider)
    told = programme_in_force(session).told.to(referral.provider)
    wanted = Specification(recipient, told, (person.id,), Purpose.REFERRAL, consent.basis, referral=entry)
    own = {part for part in readable_parts(session, person) if access.may(PART_RIGHTS[part], custody)}
    for part in wanted.parts - own:  # nobody tells what they may not read, nor what was lent to them
        raise PartNotYours(part=part.value, record=person.id)
    return propose_export(session, wanted)


def package_recipients(session: Session, provider: str) -> list[Recipient]:
    """Whom a referral to this provider can be sealed for; raises `NotAllowed`."""
    require(session, Right.SHARE_RECORD, subject="casework.export_recipient")
    return [one for one in usable_recipients(session) if one.code == provider]


def packages_of(session: Session, entry: UUID) -> list[PlannedExport]:
    """The packages that were asked for of a referral, the oldest first; raises `NotAllowed`."""
    require(session, Right.SHARE_RECORD, subject=f"casework.case_entry:{entry}")
    asked = (
        select(ExportPlan, ExportRecipient)
        .join(ExportRecipient, ExportPlan.recipient == ExportRecipient.id)
        .join(ProposalRow, ExportPlan.proposal == ProposalRow.id)
        .where(ProposalRow.detail["entry"].astext == str(entry))
        .order_by(ExportPlan.proposed_at, ExportPlan.id)
    )
    return [planned(session, *row) for row in session.execute(asked)]
