"""A week of an operation as its reports say now: its facts, and the gazetteer, counted."""

from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedWeek
from anonymizer.weeks.count_blocks import count_blocks
from anonymizer.weeks.fact_blocks import fresh_facts
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.places import load_places

__all__ = ["count_week"]


def count_week(session: Session, ring: KeyRing, operation: str, week: Week) -> CountedWeek:
    """The tables of a week (zone anonymizer); raises what `fresh_facts` and `count_blocks` raise."""
    facts = fresh_facts(session, ring, operation, week)
    return count_blocks(facts, load_places(session, operation), operation=operation)
