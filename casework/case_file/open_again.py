"""A new case for somebody whose earlier one is closed: opened at a desk, linked to that one, waiting for its own decision."""

from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.case_file.errors import EarlierCaseUnfit, FieldsMissing, ReferenceInUse
from casework.case_file.step import Step
from casework.case_file.take_step import take_step
from casework.case_file.transitions import CLOSED
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, CaseState, Person, ScreeningOutcome, TokenKind
from casework.store.blind_tokens import blind_token, find_by_reference
from casework.store.change_clear import changing_clear
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault
from core.access import require
from core.audit import Purpose
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns
from forms import RecordPart

__all__ = ["open_again"]

REFERENCE: Final = "case_reference"  # as the forms ask for it


def open_again(
    session: Session, ring: KeyRing, earlier: UUID, *, reference: str, again: bool, note: str = "", purpose: Purpose
) -> UUID:
    """Open a case for the person of a closed one, under a reference of its own; its id.

    It has no interview, so it is counted in no statistic: the person is counted once, by their screening. `again`: the person
    was trafficked again. Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `EarlierCaseUnfit` for a case that is open,
    `FieldsMissing`, `ReferenceInUse`, or what `take_step` raises.
    """
    before = session.get(Case, earlier)
    if before is None:
        raise RecordUnknown(kind="case", record=earlier)
    person = session.get_one(Person, before.person)
    require(session, Right.WORK_ON_CASE, custody_of(person), subject=f"casework.case:{earlier}")
    require_parts(session, person, [RecordPart.NARRATIVE])
    require_unrestricted(session, person.id, purpose)
    if before.state not in CLOSED:
        raise EarlierCaseUnfit(earlier=earlier, reason="it is open: work goes on in it")
    if not reference.strip():
        raise FieldsMissing(fields=REFERENCE)
    vault = Vault(session, ring, before.operation)
    take_turns(session, f"casework.reference:{before.operation}")
    if find_by_reference(vault, reference):
        raise ReferenceInUse
    case = Case(
        id=uuid4(),
        operation=before.operation,
        person=person.id,
        household=before.household,
        state=CaseState.ELIGIBLE.value,
        screening_outcome=ScreeningOutcome.POSSIBLE.value,
        opened_at=now(),
        reference=blind_token(vault, TokenKind.CASE_REFERENCE, reference),
    )
    with changing_clear(vault, [person.id]):
        session.add(case)
        session.flush()
    said = {"earlier": str(earlier), "again": "yes" if again else "no", "note": note, "reference": reference}
    take_step(session, ring, case.id, Step(EntryKind.EARLIER_CASE, Act.WRITE, fields=said), purpose=purpose)
    return case.id
