"""What an export is to hold: to whom, which fields of which records, why and on which basis; and the hash that names it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file.kinds import parts_of
from casework.case_file_models import EntryKind
from casework.consent.consents import LegalBasis
from casework.export_errors import ExportUnclear
from casework.models import Case
from casework.store.linked_persons import canonical_persons
from core.access import require
from core.audit import Purpose
from core.permissions import Right
from core.second_person import RIGHTS, Act
from forms import RecordPart

__all__ = ["MOST_RECORDS", "Specification", "choose_persons"]

MOST_RECORDS: Final = 50_000
LONGEST_FIELD: Final = 200


@dataclass(frozen=True)
class Specification:
    """An export before it is proposed. A field is named by part and question, as `identity/prs_First_Name`.

    Of a `referral` it holds, beside the fields, the referral's own words: there may be no fields then, and one person.
    """

    recipient: UUID
    fields: tuple[str, ...]
    persons: tuple[UUID, ...]
    purpose: Purpose
    basis: LegalBasis
    referral: UUID | None = None

    def __post_init__(self) -> None:
        if not (self.fields or self.referral) or len(set(self.fields)) != len(self.fields):
            raise ExportUnclear(lacking="each field once")
        for field in self.fields:
            part, _, question = field.partition("/")
            if part not in {each.value for each in RecordPart} or not question or len(field) > LONGEST_FIELD:
                raise ExportUnclear(lacking="its fields as part and question, such as `identity/prs_First_Name`")
        if not 0 < len(self.persons) <= MOST_RECORDS or len(set(self.persons)) != len(self.persons):
            raise ExportUnclear(lacking=f"its records, each once and at most {MOST_RECORDS}")

    @property
    def parts(self) -> frozenset[RecordPart]:
        of_referral = frozenset(parts_of(EntryKind.REFERRAL) if self.referral else ())
        return frozenset(RecordPart(field.partition("/")[0]) for field in self.fields) | of_referral

    @property
    def act(self) -> Act:
        """What two people do by it."""
        return Act.REFERRAL_PACKAGE if self.referral else Act.IDENTIFIED_EXPORT

    @property
    def right(self) -> Right:
        """Which whoever proposes it needs, and carries it out with."""
        return RIGHTS[self.act][0]

    def digest(self, public_key: str) -> str:
        """SHA-256 of everything that a second person approves, the recipient's key included."""
        said = {
            "recipient": str(self.recipient),
            "public_key": public_key,
            "fields": self.fields,
            "persons": sorted(map(str, self.persons)),
            "purpose": self.purpose,
            "basis": self.basis,
            **({"referral": str(self.referral)} if self.referral else {}),
        }
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def choose_persons(
    session: Session,
    *,
    states: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Sequence[UUID] = (),
) -> tuple[UUID, ...]:
    """The persons of the cases in reach that are in these states and were opened in this period; or those named by `ids`.

    Opens nothing; whether each may leave is looked at when it is proposed. Raises `NotAllowed`.
    """
    require(session, Right.EXPORT_IDENTIFIED, subject="casework.export_plan")
    if ids:
        return tuple(dict.fromkeys(ids))
    wanted = select(Case.person)
    if states:
        wanted = wanted.where(Case.state.in_(states))
    if since:
        wanted = wanted.where(Case.opened_at >= since)
    if until:
        wanted = wanted.where(Case.opened_at < until)
    into = canonical_persons(session)
    return tuple(sorted({into.get(person, person) for person in session.scalars(wanted)}))
