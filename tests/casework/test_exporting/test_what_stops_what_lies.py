"""What is left for a recipient is destroyed by whatever would have stopped it from leaving, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework import exporting, left_to_fetch
from casework.consent import ConsentState, LegalBasis, RestrictionReason, restrict_record
from casework.duplicates import merge_persons
from casework.erasure import ErasureReason, propose_erasure
from casework.erasure.carry_out_erasure import carry_out_erasure
from casework.export_errors import (
    NothingToFetch,
)
from casework.rights import hold_record
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from core.second_person import approve
from tests.casework.conftest import OPERATION, Field
from tests.casework.test_exporting.conftest import (
    DORA,
    MEDICAL,
    NAME,
    OFFICER,
    SUPERVISOR,
    agree,
    approved,
    as_,
    fetch,
    kept,
    leave_to_fetch,
    lines,
    listed,
    object_to_all,
    proposed,
    some_persons,
    state,
)


def withdraws(team: Field, person: UUID) -> None:
    agree(team, person, ConsentState.WITHDRAWN, recipient=MEDICAL)


def is_restricted(team: Field, person: UUID) -> None:
    with as_(team, OFFICER) as session:
        restrict_record(session, team.ring, person, RestrictionReason.OBJECTION)


def is_held(team: Field, person: UUID) -> None:
    with as_(team, OFFICER) as session:
        hold_record(session, team.ring, person, reason="A court asks.")


def is_erased(team: Field, person: UUID) -> None:
    with as_(team, SUPERVISOR) as session:
        asked = propose_erasure(session, str(person), reason=ErasureReason.PERSON_ASKED)
    with as_(team, OFFICER) as session:
        approve(session, asked)
    with team.zone() as session:
        carry_out_erasure(session, team.ring, asked, audit_head={})


def is_linked_with_who_objected(team: Field, person: UUID) -> None:
    (other,) = some_persons(team, 1, agreeing=False)
    is_restricted(team, other)
    with as_(team, SUPERVISOR) as session:
        merge_persons(session, team.ring, person, other, purpose=Purpose.ASSISTANCE)


def withdraw_recipient(team: Field, recipient: UUID, waits: str = "0") -> None:
    with as_(team, OFFICER) as session:
        session.execute(text("SELECT set_config('lock_timeout', :waits, true)"), {"waits": waits})
        exporting.withdraw_recipient(session, recipient)


STOPS: dict[str, Callable[[Field, UUID], None]] = {
    "consent": withdraws,
    "restricted": is_restricted,
    "held": is_held,
    "erased": is_erased,
}


class TestWhatStopsIt:
    @pytest.mark.parametrize("why", STOPS)
    def test_it_is_destroyed_in_the_transaction_that_stops_it(
        self, field_team: Field, lying: UUID, persons: list[UUID], why: str
    ) -> None:
        fetch(field_team, lying)
        STOPS[why](field_team, persons[1])
        told = state(field_team, lying, SUPERVISOR)
        assert (kept(field_team), told.lies, told.ended_why, told.fetches) == (b"", False, why, 1)
        with pytest.raises(NothingToFetch):
            fetch(field_team, lying)
        assert lines(field_team, lying)[-1][1:] == (Action.ERASED, why)
        with field_team.zone(Zone.AUDIT) as session:
            assert not [line for line in audited_entries(session) if "Amal" in str(line)]

    def test_so_does_a_link_with_a_record_that_was_restricted_before(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        is_linked_with_who_objected(field_team, persons[0])
        assert state(field_team, lying).ended_why == "restricted"

    def test_a_consent_that_ends_by_itself_ends_it_on_that_day(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        """Known when it is left, or recorded while it lies."""
        early, earlier = now() + timedelta(days=5), now() + timedelta(days=2)
        agree(field_team, persons[0], recipient=MEDICAL, valid_until=early)
        lying = leave_to_fetch(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))
        assert state(field_team, lying).until == early
        agree(field_team, persons[1], recipient=MEDICAL, valid_until=earlier)
        assert (state(field_team, lying).until, state(field_team, lying).lies) == (earlier, True)

    def test_what_concerns_another_recipient_purpose_or_person_stops_nothing(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        agree(field_team, persons[0], ConsentState.REFUSED, recipient="legal_partner")
        is_restricted(field_team, other)
        is_held(field_team, other)
        with as_(field_team, OFFICER) as session:
            restrict_record(session, field_team.ring, persons[0], RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
        assert state(field_team, lying).lies

    def test_what_the_law_demands_is_not_stopped_by_an_objection(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        terms = {"purpose": Purpose.LEGAL, "basis": LegalBasis.LEGAL_OBLIGATION, "fields": [NAME]}
        lying = leave_to_fetch(field_team, approved(field_team, proposed(field_team, medical, persons, **terms)))  # type: ignore[arg-type]
        is_restricted(field_team, persons[0])
        assert state(field_team, lying).lies
        is_held(field_team, persons[0])
        assert state(field_team, lying).ended_why == "held"

    def test_a_recipient_who_is_withdrawn_fetches_nothing(self, field_team: Field, medical: UUID, lying: UUID) -> None:
        withdraw_recipient(field_team, medical)
        assert (kept(field_team), state(field_team, lying).ended_why) == (b"", "recipient_withdrawn")
        assert listed(field_team) == []

    def test_and_whoever_withdraws_them_while_it_is_left_waits(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        export = approved(field_team, proposed(field_team, medical, persons, fields=[NAME]))
        with as_(field_team, SUPERVISOR) as session:
            left_to_fetch.leave_export(session, field_team.ring, export)
            with pytest.raises(DBAPIError, match="lock timeout"):
                withdraw_recipient(field_team, medical, waits="50ms")

    @pytest.mark.parametrize("who", [SUPERVISOR, OFFICER], ids=["who proposed it", "who approved it"])
    def test_who_proposed_or_approved_it_takes_it_back_and_nobody_else(
        self, field_team: Field, lying: UUID, who: Access
    ) -> None:
        south = Access("dana", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER, "org", "south"),))
        colleague = Access("sami", OPERATION, (Grant(Role.SUPERVISOR),))
        for other in (south, colleague, DORA):
            with pytest.raises(NotAllowed), as_(field_team, other) as session:
                left_to_fetch.take_back_left(session, lying)
        with as_(field_team, who) as session:
            left_to_fetch.take_back_left(session, lying)
        assert (kept(field_team), state(field_team, lying).ended_why) == (b"", "taken_back")
        with pytest.raises(NothingToFetch), as_(field_team, who) as session:
            left_to_fetch.take_back_left(session, lying)

    def test_nobody_takes_back_what_is_not_there(self, field_team: Field) -> None:
        with pytest.raises(NothingToFetch), as_(field_team, OFFICER) as session:
            left_to_fetch.take_back_left(session, uuid4())

    def test_whoever_withdraws_while_it_is_fetched_waits_for_the_line_of_it(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        with as_(field_team, DORA) as session:
            left_to_fetch.fetch_export(session, lying, BytesIO())
            with pytest.raises(DBAPIError, match="lock timeout"):
                object_to_all(field_team, persons[0], waits="50ms")
