"""Roles: given by another, within a reach, until a day; and the access that comes of them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.access import Custody, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.accounts import add_account, deactivate, page_accounts
from core.identity.errors import AccountUnknown, GivenByWhoAdded, GrantUnknown, OwnGrant, UnitUnknown
from core.identity.grants import Reach, access_for, accesses_of, give_role, grants_given, take_back
from core.identity.models import AccountKind, UnitKind
from core.identity.units import add_unit
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role
from tests.core.test_identity.conftest import OPERATION, Clock, Office

READING = [right for right in Right if right.value.startswith(("read_", "find_", "search_"))]


def units(office: Office) -> Sequence[UUID]:
    with office.itself() as session:
        organisation = add_unit(session, UnitKind.ORGANISATION, "Relief")
        area = add_unit(session, UnitKind.AREA, "North", organisation)
        return organisation, area, add_unit(session, UnitKind.TEAM, "Team 1", area)


def test_a_role_within_a_team_reaches_the_records_of_that_team_alone(office: Office) -> None:
    organisation, area, team = units(office)
    amal = office.add()
    with office.itself() as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach(team=team))
    access = office.access(amal)
    assert access.actor == str(amal)
    assert access.may(Right.READ_NARRATIVE, Custody(str(organisation), str(area), str(team)))
    assert not access.may(Right.READ_NARRATIVE, Custody(str(organisation), str(area), str(uuid4())))


def test_own_records_are_those_in_the_custody_of_the_account(office: Office) -> None:
    amal = office.add()
    with office.itself() as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach(own=True))
    access = office.access(amal)
    assert access.may(Right.READ_IDENTITY, Custody(worker=str(amal)))
    assert not access.may(Right.READ_IDENTITY, Custody(worker=str(office.add())))


def test_a_role_ends_with_its_day_and_when_it_is_taken_back(office: Office, moment: Clock) -> None:
    amal = office.add()
    with office.itself() as session:
        give_role(session, amal, Role.AUDITOR, OPERATION, Reach(), valid_until=moment.at + timedelta(days=1))
        lasting = give_role(session, amal, Role.CASEWORKER, OPERATION, Reach())
    assert {grant.role for grant in office.access(amal).grants} == {Role.AUDITOR, Role.CASEWORKER}
    moment.pass_by(days=1)
    assert {grant.role for grant in office.access(amal).grants} == {Role.CASEWORKER}
    with office.itself() as session:
        take_back(session, lasting)
        assert accesses_of(session, amal) == {}
    with office.itself() as session, pytest.raises(GrantUnknown):
        take_back(session, lasting)


def test_a_closed_account_may_nothing(office: Office) -> None:
    amal = office.add("", Role.CASEWORKER)
    with office.itself() as session:
        deactivate(session, amal)
    assert office.access(amal).grants == ()


def test_a_role_in_one_operation_is_none_in_another(office: Office) -> None:
    amal = office.add("", Role.CASEWORKER)
    assert office.access(amal, "OTHER").grants == ()


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_cannot_give_themself_any_role(office: Office, role: Role) -> None:
    boss = office.add("", Role.ADMINISTRATOR)
    with pytest.raises(OwnGrant), office.on_behalf_of(boss) as session:
        give_role(session, boss, role, OPERATION, Reach())
    assert not any(office.access(boss).may(right) for right in READING)


def test_an_administrator_cannot_make_themself_a_second_account_that_reads(office: Office) -> None:
    boss = office.add("", Role.ADMINISTRATOR)
    with office.on_behalf_of(boss) as session:
        puppet = add_account(session, office.ring, "puppet", "Nobody", kind=AccountKind.PERSON)
    with pytest.raises(GivenByWhoAdded), office.on_behalf_of(boss) as session:
        give_role(session, puppet, Role.CASEWORKER, OPERATION, Reach())
    other = office.add("", Role.ADMINISTRATOR)
    with office.on_behalf_of(other) as session:
        give_role(session, puppet, Role.CASEWORKER, OPERATION, Reach())
    assert office.access(puppet).may(Right.READ_IDENTITY)


@pytest.mark.parametrize("role", [role for role in Role if role not in PERMISSIONS[Right.MANAGE_ACCOUNTS]])
def test_who_is_no_administrator_gives_no_role(office: Office, role: Role) -> None:
    amal, other = office.add("", role), office.add()
    with pytest.raises(NotAllowed), office.on_behalf_of(amal) as session:
        give_role(session, other, Role.CASEWORKER, OPERATION, Reach())
    with office.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.DENIED)
        assert (line.actor, line.subject) == (str(amal), f"identity.account:{other}")


def test_an_administrator_of_one_organisation_gives_roles_in_it_alone(office: Office) -> None:
    organisation, area, _ = units(office)
    boss, amal = office.add(), office.add("", Role.AUDITOR)
    with office.itself() as session:
        give_role(session, boss, Role.ADMINISTRATOR, OPERATION, Reach(organisation))
    with office.on_behalf_of(boss) as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach(organisation, area))
    with pytest.raises(NotAllowed), office.on_behalf_of(boss) as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach())


def test_an_administrator_neither_finds_nor_grants_in_another_operation(office: Office) -> None:
    with office.database.transaction(Zone.COLLECTION, operation="OTHER") as session:
        session.add(Operation(code="OTHER", names={}))
    boss, amal = office.add("", Role.ADMINISTRATOR), office.add()
    with office.itself() as session:
        give_role(session, amal, Role.AUDITOR, "OTHER", Reach())
    with office.on_behalf_of(boss) as session:
        assert amal not in {grant.account for grant in grants_given(session, "OTHER")}
    with pytest.raises(AccountUnknown), office.on_behalf_of(boss) as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach())


def test_a_unit_is_named_by_its_kind(office: Office) -> None:
    organisation, _, team = units(office)
    amal = office.add()
    with pytest.raises(UnitUnknown), office.itself() as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach(organisation=team))
    with office.itself() as session:
        give_role(session, amal, Role.CASEWORKER, OPERATION, Reach(organisation=organisation))
        assert len(access_for(session, amal, OPERATION).grants) == 1


def test_accounts_are_listed_page_by_page_by_their_names(office: Office) -> None:
    names = sorted(f"worker-{number}" for number in range(5))
    for name in reversed(names):
        office.add(name, Role.CASEWORKER)
    with office.itself(OPERATION) as session:
        first = page_accounts(session, office.ring, size=3)
        second = page_accounts(session, office.ring, after=first.following, size=3)
    assert [row.sign_in_name for page in (first, second) for row in page.rows] == names
    assert second.following is None
