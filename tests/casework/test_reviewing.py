"""What arrived is checked as it is admitted; a supervisor decides, and what is on hold or rejected counts no more."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import select, text

from casework import movement_facts, movement_sources
from casework.consent import lift_restriction, withdraw_report
from casework.counting import case_facts, case_sources
from casework.errors import ClearRowChanged, RestrictionUnknown
from casework.models import MovementEvent
from casework.reviewing import compare_form, decide, look_again, view_submission
from casework.rights_models import Restriction
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.periods.week import Week
from core.permissions import Role
from ingest import receive_submission
from ingest.quality import set_plan
from ingest.reviews import NotAwaitingReview, ReviewState, page_queue
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, MEMBERS, OPERATION, SCREENING, Field, write_answers

WEEK = Week(2026, 7)
SCREENED = {**SCREENING, "interview_date": "2026-02-11", "con_Statistics": "yes"}


def counted(team: Field) -> list[UUID]:
    with team.zone(Zone.ANONYMIZER) as session:
        return [fact.report for fact in movement_facts(session, team.ring, OPERATION, WEEK)]


def decided(team: Field, submission: UUID, state: ReviewState, comment: str = "") -> None:
    with team.zone() as session:
        decide(session, team.ring, submission, state, comment)


def queue(team: Field, **asked: object) -> Mapping[UUID, tuple[str, int, bool]]:
    with team.zone() as session:
        return {row.id: (row.state.value, row.findings, row.edited) for row in page_queue(session, **asked).rows}  # type: ignore[arg-type]


@begun
def report(field_team: Field) -> UUID:
    """An ordinary report of an arrival, admitted."""
    submission = field_team.send("movement", ARRIVAL, instance="one")
    field_team.admit_awaiting()
    return submission


class TestWhatIsOnHoldOrRejected:
    @pytest.mark.parametrize("state", [ReviewState.ON_HOLD, ReviewState.REJECTED])
    def test_counts_in_no_table_until_it_is_decided_otherwise(
        self, field_team: Field, report: UUID, state: ReviewState
    ) -> None:
        with field_team.zone(Zone.ANONYMIZER) as session:
            before = movement_sources(session, OPERATION)
        assert len(counted(field_team)) == 1
        decided(field_team, report, state)
        assert counted(field_team) == []
        with field_team.zone(Zone.ANONYMIZER) as session:
            assert movement_sources(session, OPERATION) != before, "what was built of it is stale"
        decided(field_team, report, ReviewState.APPROVED)
        assert len(counted(field_team)) == 1
        with field_team.zone(Zone.ANONYMIZER) as session:
            assert movement_sources(session, OPERATION) == before

    def test_stays_out_when_it_is_edited_and_comes_back_when_the_edit_is_approved(
        self, field_team: Field, report: UUID
    ) -> None:
        decided(field_team, report, ReviewState.ON_HOLD)
        edit = field_team.send("movement", {**ARRIVAL, "persons.female.18-59": "4"}, instance="again", edits="one")
        field_team.admit_awaiting()
        assert counted(field_team) == []
        assert queue(field_team, state=ReviewState.ON_HOLD) == {edit: ("on_hold", 1, True)}
        decided(field_team, edit, ReviewState.APPROVED)
        assert len(counted(field_team)) == 1
        with pytest.raises(NotAwaitingReview):
            decided(field_team, report, ReviewState.REJECTED)

    def test_even_where_it_was_decided_before_it_was_admitted(self, field_team: Field) -> None:
        report = field_team.send("movement", ARRIVAL)
        decided(field_team, report, ReviewState.REJECTED)
        field_team.admit_awaiting()
        assert counted(field_team) == []

    def test_is_told_by_the_keys_of_the_report_should_somebody_let_it_back_in(self, field_team: Field, report: UUID) -> None:
        decided(field_team, report, ReviewState.REJECTED)
        with field_team.zone() as session:
            session.execute(text("UPDATE casework.restriction SET until = now()"))
        with pytest.raises(ClearRowChanged):
            counted(field_team)

    def test_is_not_let_back_in_by_lifting_a_restriction_and_lets_in_nothing_that_was_withdrawn(
        self, field_team: Field, report: UUID
    ) -> None:
        decided(field_team, report, ReviewState.REJECTED)
        with field_team.zone() as session:
            [restriction] = session.scalars(select(Restriction.id))
            with pytest.raises(RestrictionUnknown):
                lift_restriction(session, field_team.ring, restriction)
            withdraw_report(session, field_team.ring, session.scalars(select(MovementEvent.id)).one())
        decided(field_team, report, ReviewState.APPROVED)
        assert counted(field_team) == [], "its reporter withdrew it"

    def test_holds_for_interviews_and_for_whoever_they_tell_of(self, field_team: Field) -> None:
        screening = field_team.send("screening", SCREENED, repeats={"household_member": MEMBERS})
        field_team.admit_awaiting()

        def persons() -> tuple[int, bytes | None]:
            with field_team.zone() as session:
                facts = case_facts(session, field_team.ring, OPERATION, WEEK)
                return len(facts.persons), case_sources(session, OPERATION).get(WEEK)

        before, digest = persons()
        assert before == 1 + len(MEMBERS)
        decided(field_team, screening, ReviewState.ON_HOLD)
        assert persons() == (0, None)
        decided(field_team, screening, ReviewState.RECEIVED)
        assert persons() == (before, digest)


class TestTheChecks:
    def test_look_at_what_is_admitted_and_at_what_is_set_aside(self, field_team: Field) -> None:
        plain = field_team.send("movement", ARRIVAL)
        odd = field_team.send("movement", {**ARRIVAL, "reporter_phone": "call me"})
        unknown = field_team.send("movement", {**ARRIVAL, "origin": "nowhere", "reporter_phone": "call me"})
        assert field_team.admit_awaiting().total == 3
        assert {one: findings for one, (_, findings, _) in queue(field_team).items()} == {plain: 1, odd: 2, unknown: 2}
        with field_team.zone() as session:
            view = view_submission(session, field_team.ring, odd, purpose=Purpose.VERIFICATION)
        assert [(one.check, one.question) for one in view.findings] == [("constraint", "reporter_phone"), ("required", "")]
        assert view.findings[0].told["answer"] == "", "a telephone number leads to a person"
        assert "reporter_role" in view.findings[1].told["questions"]
        assert view.labels["reporter_phone"]["en"]

    def test_leave_nothing_of_an_answer_in_the_clear(self, field_team: Field, report: UUID) -> None:
        with field_team.zone() as session:
            set_plan(session, OPERATION, "movement_tracking", "[ranges]\ntotal_persons = [10, 20]")
        field_team.send("movement", {**ARRIVAL, "reporter_phone": "Xanthippe"})
        field_team.admit_awaiting()
        decided(field_team, report, ReviewState.ON_HOLD, "Ask Xanthippe again")
        with field_team.zone() as session:
            rows = session.execute(
                text("SELECT f::text FROM ingest.finding f UNION ALL SELECT r::text FROM ingest.review r")
            ).all()
        assert len(rows) == 4
        assert not [row for row in rows if b"Xanthippe".hex() in row[0] or "Xanthippe" in row[0]]

    def test_compare_what_came_and_replace_what_they_had_found(self, field_team: Field) -> None:
        sent = [field_team.send("movement", ARRIVAL) for _ in range(2)]
        field_team.admit_awaiting()
        for _ in range(2):
            with field_team.zone() as session:
                assert compare_form(session, field_team.ring, OPERATION, "movement_tracking") >= 2
        with field_team.zone() as session:
            view = view_submission(session, field_team.ring, sent[0], purpose=Purpose.VERIFICATION)
            look_again(session, field_team.ring, OPERATION, "movement_tracking")
        assert {"same_household"} <= {one.check for one in view.findings}
        assert queue(field_team)[sent[0]][1] == len(view.findings), "looking again takes away nothing that comparing found"


class TestWhoMay:
    NORTH = Custody("org", "north", "team", "-")

    def _within(self, area: str, role: Role = Role.SUPERVISOR) -> Access:
        return Access("sami", OPERATION, (Grant(role, organisation="org", area=area),))

    def test_a_supervisor_sees_and_decides_within_reach_alone(self, field_team: Field) -> None:
        xml = write_answers(field_team.definitions["movement"], ARRIVAL, {}, "north", "")
        with field_team.zone(Zone.COLLECTION) as session:
            theirs = receive_submission(
                session, field_team.ring, operation=OPERATION, xml=xml, files=[], collector="phone", custody=self.NORTH
            ).submission_id
        assert theirs
        others = field_team.send("movement", ARRIVAL)
        field_team.admit_awaiting()
        database = field_team.database
        with database.transaction(Zone.CASEWORK, access=self._within("north")) as session:
            assert [row.id for row in page_queue(session).rows] == [theirs]
            decide(session, field_team.ring, theirs, ReviewState.APPROVED, "Well done")
        with database.transaction(Zone.CASEWORK, access=self._within("north")) as session:
            view = view_submission(session, field_team.ring, theirs, purpose=Purpose.VERIFICATION)
            assert [(one.state.value, one.decided_by, one.comment) for one in view.reviews] == [
                ("approved", "sami", "Well done")
            ]
        for access, submission in (
            (self._within("north"), others),
            (self._within("south"), theirs),
            (self._within("north", Role.CASEWORKER), theirs),
        ):
            with pytest.raises(NotAllowed), database.transaction(Zone.CASEWORK, access=access) as session:
                decide(session, field_team.ring, submission, ReviewState.REJECTED)
        with database.transaction(Zone.CASEWORK, access=self._within("south")) as session:
            assert page_queue(session).rows == []
        with pytest.raises(NotAllowed), database.transaction(Zone.CASEWORK, access=self._within("north")) as session:
            compare_form(session, field_team.ring, OPERATION, "movement_tracking")

    def test_the_queue_comes_page_by_page(self, field_team: Field) -> None:
        sent = [field_team.send("movement", ARRIVAL) for _ in range(5)]
        field_team.admit_awaiting()
        seen: list[UUID] = []
        after = None
        while True:
            with field_team.zone() as session:
                page = page_queue(session, after=after, size=2)
            seen += [row.id for row in page.rows]
            if (after := page.following) is None:
                break
        assert seen == sent[::-1]
