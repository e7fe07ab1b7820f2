"""Two teams' phones that carry cases: what each would fetch, and what each sends."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from casework import Admission
from casework.follow_up import OfferedCase, offered_cases, tag_of_list, write_list
from core.access import Access, Custody, Grant
from core.database import Zone
from core.permissions import Right, Role
from forms import RecordPart, publish_form
from ingest import receive_submission
from tests.beginning import Beginning
from tests.casework.conftest import OPERATION, Field, Said, write_answers
from tests.casework.follow_up_forms import FOLLOW_UP, INTAKE, definition_of, entity, with_entity, xform_of

NORTH, SOUTH = (Custody("ORG", "AREA", team) for team in ("north", "south"))
READING = frozenset({Right.READ_IDENTITY, Right.READ_CONTACT, Right.READ_FACTS})
AMAL: Said = {
    "con_Consent": "yes",
    "case_reference": "SC-0001",
    "prs_First_Name": "Amal",
    "prs_MobilePhone": "+252 61 555 0101",
    "village": "Ashby",
    "health": "poor",
    "story": "Walked for three days.",
    "untold": "a word",
    "interview_date": "2026-02-10",
    "vic_TraffickingStatus": "possible",
    "eligible": "yes",
}
BADR: Said = {**AMAL, "case_reference": "SC-0002", "prs_First_Name": "Badr", "village": "Birk"}


@dataclass
class Phone:
    """A phone of the custody, that may carry the parts named."""

    team: Field
    custody: Custody
    carries: Sequence[RecordPart] = ()

    @property
    def access(self) -> Access:
        at = self.custody
        grant = Grant(Role.CASEWORKER, at.organisation, at.area, at.team, at.worker)
        return Access(f"collector:{at.team}", OPERATION, (grant,), only=READING)

    def fetches(self) -> list[dict[str, str]]:
        with self.team.database.transaction(Zone.CASEWORK, access=self.access) as session:
            content = write_list(session, self.team.ring, self.carries)
        return list(csv.DictReader(io.StringIO(content.decode())))

    def references(self) -> set[str]:
        """What the enumerator chooses from; as many cases as the phone would be offered."""
        found = {row["label"] for row in self.fetches()}
        assert len(found) == len(self.offered())
        return found

    def offered(self) -> list[OfferedCase]:
        with self.team.database.transaction(Zone.CASEWORK, access=self.access) as session:
            return offered_cases(session)

    def tag(self) -> str:
        with self.team.database.transaction(Zone.CASEWORK, access=self.access) as session:
            return tag_of_list(session, self.team.ring, self.carries)

    def sends(self, workbook: str, said: Said, written: str = "", *, instance: str = "", edits: str = "") -> UUID:
        xml = with_entity(write_answers(definition_of(workbook), said, {}, instance or str(uuid4()), edits), written)
        with self.team.zone(Zone.COLLECTION) as session:
            receipt = receive_submission(
                session, self.team.ring, operation=OPERATION, xml=xml, files=[], collector="phone", custody=self.custody
            )
        assert receipt.submission_id, receipt.outcome
        return receipt.submission_id

    def screens(self, said: Said, written: str = "") -> UUID:
        """Screen somebody; the id of their case."""
        return self.admitted(INTAKE, said, written).records[1]

    def follows(self, case: UUID, said: Mapping[str, str], **more: int) -> Admission:
        """A follow-up interview with a case that was chosen from the list."""
        return self.admitted(FOLLOW_UP, {"which": str(case), **said}, entity(case, **more))

    def admitted(self, workbook: str, said: Said, written: str = "") -> Admission:
        return self.team.admit(self.sends(workbook, said, written))


@pytest.fixture
def team(field_team: Field, begin: Beginning) -> Field:
    def made() -> None:
        with field_team.zone(Zone.COLLECTION) as session:
            for workbook in (INTAKE, FOLLOW_UP):
                publish_form(session, OPERATION, xform_of(workbook), {})

    begin(made)
    return field_team


@pytest.fixture
def north(team: Field) -> Phone:
    return Phone(team, NORTH)


@pytest.fixture
def south(team: Field) -> Phone:
    return Phone(team, SOUTH)
