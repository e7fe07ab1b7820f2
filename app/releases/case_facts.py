"""Facts of casework on their way to the anonymizer: read in one zone, sealed in another, and in between in memory alone.

Neither zone can reach what the other may see, so this is where they meet.
"""

from collections.abc import Mapping

from anonymizer import weeks
from app.program import Program
from casework.counting import CaseFacts, case_facts, case_sources, date_entries, date_interviews
from core.database import Zone
from core.periods.week import Week

__all__ = ["fresh_case_facts", "refresh_case_facts"]


def fresh_case_facts(program: Program, operation: str, week: Week, *, actor: str) -> None:
    """See to it that a week's blocks were built from the records as they stand; raises what `case_facts` raises."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        date_interviews(session, program.ring, operation)
        date_entries(session, program.ring, operation)
        sources = case_sources(session, operation, week)
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        fresh = weeks.case_facts_are_fresh(session, operation, week, sources.get(week, b""))
    if not fresh:
        _build(program, operation, week, sources, actor=actor)


def refresh_case_facts(program: Program, operation: str, *, actor: str) -> int:
    """Build every stale block of casework anew, so that none outlives a record that was erased; how many weeks those were."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        sources = case_sources(session, operation)
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        stale = weeks.stale_case_weeks(session, operation, sources)
    for week in stale:
        _build(program, operation, week, sources, actor=actor)
    return len(stale)


def _build(program: Program, operation: str, week: Week, sources: Mapping[Week, bytes], *, actor: str) -> None:
    # The digest was taken first: what changes in between makes the blocks stale, never wrong.
    facts, built_from = CaseFacts(week), sources.get(week, b"")
    if built_from:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            facts = case_facts(session, program.ring, operation, week)
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        weeks.store_case_facts(session, program.ring, operation, facts, built_from)
