"""The digest of a week's sources: whatever changes what is counted changes it, and fact blocks are built anew."""

from sqlalchemy import text

import anonymizer
from anonymizer import weeks
from casework import movement_facts, movement_sources
from core.database import Zone
from core.periods.week import Week
from tests.casework.conftest import ARRIVAL, OPERATION, PLACES, Field

WEEK = Week(2026, 7)


def counted(team: Field) -> anonymizer.CountedWeek:
    """From blocks, which must count as the reports do."""
    with team.zone(Zone.ANONYMIZER) as session:
        facts = weeks.fresh_facts(session, team.ring, OPERATION, WEEK)
        told = movement_facts(session, team.ring, OPERATION, WEEK)
    from_blocks = weeks.count_blocks(facts, PLACES, operation=OPERATION)
    assert from_blocks == weeks.count_movements(told, PLACES, WEEK, operation=OPERATION)
    return from_blocks


def sources(team: Field) -> dict[Week, bytes]:
    with team.zone(Zone.ANONYMIZER) as session:
        return movement_sources(session, OPERATION)


def arrive(team: Field, **said: str) -> None:
    team.send("movement", {**ARRIVAL, "arrival_date": "2026-02-10"}, **said)
    team.admit_awaiting()


def test_a_report_that_comes_is_corrected_or_is_erased_makes_the_block_stale(field_team: Field) -> None:
    assert sources(field_team) == {}
    counted(field_team)
    before = sources(field_team)
    for change in ("first", "second", "correction", "erasure"):
        if change == "erasure":
            erase_one(field_team)
        else:
            arrive(field_team, instance=change, edits="second" if change == "correction" else "")
        after = sources(field_team)
        assert after != before
        before = after
        assert counted(field_team).tables[0].count((anonymizer.TOTAL,) * 3).reports == {"second": 2, "correction": 2}.get(
            change, 1
        )


def erase_one(team: Field) -> None:
    with team.zone() as session:
        one = "SELECT record FROM casework.record_key WHERE kind = 'movement_facts' LIMIT 1"
        session.execute(text(f"DELETE FROM casework.record_key WHERE record = ({one})"))


def test_nothing_changed_builds_nothing(field_team: Field) -> None:
    arrive(field_team, instance="only")
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert weeks.refresh_fact_blocks(session, field_team.ring, OPERATION) == 1
        assert weeks.refresh_fact_blocks(session, field_team.ring, OPERATION) == 0
