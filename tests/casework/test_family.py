"""The people around a person: who belongs to whom, who lives together, and which children are alone."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from casework import RecordRestricted, RecordUnknown, family, read_household
from casework.consent import RestrictionReason, restrict_record
from casework.consent.consents import may_use
from casework.duplicates import merge_persons
from casework.erasure.erase_person import footprint
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import MemberSpokeThemselves
from casework.family.errors import (
    CaseBeyondReach,
    InHouseholdAlready,
    NotInHousehold,
    RelatedAlready,
    RelatedToThemselves,
    RelationshipUnknown,
    StepUnknown,
)
from casework.family.relation_kinds import INVERSE, RelationKind
from casework.models import KeyKind
from casework.records import keep_from
from casework.store.seal_between import open_between
from casework.store.seal_record import Vault, stored_key
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from core.sealing.envelope import CiphertextRefused
from forms import RecordPart
from tests.casework.conftest import MEMBERS, OPERATION, SCREENING
from tests.casework.people import AGREED, HELP, NEWBORN, TEAM, Setting
from tests.casework.people import at as at  # noqa: PLC0414  (a fixture)
from tests.casework.people import household_database as household_database  # noqa: PLC0414


def test_every_kind_seen_from_the_other_side_and_back_is_itself() -> None:
    assert {kind: INVERSE[INVERSE[kind]] for kind in RelationKind} == {kind: kind for kind in RelationKind}
    assert INVERSE[RelationKind.GUARDIAN] is RelationKind.WARD


class TestRelationships:
    def test_one_is_read_from_both_sides_once_somebody_asks(self, at: Setting) -> None:
        at.relate(at.mother, at.stranger, RelationKind.PARENT, note="told by both")
        [covered] = at.view(at.mother).relations
        assert (covered.other, covered.said, covered.name, covered.closed) == (at.stranger, None, None, False)
        [shown] = at.view(at.mother, at.stranger).relations
        assert shown.said
        assert (shown.said.kind, shown.said.note) == (RelationKind.PARENT, "told by both")
        assert shown.name == "Badria Interviewed"
        [back] = at.view(at.stranger, at.mother).relations
        assert back.said
        assert back.said.kind is RelationKind.CHILD

    def test_what_it_is_stands_nowhere_in_clear(self, at: Setting) -> None:
        at.relate(at.mother, at.stranger, RelationKind.GUARDIAN, note="Uncle by marriage")
        row = str(at.one("SELECT CAST(r AS text) FROM casework.relationship r"))
        assert "guardian" not in row
        assert "Uncle" not in row
        with at.team.zone(Zone.AUDIT) as session:
            lines = " ".join(
                session.scalars(text("SELECT CAST(detail AS text) FROM core.audit_entry WHERE action = 'related'"))
            )
        assert lines
        assert "guardian" not in lines
        assert str(at.stranger) not in lines

    def test_neither_key_alone_opens_it(self, at: Setting) -> None:
        made = at.relate(at.mother, at.stranger, RelationKind.SIBLING)
        said = at.one("SELECT said FROM casework.relationship")
        assert isinstance(said, bytes)
        with at.team.zone() as session:
            keys = [stored_key(Vault(session, at.ring, OPERATION), one, KeyKind.PERSON) for one in (at.mother, at.stranger)]
        assert b"sibling" in open_between("casework.relationship", made, *keys, said)
        for key in keys:
            with pytest.raises(CiphertextRefused):
                open_between("casework.relationship", made, key, key, said)

    def test_the_same_is_not_noted_twice_from_either_side(self, at: Setting) -> None:
        at.relate(at.mother, at.stranger, RelationKind.PARENT)
        with pytest.raises(RelatedAlready):
            at.relate(at.mother, at.stranger, RelationKind.PARENT)
        with pytest.raises(RelatedAlready):
            at.relate(at.stranger, at.mother, RelationKind.CHILD)
        at.relate(at.mother, at.stranger, RelationKind.TRAVELS_WITH)

    def test_nobody_is_related_to_themselves_under_one_record_or_two(self, at: Setting) -> None:
        with pytest.raises(RelatedToThemselves):
            at.relate(at.mother, at.mother, RelationKind.SIBLING)
        with at.team.zone() as session:
            merge_persons(session, at.ring, at.mother, at.stranger, purpose=HELP)
        with pytest.raises(RelatedToThemselves):
            at.relate(at.mother, at.stranger, RelationKind.SIBLING)

    def test_an_ended_one_stays_as_history_and_a_mistake_goes(self, at: Setting) -> None:
        made = at.relate(at.mother, at.stranger, RelationKind.SPOUSE)
        at.do(family.end_relationship, made)
        [ended] = at.view(at.mother, at.stranger).relations
        assert ended.ended_at
        assert ended.said
        assert ended.said.kind is RelationKind.SPOUSE
        with pytest.raises(RelationshipUnknown):
            at.do(family.end_relationship, made)
        at.do(family.take_back_relationship, made)
        assert at.view(at.mother).relations == ()
        at.readable(at.mother, at.stranger)

    def test_whoever_reaches_one_of_the_two_sees_nothing_of_it(self, at: Setting) -> None:
        made = at.relate(at.mother, at.stranger, RelationKind.SPOUSE)
        at.give(at.stranger, Custody(team="team-2"))
        assert at.view(at.mother, at.stranger).relations == ()
        with pytest.raises(RelationshipUnknown):
            at.do(family.end_relationship, made)
        with pytest.raises(RecordUnknown):
            at.relate(at.mother, at.stranger, RelationKind.SIBLING)

    def test_whoever_is_kept_from_the_other_sees_a_closed_line_and_no_more(self, at: Setting) -> None:
        at.relate(at.mother, at.stranger, RelationKind.SPOUSE)
        with at.team.zone() as session:
            keep_from(session, at.ring, at.stranger, RecordPart.IDENTITY, "amal")
        [line] = at.view(at.mother, at.stranger).relations
        assert (line.closed, line.said, line.name) == (True, None, None)
        with pytest.raises(NotAllowed):
            at.view(at.stranger)

    def test_a_restricted_record_is_a_closed_line_too_and_nothing_is_noted_of_it(self, at: Setting) -> None:
        made = at.relate(at.mother, at.stranger, RelationKind.SPOUSE)
        with at.team.zone() as session:
            restrict_record(session, at.ring, at.stranger, RestrictionReason.OBJECTION)
        assert at.view(at.mother, at.stranger).relations[0].closed
        with pytest.raises(RecordRestricted):
            at.relate(at.mother, at.stranger, RelationKind.SIBLING)
        at.do(family.take_back_relationship, made)  # a restriction keeps no mistake

    @pytest.mark.parametrize("erased", ["mother", "stranger"])
    def test_it_is_gone_when_either_is_erased(self, at: Setting, erased: str) -> None:
        at.relate(at.mother, at.stranger, RelationKind.SPOUSE)
        left = at.stranger if erased == "mother" else at.mother
        at.erase(getattr(at, erased))
        assert at.view(left).relations == ()
        at.readable(left)

    def test_of_a_person_with_two_records_both_tell_of_it_and_of_none_between_them(self, at: Setting) -> None:
        son = at.children[0]
        at.relate(at.stranger, son, RelationKind.CHILD)
        at.relate(at.mother, at.stranger, RelationKind.TRAVELS_WITH)
        with at.team.zone() as session:
            merge_persons(session, at.ring, at.mother, at.stranger, purpose=HELP)
        [told] = at.view(at.mother, son).relations
        assert told.other == son
        assert told.said
        assert told.said.kind is RelationKind.CHILD

    def test_an_edit_does_not_replace_members_of_whom_something_was_noted(self, at: Setting) -> None:
        at.relate(at.mother, at.children[0], RelationKind.CHILD)
        edit = at.team.send("screening", SCREENING, repeats={"household_member": MEMBERS[:1]}, edits="first")
        at.team.admit(edit)
        assert at.team.quarantine()[edit][0] == MemberSpokeThemselves.code


class TestHouseholds:
    def test_somebody_joins_and_is_read_with_the_household(self, at: Setting) -> None:
        at.do(family.join_household, at.household, at.stranger)
        assert at.members(at.mother) == {at.mother, at.stranger, *at.children}
        with at.team.zone() as session:
            assert at.stranger in read_household(session, at.ring, at.case.id, parts=[RecordPart.FACTS], purpose=HELP)
        with pytest.raises(InHouseholdAlready):
            at.do(family.join_household, at.household, at.stranger)
        at.readable(at.mother, at.stranger, *at.children)

    def test_who_leaves_stays_on_it_as_one_who_left_and_may_come_back(self, at: Setting) -> None:
        son, daughter = at.children
        at.do(family.leave_household, at.household, son)
        assert at.members(at.mother) == {at.mother, daughter}
        assert next(case for case in at.cases() if case.id == at.case.id).members == (daughter,)
        with pytest.raises(NotInHousehold):
            at.do(family.leave_household, at.household, son)
        at.do(family.come_back, at.household, son)
        assert at.members(at.mother) == {at.mother, *at.children}
        at.readable(at.mother, *at.children)

    def test_it_has_one_head_at_a_time_who_is_there(self, at: Setting) -> None:
        def heads() -> list[UUID]:
            return [one.person for one in at.view(at.mother).households[0].members if one.head]

        for person in (at.mother, at.children[0]):
            at.do(family.name_head, at.household, person)
            assert heads() == [person]
        at.do(family.leave_household, at.household, at.children[0])
        assert heads() == []
        at.readable(at.mother, *at.children)

    def test_a_head_beyond_reach_is_not_replaced(self, at: Setting) -> None:
        at.do(family.name_head, at.household, at.children[0])
        at.give(at.children[0], Custody(team="team-2"))
        with pytest.raises(CaseBeyondReach):
            at.do(family.name_head, at.household, at.children[1])
        at.readable(at.mother, *at.children)

    def test_a_household_whose_case_is_beyond_reach_is_not_changed(self, at: Setting) -> None:
        """The key of its case lists who lives there, and would miss them."""
        at.give(at.mother, Custody(team="team-2"))
        with pytest.raises(CaseBeyondReach):
            at.do(family.leave_household, at.household, at.children[0])

    def test_a_new_member_is_a_person_found_by_name_in_the_same_hands_and_is_not_counted(self, at: Setting) -> None:
        new = at.do(family.add_new_member, at.household, NEWBORN, beside=at.children[0], agreed=AGREED)
        assert isinstance(new, UUID)
        assert at.one("SELECT custody FROM casework.person WHERE id = :p", p=new) == str(Custody(team="team-1"))
        assert [one.name for one in at.view(at.mother, new).households[0].members if one.person == new] == ["Hodan Newborn"]
        with at.team.zone() as session:
            assert may_use(session, new, HELP)
            assert not may_use(session, new, Purpose.STATISTICS)
        at.readable(at.mother, new)

    def test_erasing_somebody_who_joined_leaves_what_the_phone_sent_of_the_others(self, at: Setting) -> None:
        new = at.do(family.add_new_member, at.household, NEWBORN, beside=at.mother, agreed=AGREED)
        assert isinstance(new, UUID)
        with at.team.zone() as session:
            assert footprint(session, Subject(ErasureKind.PERSON, new)).submissions == frozenset()
            assert new not in footprint(session, Subject(ErasureKind.PERSON, at.mother)).others
        at.erase(new)
        assert at.members(at.mother) == {at.mother, *at.children}
        at.readable(at.mother, *at.children)

    def test_erasing_somebody_who_left_takes_the_screening_that_speaks_of_them(self, at: Setting) -> None:
        at.do(family.leave_household, at.household, at.children[0])
        with at.team.zone() as session:
            assert footprint(session, Subject(ErasureKind.PERSON, at.children[0])).submissions


class TestChildren:
    def test_a_child_is_alone_until_it_is_decided_otherwise(self, at: Setting) -> None:
        child = at.children[0]
        at.do(family.decide_care, child, family.CareStatus.SEPARATED, decided_by="BIA panel", note="with an aunt")
        assert [one.person for one in alone(at)] == [child]
        at.do(family.decide_care, child, family.CareStatus.ACCOMPANIED, decided_by="supervisor")
        assert alone(at) == []
        seen = at.do(family.view_child, child)
        assert isinstance(seen, family.ChildView)
        assert (seen.alone, [one.status for one in seen.care]) == (False, [None, None])
        uncovered = at.do(family.view_child, child, revealed=[seen.care[1].id])
        assert isinstance(uncovered, family.ChildView)
        assert (uncovered.care[1].status, uncovered.care[1].note) == (family.CareStatus.SEPARATED, "with an aunt")
        at.readable(child)

    def test_the_list_of_children_alone_obeys_reach_and_restriction(self, at: Setting) -> None:
        for child in at.children:
            at.do(family.decide_care, child, family.CareStatus.UNACCOMPANIED, decided_by="worker")
        at.give(at.children[0], Custody(team="team-2"))
        assert [one.person for one in alone(at)] == [at.children[1]]
        with at.team.zone() as session:
            restrict_record(session, at.ring, at.children[1], RestrictionReason.OBJECTION)
        assert alone(at) == []

    def test_a_step_is_planned_and_done_once(self, at: Setting) -> None:
        child, day = at.children[0], date(2026, 3, 2)
        step = at.do(family.plan_step, child, family.StepKind.TRACING, day=day, note="ask the school")
        at.do(family.finish_step, step, note="an uncle was found")
        with pytest.raises(StepUnknown):
            at.do(family.finish_step, step)
        seen = at.do(family.view_child, child, revealed=[step])
        assert isinstance(seen, family.ChildView)
        [one] = seen.steps
        assert one.planned
        assert (one.kind, one.planned.day) == (family.StepKind.TRACING, "2026-03-02")
        assert one.outcome
        assert one.outcome.note == "an uncle was found"
        at.readable(child)

    def test_nothing_of_it_is_a_partners_or_an_officers(self, at: Setting) -> None:
        for role in (Role.PARTNER, Role.DATA_PROTECTION_OFFICER):
            with pytest.raises(NotAllowed):
                at.do(family.view_child, at.children[0], who=Access("pia", OPERATION, (Grant(role),)))


def alone(at: Setting) -> list[family.ChildAlone]:
    with at.team.database.transaction(Zone.CASEWORK, access=TEAM) as session:
        return family.children_alone(session, purpose=HELP)
