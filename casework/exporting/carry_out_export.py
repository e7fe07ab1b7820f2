"""Carry out an approved export: exactly what was approved, less what may not leave any more."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from casework.consent.consents import LegalBasis
from casework.export_errors import ExportChanged, ExportEmpty, ExportOvertaken, ExportUnknown
from casework.export_models import ExportLog, ExportPlan
from casework.exporting.gather_package import gather_package
from casework.exporting.list_exports import referral_of
from casework.exporting.mark_export import record_number, row_key, visible_mark
from casework.exporting.may_leave import Leaving, LeftOut, hold_still, who_may_leave
from casework.exporting.open_records import OpenedPerson, open_records
from casework.exporting.propose_export import export_subject
from casework.exporting.recipients import Recipient, usable_recipient
from casework.exporting.specification import Specification
from casework.exporting.write_export import ExportContent, cell, write_zip
from casework.exporting.write_package import write_package
from casework.store.seal_record import Vault
from core.access import require
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.languages import DEFAULT_LANGUAGE
from core.permissions import Right
from core.sealing.sealed_file import WrittenTo, seal_stream
from core.second_person import carry_out, find_proposal

__all__ = ["CarriedOut", "carry_out_export"]


@dataclass(frozen=True)
class CarriedOut:
    """What left: `persons` are the ids of those who went along."""

    export: UUID
    records: int
    left_out: dict[str, int]
    sha256: str
    persons: tuple[UUID, ...] = field(repr=False)


def carry_out_export(
    session: Session, ring: KeyRing, export: UUID, out: WrittenTo, *, language: str = DEFAULT_LANGUAGE
) -> CarriedOut:
    """Write the export to `out`, encrypted to its recipient alone. Succeeds once; give the file away after the commit only.

    A package of a referral is written in the `language` named.

    Consent, restrictions and reach are asked again; who may not leave any more is left out. They are asked once more at the
    end, with the records held still until the commit: a withdrawal meanwhile stops the export. The records are read four times
    (for their order, and once for each table), at most 200 open at a time; beside them memory holds 60 bytes or so a record.
    Raises `NotAllowed` and its kinds, `RecipientUnknown`, `ExportUnknown`, `ExportChanged`, `ExportEmpty`, `ExportOvertaken`,
    `KeyDestroyed` or `CiphertextRefused`; what is in `out` by then is worthless, and the transaction must be rolled back.
    """
    plan = session.get(ExportPlan, export)
    if plan is None:
        require(session, Right.EXPORT_IDENTIFIED, subject=export_subject(export))
        raise ExportUnknown(export=export)
    wanted = _specification(session, plan)
    access = require(session, wanted.right, subject=export_subject(export))
    recipient = usable_recipient(session, plan.recipient)
    approved = carry_out(session, plan.proposal, wanted.act, export_subject(export))
    if approved.detail.get("sha256") != wanted.digest(recipient.public_key):
        raise ExportChanged(export=export)

    def may_leave(persons: Sequence[UUID], left_out: Counter[LeftOut]) -> list[Leaving]:
        places = approved.custodies
        return list(who_may_leave(session, wanted, recipient.code, left_out, persons=persons, approved_in=places))

    left_out: Counter[LeftOut] = Counter()
    leaving = may_leave(wanted.persons, left_out)
    if len(leaving) > int(str(approved.detail["records"])):
        raise ExportChanged(export=export)
    reasons = {reason.value: count for reason, count in left_out.items()}
    if not leaving:
        raise ExportEmpty(asked=len(wanted.persons), reasons=", ".join(sorted(reasons)))
    vault = Vault(session, ring, access.operation)
    digest = seal_stream(_written(vault, export, recipient, wanted, leaving, language=language), recipient.public_key, out)
    persons = [one.person for one in leaving]
    hold_still(session, persons)
    if may_leave(persons, Counter()) != leaving:
        raise ExportOvertaken(export=export)
    line = ExportLog(
        export=export,
        operation=access.operation,
        recipient=recipient.id,
        fields=list(wanted.fields),
        purpose=wanted.purpose.value,
        basis=wanted.basis.value,
        records=len(leaving),
        left_out=reasons,
        sha256=digest,
        carried_out_by=access.actor,
        carried_out_at=now(),
    )
    session.add(line)
    session.flush()
    _tell(session, line, leaving)
    return CarriedOut(export, len(leaving), reasons, digest, tuple(persons))


def _specification(session: Session, plan: ExportPlan) -> Specification:
    purpose, basis = Purpose(plan.purpose), LegalBasis(plan.basis)
    referral = referral_of(find_proposal(session, plan.proposal))
    return Specification(plan.recipient, tuple(plan.fields), tuple(plan.persons), purpose, basis, referral)


def _written(
    vault: Vault, export: UUID, recipient: Recipient, wanted: Specification, leaving: Sequence[Leaving], *, language: str
) -> Iterator[bytes]:
    if wanted.referral is None:
        return write_zip(_content(vault, export, recipient, wanted, _in_order(vault, export, leaving, wanted.fields)))
    [one] = leaving
    return write_package(gather_package(vault, export, recipient, wanted, one, language=language))


def _in_order(vault: Vault, export: UUID, leaving: Sequence[Leaving], fields: Sequence[str]) -> list[Leaving]:
    """In the order that marks the export (`mark_export`)."""
    keys = {
        one.person: row_key(vault.ring, export, [cell(one.values.get(field)) for field in fields])
        for one in open_records(vault, leaving, fields)
    }
    return sorted(leaving, key=lambda one: (keys[one.person], one.person))


def _content(
    vault: Vault, export: UUID, recipient: Recipient, wanted: Specification, leaving: Sequence[Leaving]
) -> ExportContent:
    def records() -> Iterable[OpenedPerson]:
        return open_records(vault, leaving, wanted.fields)

    return ExportContent(
        mark=visible_mark(export, recipient.code, now()),
        note={"recipient": recipient.name, "purpose": wanted.purpose.value, "basis": wanted.basis.value},
        fields=wanted.fields,
        number=lambda one: record_number(vault.ring, export, one.person),
        records=records,
    )


def _tell(session: Session, line: ExportLog, leaving: Sequence[Leaving]) -> None:
    """One line for the export, and one for each person: what left of them is theirs to know."""
    purpose, to = Purpose(line.purpose), str(line.recipient)
    detail = {"recipient": to, "fields": len(line.fields), "basis": line.basis, "sha256": line.sha256}
    record(session, Action.EXPORTED, export_subject(line.export), purpose=purpose, count=line.records, detail=detail)
    for one in leaving:
        parts = sorted(part.value for part in one.parts)
        detail = {"export": str(line.export), "recipient": to, "parts": parts}
        record(session, Action.EXPORTED, f"casework.person:{one.person}", purpose=purpose, detail=detail)
