"""The caseload of a month's end on its way to a release: counted in one zone, protected in another, and in between in memory.

It is taken when its month is protected, and as the records stand then. Months are told in their order: each is compared with
the one that was told last.
"""

from sqlalchemy.orm import Session

from anonymizer import Population, ProtectedPeriod, caseload, ledger, weeks
from app.program import Program
from casework.counting import date_entries, date_interviews
from casework.month_end import CaseloadFacts, caseload_facts
from core.database import Zone
from core.periods.month import Month
from core.places import load_places

__all__ = ["protect_caseload"]


def protect_caseload(program: Program, operation: str, month: Month, *, actor: str) -> ProtectedPeriod | None:
    """Protect and store the caseload of a month's end; None where it may not be told, or that of a later month was.

    A month of which it was told stays as it is. Raises what counting and protecting raise.
    """
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        since = weeks.last_told(session, operation)
    if since is not None and since >= month:
        return None
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        date_interviews(session, program.ring, operation)
        date_entries(session, program.ring, operation)
        facts = caseload_facts(session, program.ring, operation, month, since=since)
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        return _protect(session, program, operation, facts)


def _protect(session: Session, program: Program, operation: str, facts: CaseloadFacts) -> ProtectedPeriod | None:
    """Nothing is stored of a month that may not be told: the next is compared with what was told before."""
    last = facts.since and weeks.load_protected(session, program.ring, operation, facts.since, Population.CASELOAD)
    counted = weeks.count_caseload(facts, load_places(session, operation), before=last.tables if last else ())
    dimensions = [dimension for table in counted.stock for dimension in table.dimensions]
    ledger.require_suppression(session, operation, facts.month, dimensions)
    policy = weeks.policy_in_force(session, counted.stock, Population.CASELOAD)
    protected = caseload.protect_caseload(operation, counted, policy)
    if protected:
        weeks.store_protected(session, program.ring, protected, counted.stock)
    return protected
