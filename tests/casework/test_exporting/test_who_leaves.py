"""Whose records an export holds: of those who agreed to this recipient and are within reach, asked again when it leaves."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import exporting, list_cases
from casework.consent import ConsentState, GivenBy, LegalBasis, RestrictionReason, restrict_record
from casework.export_errors import ExportEmpty, ExportUnclear
from casework.exporting import Specification
from casework.records import keep_from
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.clock import now
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.test_exporting.conftest import (
    NAME,
    OFFICER,
    PHONE,
    SUPERVISOR,
    agree,
    approved,
    as_,
    carry_out,
    hand_over,
    leave,
    opened,
    proposed,
    rows,
    some_persons,
)


class TestWhoLeaves:
    def test_nobody_without_consent_for_this_recipient(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        export = proposed(field_team, clinic, [person, other])
        with as_(field_team, OFFICER) as session:
            plan = exporting.find_export(session, export)
        assert (plan.records, plan.left_out) == (1, {"no_consent": 1})
        with pytest.raises(ExportEmpty, match="no_consent: 1") as refused:
            proposed(field_team, clinic, [other])
        assert str(other) not in str(refused.value)

    def test_a_consent_withdrawn_after_the_approval_counts(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other]))
        agree(field_team, person, ConsentState.WITHDRAWN)
        done, sealed = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"restricted": 1})
        assert [row[NAME] for row in rows(opened(sealed)["persons.csv"])] == ["Amal 0"]

    def test_when_all_have_withdrawn_nothing_leaves_and_the_approval_is_kept(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        agree(field_team, person, ConsentState.WITHDRAWN)
        with pytest.raises(ExportEmpty):
            carry_out(field_team, export)

    def test_a_restriction_holds_whatever_the_basis(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        with as_(field_team, OFFICER) as session:
            restrict_record(session, field_team.ring, person, RestrictionReason.OBJECTION)
        with pytest.raises(ExportEmpty, match="restricted: 1"):
            proposed(field_team, clinic, [person], basis=LegalBasis.VITAL_INTEREST)

    def test_another_basis_needs_no_consent_and_is_said(self, field_team: Field, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        export = proposed(field_team, clinic, [other], fields=[NAME], basis=LegalBasis.VITAL_INTEREST)
        _, sealed = carry_out(field_team, approved(field_team, export))
        assert "Legal basis: vital_interest" in opened(sealed)["README.txt"]

    def test_sharing_on_another_basis_is_no_consent(self, field_team: Field, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        agree(field_team, other, basis=LegalBasis.VITAL_INTEREST, given_by=GivenBy.NOBODY)
        with pytest.raises(ExportEmpty, match="no_consent"):
            proposed(field_team, clinic, [other], fields=[NAME])

    def test_who_is_out_of_reach_is_left_out_like_who_does_not_exist(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        elsewhere = Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),))
        with pytest.raises(ExportEmpty, match=r"not_in_reach: 2\)"):
            proposed(field_team, clinic, [person, uuid4()], who=elsewhere)

    def test_reach_is_asked_again_when_it_leaves(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with pytest.raises(NotAllowed):
            carry_out(field_team, export, Access("sven", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),)))

    def test_who_was_handed_over_since_lies_where_nobody_approved(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME]))
        hand_over(field_team, other, Custody(team="team-9"))
        done, _ = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"handed_over": 1})

    def test_what_the_account_is_kept_from_is_left_out(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        with as_(field_team, OFFICER) as session:
            keep_from(session, field_team.ring, person, RecordPart.CONTACT, SUPERVISOR.actor)
        _, files = leave(field_team, clinic, [person])
        (row,) = rows(files["persons.csv"])
        assert (row[NAME], row[PHONE]) == (SCREENING["prs_First_Name"], "")

    def test_what_was_lent_is_not_ones_own_to_give_away(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        """An opening shows a record beyond the account's reach, and gives no right to export it."""
        with field_team.zone() as session:
            session.execute(
                text(
                    "INSERT INTO casework.opening (id, person, operation, custody, actor, kind, parts, reason, opened_by, "
                    "opened_at, until) VALUES (:id, :person, :operation, '-/-/-/-', 'sara', 'shared', '{identity}', '', "
                    "'amal', now(), now() + interval '1 day')"
                ),
                {"id": uuid4(), "person": person, "operation": OPERATION},
            )
        elsewhere = Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),))
        with pytest.raises(ExportEmpty, match="not_yours: 1"):
            proposed(field_team, clinic, [person], who=elsewhere)

    def test_who_was_erased_since_is_not_there(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME]))
        with field_team.zone() as session:
            session.execute(text("DELETE FROM casework.record_key WHERE record = :id"), {"id": other})
            session.execute(text("DELETE FROM casework.person WHERE id = :id"), {"id": other})
        done, _ = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"not_in_reach": 1})


class TestChoosing:
    def test_by_state_of_the_case_and_by_period(self, field_team: Field, person: UUID) -> None:
        with as_(field_team, SUPERVISOR) as session:
            state = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].state
            assert exporting.choose_persons(session, states=[state]) == (person,)
            assert exporting.choose_persons(session, until=now()) == (person,)
            assert exporting.choose_persons(session, since=now()) == ()

    def test_only_cases_in_reach(self, field_team: Field, person: UUID) -> None:
        with field_team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :c"), {"c": str(Custody("org", "north", "t-1", "x"))})
        with as_(field_team, Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="t-2"),))) as session:
            assert exporting.choose_persons(session) == ()

    @pytest.mark.parametrize("fields", [(), ("prs_First_Name",), ("identity/",), ("nothing/x",), (NAME, NAME)])
    def test_fields_are_named_by_part_and_question(self, fields: tuple[str, ...]) -> None:
        with pytest.raises(ExportUnclear):
            Specification(uuid4(), fields, (uuid4(),), Purpose.REFERRAL, LegalBasis.CONSENT)
