"""No export without a second person, nothing but what was approved, and a line of it in a log that is not rewritten."""

from uuid import UUID, uuid4

import pytest
from pyrage import x25519
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from casework import exporting
from casework.export_errors import ExportChanged, RecipientUnknown
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.listed import RowNotAsListed
from core.permissions import PERMISSIONS, Right, Role
from core.sealing.sealed_file import RecipientUnreadable
from core.second_person import ProposalNotThere, SecondPersonNeeded
from tests.believed import believe
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.test_exporting.conftest import (
    FIELDS,
    NAME,
    OFFICER,
    SUPERVISOR,
    add_clinic,
    approved,
    as_,
    carry_out,
    hand_over,
    leave,
    proposed,
    some_persons,
)


class TestTwoPeople:
    def test_who_may_not_see_a_record_may_not_approve_that_it_leaves(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        (other,) = some_persons(field_team, 1)
        hand_over(field_team, other, Custody("org", "south"))
        export = proposed(field_team, clinic, [person, other], fields=[NAME])
        south = Access("dora", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER, "org", "south"),))
        with pytest.raises(NotAllowed):
            approved(field_team, export, south)
        with as_(field_team, south) as session:
            assert [one.yours_to_decide for one in exporting.waiting_exports(session)] == [False]
        alone = proposed(field_team, clinic, [other], fields=[NAME])
        assert carry_out(field_team, approved(field_team, alone, south))[0].records == 1

    def test_nobody_approves_their_own_nor_does_the_program(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = proposed(field_team, clinic, [person], who=OFFICER, fields=[NAME])
        for who in (OFFICER, Access.of_system("dina", OPERATION)):
            with pytest.raises(SecondPersonNeeded):
                approved(field_team, export, who)

    def test_nothing_leaves_unapproved_or_twice(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = proposed(field_team, clinic, [person])
        with pytest.raises(ProposalNotThere):
            carry_out(field_team, export)
        carry_out(field_team, approved(field_team, export))
        with pytest.raises(ProposalNotThere):
            carry_out(field_team, export)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE casework.export_plan SET fields = fields || '{identity/prs_Second_Name}'",
            "UPDATE casework.export_plan SET persons = persons || CAST(:other AS uuid)",
            "UPDATE casework.export_plan SET basis = 'vital_interest'",
            "UPDATE casework.export_recipient SET public_key = :key",
        ],
    )
    def test_only_what_was_approved_leaves(
        self, field_team: Field, person: UUID, clinic: UUID, change: str, owner: Engine
    ) -> None:
        """The program has no right to change a plan; somebody who owns the tables is found out by the sealed list, and where
        two people believed what stands, by the hash."""
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person]))
        given = {"other": other, "key": str(x25519.Identity.generate().to_public())}
        with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
            session.execute(text(change), given)
        with owner.begin() as connection:
            connection.execute(text(change), given)
        with pytest.raises(RowNotAsListed):
            carry_out(field_team, export)
        believe(field_team.database, operation=OPERATION)
        with pytest.raises(ExportChanged):
            carry_out(field_team, export)

    @pytest.mark.parametrize("role", list(Role))
    def test_who_may_propose_stands_in_one_table(self, field_team: Field, person: UUID, clinic: UUID, role: Role) -> None:
        who = Access("rosa", OPERATION, (Grant(role),))
        if role in PERMISSIONS[Right.EXPORT_IDENTIFIED]:
            assert proposed(field_team, clinic, [person], fields=[NAME], who=who)
        else:
            for attempt in (
                lambda: proposed(field_team, clinic, [person], who=who),
                lambda: carry_out(field_team, uuid4(), who),
            ):
                with pytest.raises(NotAllowed):
                    attempt()

    def test_a_recipient_needs_a_second_person_too(self, field_team: Field, person: UUID) -> None:
        added = add_clinic(field_team)
        with pytest.raises(RecipientUnknown):
            proposed(field_team, added, [person])
        with pytest.raises(NotAllowed), as_(field_team, SUPERVISOR) as session:
            exporting.confirm_recipient(session, added)
        with as_(field_team, OFFICER) as session:
            assert exporting.confirm_recipient(session, added).usable
        assert proposed(field_team, added, [person])

    def test_nothing_goes_to_who_was_withdrawn(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with as_(field_team, SUPERVISOR) as session:
            exporting.withdraw_recipient(session, clinic)
        with pytest.raises(RecipientUnknown):
            carry_out(field_team, export)

    def test_a_recipient_without_a_key_is_none(self, field_team: Field) -> None:
        with pytest.raises(RecipientUnreadable):
            add_clinic(field_team, "age1nokey")


class TestTheLog:
    def test_it_says_who_what_to_whom_why_and_the_hash_of_the_file(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        done, _ = carry_out(field_team, export)
        with as_(field_team, OFFICER) as session:
            (line,) = exporting.export_log(session).rows
            assert exporting.waiting_exports(session) == []
        assert (line.id, line.recipient, line.fields, line.records) == (export, "Dr Pia", FIELDS, 1)
        assert (line.purpose, line.basis, line.carried_out_by) == ("referral", "consent", "sara")
        assert line.sha256 == done.sha256
        with field_team.zone(Zone.AUDIT) as session:
            lines = audited_entries(session, action=Action.EXPORTED)
        assert {entry.subject for entry in lines} == {f"casework.export:{export}", f"casework.person:{person}"}
        assert SCREENING["prs_First_Name"] not in str([entry.detail for entry in lines])

    def test_what_left_is_listed_page_by_page_the_newest_first(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        left = []
        for _ in range(3):
            left.append(approved(field_team, proposed(field_team, clinic, [person])))
            carry_out(field_team, left[-1])
        with as_(field_team, OFFICER) as session:
            first = exporting.export_log(session, size=2)
            second = exporting.export_log(session, after=first.following, size=2)
        assert [line.id for page in (first, second) for line in page.rows] == left[::-1]

    @pytest.mark.parametrize("table", ["export_log", "export_plan"])
    def test_it_is_not_rewritten(self, field_team: Field, person: UUID, clinic: UUID, table: str) -> None:
        leave(field_team, clinic, [person])
        for change in (f"UPDATE casework.{table} SET purpose = 'legal'", f"DELETE FROM casework.{table}"):
            with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
                session.execute(text(change))
