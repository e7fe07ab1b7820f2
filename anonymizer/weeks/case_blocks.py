"""A week's facts of casework as encrypted columns, beside those of movement reports: persons, households and events.

The anonymizer has no key of any person. Casework reads the coarse facts in its own zone and hands them over with the digest of
what they are made of; here they are sealed, and sealed anew once that digest is another.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from anonymizer.population import Unit
from anonymizer.weeks.fact_blocks import is_fresh, load_facts, one_at_a_time, stale_weeks, store_facts
from anonymizer.weeks.fact_columns import FactColumns, columns_of_cases
from casework.counting import CaseFacts
from core.keys.keyring import KeyRing
from core.periods.week import Week

__all__ = ["CASE_UNITS", "case_facts_are_fresh", "load_case_facts", "stale_case_weeks", "store_case_facts"]

CASE_UNITS: Final = (Unit.PERSON, Unit.HOUSEHOLD, Unit.EVENT)


def store_case_facts(session: Session, ring: KeyRing, operation: str, facts: CaseFacts, sources: bytes) -> None:
    """Seal a week's facts in place of those that stand (zone anonymizer); without sources there are none any more."""
    one_at_a_time(session, operation, facts.week)
    for columns in columns_of_cases(facts):
        store_facts(session, ring, operation, columns, sources)


def load_case_facts(session: Session, ring: KeyRing, operation: str, week: Week) -> Mapping[Unit, FactColumns]:
    """A week's facts by unit, as their blocks hold them; raises `FactBlockMoved`, `FactBlockMissing` or `CiphertextRefused`."""
    return {unit: load_facts(session, ring, operation, week, unit=unit) for unit in CASE_UNITS}


def case_facts_are_fresh(session: Session, operation: str, week: Week, sources: bytes) -> bool:
    """Whether a week's blocks were built from these sources, those of every unit."""
    return all(is_fresh(session, operation, week, sources, unit) for unit in CASE_UNITS)


def stale_case_weeks(session: Session, operation: str, sources: Mapping[Week, bytes]) -> list[Week]:
    """The weeks whose blocks were not built from these sources."""
    return stale_weeks(session, operation, sources, *CASE_UNITS)
