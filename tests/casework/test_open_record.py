"""Beyond reach: a record is shared by who may read it, or opened by breaking the glass, and both end by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casework import list_cases, read_person
from casework.errors import (
    GlassBrokenTooOften,
    KeptFromOneself,
    OpeningTooLong,
    OpeningUnknown,
    PartNotYours,
    ReasonMissing,
    RecordUnknown,
)
from casework.records.assign_custody import assign_custody
from casework.records.keep_from import keep_from, kept_from, let_read_again
from casework.records.open_record import (
    break_glass,
    end_opening,
    openings_to_review,
    page_to_review,
    review_opening,
    share_record,
)
from casework.rights_models import OURS
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

CUSTODY = Custody("org", "north", "team-1", "amal")
AMAL = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
BADR = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
CARLA = Access("carla", OPERATION, (Grant(Role.SUPERVISOR, organisation="org"),))
DORA = Access("dora", OPERATION, (Grant(Role.PARTNER, organisation="other"),))
WHY = "She came in at night and her worker is away."
NARRATIVE, IDENTITY, CONTACT = RecordPart.NARRATIVE, RecordPart.IDENTITY, RecordPart.CONTACT


@begun
def persons(field_team: Field) -> list[UUID]:
    """Four persons in the custody of Amal, of team 1."""
    for number in range(4):
        field_team.send("screening", {**SCREENING, "case_reference": f"SC-{number}"})
    field_team.admit_awaiting()
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
        return [case.person for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)]


@contextmanager
def working(team: Field, access: Access) -> Iterator[Session]:
    with team.database.transaction(Zone.CASEWORK, access=access) as session:
        yield session


def read(team: Field, access: Access, person: UUID, part: RecordPart) -> object:
    with working(team, access) as session:
        return read_person(session, team.ring, person, parts=[part], purpose=Purpose.ASSISTANCE).parts[part]


def share(team: Field, person: UUID, account: str, *, who: Access = AMAL, days: int = 3, reason: str = WHY) -> UUID:
    until = now() + timedelta(days=days)
    with working(team, who) as session:
        return share_record(
            session,
            team.ring,
            person,
            account=account,
            parts=[IDENTITY],
            until=until,
            reason=reason,
            purpose=Purpose.REFERRAL,
            recipient=OURS,
        )


def break_it(team: Field, person: UUID, who: Access = BADR, reason: str = WHY) -> None:
    with working(team, replace(who, system=True)) as session:
        break_glass(session, team.ring, who, person, parts=[IDENTITY, NARRATIVE], reason=reason, purpose=Purpose.PROTECTION)


def test_what_is_shared_opens_and_nothing_besides(field_team: Field, persons: list[UUID]) -> None:
    share(field_team, persons[0], "dora")
    assert read(field_team, DORA, persons[0], IDENTITY)
    with pytest.raises(NotAllowed):
        read(field_team, DORA, persons[0], NARRATIVE)
    with pytest.raises(RecordUnknown):
        read(field_team, DORA, persons[1], IDENTITY)
    with pytest.raises(RecordUnknown):
        read(field_team, BADR, persons[0], IDENTITY)


def test_sharing_ends_when_it_is_ended(field_team: Field, persons: list[UUID]) -> None:
    opening = share(field_team, persons[0], "dora")
    with working(field_team, AMAL) as session:
        end_opening(session, field_team.ring, opening, purpose=Purpose.REFERRAL)
    with pytest.raises(RecordUnknown):
        read(field_team, DORA, persons[0], IDENTITY)


def test_sharing_ends_at_its_moment(field_team: Field, persons: list[UUID]) -> None:
    share(field_team, persons[0], "dora", days=-1)
    with pytest.raises(RecordUnknown):
        read(field_team, DORA, persons[0], IDENTITY)


def test_nobody_shares_what_they_may_not_read(field_team: Field, persons: list[UUID]) -> None:
    with working(field_team, CARLA) as session:
        keep_from(session, field_team.ring, persons[0], IDENTITY, "amal")
    with pytest.raises(PartNotYours):
        share(field_team, persons[0], "dora")
    with pytest.raises(RecordUnknown):
        share(field_team, persons[0], "dora", who=BADR)
    with pytest.raises(OpeningTooLong):
        share(field_team, persons[1], "dora", days=181)
    with pytest.raises(ReasonMissing):
        share(field_team, persons[1], "dora", reason="urgent")


def test_broken_glass_opens_the_record_for_hours_and_is_told(field_team: Field, persons: list[UUID]) -> None:
    with pytest.raises(RecordUnknown):
        read(field_team, BADR, persons[0], NARRATIVE)
    break_it(field_team, persons[0])
    assert read(field_team, BADR, persons[0], NARRATIVE)
    with pytest.raises(NotAllowed):
        read(field_team, BADR, persons[0], CONTACT)
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.BROKE_GLASS)
    assert (line.actor, line.subject) == ("badr", f"casework.person:{persons[0]}")
    assert "night" not in str(line.detail)


def test_breaking_the_glass_widens_reach_and_no_role(field_team: Field, persons: list[UUID]) -> None:
    auditor = Access("eve", OPERATION, (Grant(Role.AUDITOR),))
    for who in (auditor, DORA):
        with pytest.raises(NotAllowed):
            break_it(field_team, persons[0], who)
    with pytest.raises(ReasonMissing):
        break_it(field_team, persons[0], reason="")


def test_glass_is_broken_at_most_three_times_at_once(field_team: Field, persons: list[UUID]) -> None:
    for person in persons[:3]:
        break_it(field_team, person)
    with pytest.raises(GlassBrokenTooOften):
        break_it(field_team, persons[3])


def test_somebody_else_judges_broken_glass(field_team: Field, persons: list[UUID]) -> None:
    break_it(field_team, persons[0])
    with working(field_team, CARLA) as session:
        [opened] = openings_to_review(session, field_team.ring)
        assert (opened.actor, opened.person, opened.reason) == ("badr", persons[0], WHY)
        assert "night" not in repr(opened)
        review_opening(session, field_team.ring, opened.id, justified=False)
        assert openings_to_review(session, field_team.ring) == []
    with pytest.raises(RecordUnknown):
        read(field_team, BADR, persons[0], NARRATIVE)


def test_what_is_to_be_judged_comes_page_by_page(field_team: Field, persons: list[UUID]) -> None:
    for person in persons[:3]:
        break_it(field_team, person)
    with working(field_team, CARLA) as session:
        first = page_to_review(session, field_team.ring, size=2)
        second = page_to_review(session, field_team.ring, after=first.following, size=2)
    assert [one.person for one in (*first.rows, *second.rows)] == persons[:3]


def test_nobody_judges_themselves(field_team: Field, persons: list[UUID]) -> None:
    supervisor = Access("badr", OPERATION, (Grant(Role.SUPERVISOR),))
    break_it(field_team, persons[0], supervisor)
    with working(field_team, supervisor) as session:
        [opened] = openings_to_review(session, field_team.ring)
    with pytest.raises(NotAllowed), working(field_team, supervisor) as session:
        review_opening(session, field_team.ring, opened.id, justified=True)
    with pytest.raises(DBAPIError, match="second_person"), field_team.zone() as session:
        session.execute(text("UPDATE casework.opening SET reviewed_by = actor"))


@pytest.mark.parametrize("who", [BADR, DORA], ids=lambda access: access.actor)
def test_an_account_cannot_open_a_record_to_itself(field_team: Field, persons: list[UUID], who: Access) -> None:
    """Not even with SQL of its own in its own transaction, as long as it keeps to its zone and reach."""
    statement = text(
        "INSERT INTO casework.opening "
        "(id, person, operation, custody, actor, kind, parts, reason, opened_by, opened_at, until) VALUES "
        "(gen_random_uuid(), :person, :operation, :custody, :actor, 'shared', '{}', '', :actor, now(), 'infinity')"
    )
    values = {"person": persons[0], "operation": OPERATION, "custody": str(CUSTODY), "actor": who.actor}
    with pytest.raises(DBAPIError, match="row-level security"), working(field_team, who) as session:
        session.execute(statement, values)


def test_an_opening_out_of_reach_is_not_there(field_team: Field, persons: list[UUID]) -> None:
    opening = share(field_team, persons[0], "dora")
    other = Access("fay", OPERATION, (Grant(Role.SUPERVISOR, team="team-2"),))
    with pytest.raises(OpeningUnknown), working(field_team, other) as session:
        end_opening(session, field_team.ring, opening, purpose=Purpose.REFERRAL)


def test_a_colleague_is_kept_from_a_part_and_let_read_again(field_team: Field, persons: list[UUID]) -> None:
    colleague = replace(AMAL, actor="ines")
    with working(field_team, AMAL) as session:
        keep_from(session, field_team.ring, persons[0], NARRATIVE, "ines")
        assert kept_from(session, persons[0]) == [(NARRATIVE, "ines")]
    with pytest.raises(NotAllowed):
        read(field_team, colleague, persons[0], NARRATIVE)
    with pytest.raises(KeptFromOneself), working(field_team, colleague) as session:
        let_read_again(session, field_team.ring, persons[0], NARRATIVE, "ines")
    with working(field_team, AMAL) as session:
        let_read_again(session, field_team.ring, persons[0], NARRATIVE, "ines")
    assert read(field_team, colleague, persons[0], NARRATIVE)


def test_being_kept_from_a_part_outlasts_broken_glass(field_team: Field, persons: list[UUID]) -> None:
    with working(field_team, AMAL) as session:
        keep_from(session, field_team.ring, persons[0], NARRATIVE, "badr")
    break_it(field_team, persons[0])
    with pytest.raises(NotAllowed):
        read(field_team, BADR, persons[0], NARRATIVE)


def test_a_record_handed_over_leaves_one_reach_and_enters_another(field_team: Field, persons: list[UUID]) -> None:
    to_badr = Custody("org", "north", "team-2", "badr")
    with working(field_team, replace(AMAL, system=True)) as session:
        assign_custody(session, field_team.ring, AMAL, persons[0], to_badr, purpose=Purpose.ASSISTANCE)
    assert read(field_team, BADR, persons[0], IDENTITY)
    with pytest.raises(RecordUnknown):
        read(field_team, AMAL, persons[0], IDENTITY)


def test_nobody_hands_over_what_is_out_of_their_reach_or_role(field_team: Field, persons: list[UUID]) -> None:
    officer = Access("gita", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    for who, refusal in ((BADR, RecordUnknown), (officer, NotAllowed)):
        with pytest.raises(refusal), working(field_team, replace(who, system=True)) as session:
            assign_custody(session, field_team.ring, who, persons[0], Custody(), purpose=Purpose.ASSISTANCE)
