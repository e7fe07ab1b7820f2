"""Of which month the caseload was told last: to that one the next is compared."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.models import ProofRow
from anonymizer.population import Population
from core.periods.month import Month

__all__ = ["last_told"]


def last_told(session: Session, operation: str) -> Month | None:
    """The newest month of which the caseload was protected (zone anonymizer or release); None where there is none."""
    of_caseload = ProofRow.operation == operation, ProofRow.population == Population.CASELOAD.value
    return max(map(Month.parse, session.scalars(select(ProofRow.period).where(*of_caseload))), default=None)
