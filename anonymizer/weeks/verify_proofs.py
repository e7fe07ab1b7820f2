"""For `store verify` (anonymizer zone): does what is sealed of every week and month open, proofs and fact blocks alike?"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.errors import FactBlockMissing, FactBlockMoved, PeriodNotProtected, ProtectedPeriodChanged
from anonymizer.models import EvidenceRow, FactBlockRow
from anonymizer.population import Population, Unit
from anonymizer.weeks.fact_blocks import load_facts
from anonymizer.weeks.sealed_evidence import load_evidence
from anonymizer.weeks.store_protected import load_protected
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.checked import Checked
from core.clear_columns import RecordDamaged, code_in
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.periods.month import NotAMonth
from core.periods.period import parse_period
from core.periods.week import NotAWeek, Week
from core.permissions import Right
from core.sealing.envelope import CiphertextRefused

__all__ = ["verify_proofs"]

REFUSALS = (
    CiphertextRefused,
    FactBlockMissing,
    FactBlockMoved,
    KeyVersionUnknown,
    NotAMonth,
    NotAWeek,
    PeriodNotProtected,
    ProtectedPeriodChanged,
    RecordDamaged,
)


def verify_proofs(session: Session, ring: KeyRing, operation: str) -> Checked:
    """Open every week's and month's proof with its evidence, and its fact blocks; each reading leaves its line.

    For the program itself: raises `NotAllowed` for an account.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "anonymizer.proof")
    checked = Checked()
    stored = select(EvidenceRow).where(EvidenceRow.operation == operation)
    for row in session.scalars(stored.order_by(EvidenceRow.period, EvidenceRow.population)).all():

        def proof(row: EvidenceRow = row) -> None:
            period, population = parse_period(row.period), code_in(row, "population", Population)
            load_evidence(session, ring, operation, period, population)
            load_protected(session, ring, operation, period, population)

        checked.take(row.id, proof, refusals=REFUSALS)
    for first in _first_blocks(session, operation):

        def blocks(first: FactBlockRow = first) -> None:
            load_facts(session, ring, operation, Week.parse(first.week), unit=code_in(first, "unit", Unit))

        checked.take(first.id, blocks, refusals=REFUSALS)
    count = checked.sound + len(checked.faults)
    record(session, Action.READ, "anonymizer.proof", purpose=Purpose.VERIFICATION, count=count, detail={"by": "store verify"})
    return checked


def _first_blocks(session: Session, operation: str) -> Iterator[FactBlockRow]:
    """One block of each week and unit: they are read together."""
    seen: dict[tuple[str, str], UUID] = {}
    rows = session.scalars(select(FactBlockRow).where(FactBlockRow.operation == operation).order_by(FactBlockRow.position))
    for row in rows.all():
        if seen.setdefault((row.unit, row.week), row.id) == row.id:
            yield row
