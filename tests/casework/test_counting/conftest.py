"""A week in which two households were screened, and what became of one of their cases."""

from uuid import UUID

from casework.counting import CaseFacts, case_facts, case_sources
from core.periods.week import Week
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field

WEEK = Week(2026, 7)
SAID = {
    **SCREENING,
    "interview_date": "2026-02-10",
    "con_Statistics": "yes",
    "prs_Gender": "female",
    "prs_Age": "34",
    "residence_district": "XM0102",
    "household_size": "3",
}
ALONE = {**SAID, "case_reference": "SC-0013", "prs_Gender": "non_conforming", "prs_Age": "", "household_size": "1"}


@begun
def two_households(field_team: Field) -> tuple[UUID, UUID]:
    """The two persons interviewed: one with her family, one alone who says neither age nor a gender of the two."""
    family = field_team.admit(field_team.send("screening", SAID, repeats={"household_member": MEMBERS}, instance="family"))
    alone = field_team.admit(field_team.send("screening", ALONE, instance="alone"))
    return family.records[0], alone.records[0]


def told(team: Field, week: Week = WEEK) -> CaseFacts:
    with team.zone() as session:
        return case_facts(session, team.ring, OPERATION, week)


def digest(team: Field, week: Week = WEEK) -> bytes | None:
    with team.zone() as session:
        return case_sources(session, OPERATION).get(week)


def assist(team: Field, **said: str) -> None:
    services = [{"service_type": kind, "service_date": "2026-02-11"} for kind in ("medical", "legal")]
    team.admit(team.send("assistance", {**ASSISTANCE, **said}, repeats={"service": services}))
