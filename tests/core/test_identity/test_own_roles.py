"""Roles of an operation's own: less than a role of the program, never more, and the same for ever."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.access import Access, Grant, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.errors import OwnRoleUnfit, OwnRoleUnknown, TokenUnfit
from core.identity.grants import Reach, give_role, take_back
from core.identity.models import AccountKind
from core.identity.own_roles import add_own_role, find_own_role, list_own_roles, retire_own_role
from core.identity.service_tokens import add_token
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role, rights_of
from tests.core.test_identity.conftest import OPERATION, Office

INTERPRETER = [Right.READ_NARRATIVE, Right.READ_FACTS]


def interpreter(office: Office) -> UUID:
    with office.itself(OPERATION) as session:
        return add_own_role(session, "Interpreter", Role.CASEWORKER, INTERPRETER)


def give(office: Office, own_role: UUID, account: UUID) -> UUID:
    with office.itself(OPERATION) as session:
        return give_role(session, account, find_own_role(session, own_role), OPERATION, Reach())


def test_who_holds_it_may_what_it_names_and_nothing_else(office: Office) -> None:
    amal = office.add()
    given_as = give(office, interpreter(office), amal)
    access = office.access(amal)
    assert [right for right in Right if access.may(right)] == INTERPRETER
    with office.itself(OPERATION) as session:
        take_back(session, given_as)
    assert office.access(amal).grants == ()


def test_beside_a_whole_role_it_takes_nothing_away(office: Office) -> None:
    amal = office.add("", Role.CASEWORKER)
    give(office, interpreter(office), amal)
    assert {right for right in Right if office.access(amal).may(right)} == rights_of(Role.CASEWORKER)


@given(role=st.sampled_from(Role), only=st.frozensets(st.sampled_from(Right)), right=st.sampled_from(Right))
def test_no_grant_gives_more_than_the_role_that_it_is_of(role: Role, only: frozenset[Right], right: Right) -> None:
    assert Grant(role, only=only).holds(right) == (role in PERMISSIONS[right] and right in only)


def test_of_several_grants_those_are_meant_that_give_the_right() -> None:
    narrow, whole = Grant(Role.PARTNER, only=frozenset({Right.ANSWER_REFERRAL})), Grant(Role.PARTNER, team="north")
    access = Access("amal", OPERATION, (narrow, whole))
    assert access.grants_of(Right.HAND_IN_PERSONS) == (whole,)
    assert access.grants_of(Right.ANSWER_REFERRAL) == (narrow, whole)
    assert not Access("amal", OPERATION, (narrow,)).grants_of(Right.HAND_IN_PERSONS)


@pytest.mark.parametrize(
    ("name", "rights"),
    [
        (" ", INTERPRETER),
        ("a" * 61, INTERPRETER),
        ("with\na line", INTERPRETER),
        ("Nothing", []),
        ("More", [Right.READ_FACTS, Right.MANAGE_KEYS]),
        ("All", sorted(rights_of(Role.CASEWORKER))),
        (" Interpreter ", [Right.READ_FACTS]),
    ],
)
def test_it_has_a_name_of_its_own_and_some_of_the_rights_of_its_role(office: Office, name: str, rights: list[Right]) -> None:
    interpreter(office)
    with office.itself(OPERATION) as session, pytest.raises(OwnRoleUnfit):
        add_own_role(session, name, Role.CASEWORKER, rights)


def test_a_retired_one_is_given_to_nobody_and_who_holds_it_goes_on(office: Office) -> None:
    amal, own_role = office.add(), interpreter(office)
    give(office, own_role, amal)
    with office.itself(OPERATION) as session:
        retire_own_role(session, own_role)
    assert office.access(amal).may(Right.READ_FACTS)
    with office.itself(OPERATION) as session, pytest.raises(OwnRoleUnknown):
        find_own_role(session, own_role)
    again = interpreter(office)  # its name is free
    with office.itself(OPERATION) as session:
        assert {one.id: one.retired_at is None for one in list_own_roles(session)} == {own_role: False, again: True}


def test_another_operation_neither_sees_nor_gives_it(office: Office) -> None:
    amal, own_role = office.add(), interpreter(office)
    with office.database.transaction(Zone.COLLECTION, operation="OTHER") as session:
        session.add(Operation(code="OTHER", names={}))
    with office.itself("OTHER") as session:
        assert list_own_roles(session) == []
        with pytest.raises(OwnRoleUnknown):
            find_own_role(session, own_role)
    with office.itself(OPERATION) as session:
        here = find_own_role(session, own_role)
        with pytest.raises(OwnRoleUnknown):
            give_role(session, amal, here, "OTHER", Reach())


def test_only_who_keeps_accounts_makes_and_retires_one_and_each_is_told(office: Office) -> None:
    own_role, sara = interpreter(office), office.add("", Role.SUPERVISOR)
    with office.on_behalf_of(sara) as session, pytest.raises(NotAllowed):
        add_own_role(session, "Mine", Role.SUPERVISOR, [Right.READ_FACTS])
    with office.on_behalf_of(sara) as session, pytest.raises(NotAllowed):
        retire_own_role(session, own_role)
    with office.database.transaction(Zone.AUDIT) as session:
        [told] = [it for it in audited_entries(session, action=Action.ACCOUNT_CHANGED) if str(own_role) in it.subject]
    assert told.detail == {"change": "own role added", "role": "caseworker", "rights": sorted(INTERPRETER)}


def test_a_programs_token_is_for_what_the_role_names(office: Office) -> None:
    with office.itself(OPERATION) as session:
        sync = add_account(session, office.ring, "sync", "Sync", kind=AccountKind.SERVICE)
    given_as = give(office, interpreter(office), sync)
    with office.itself(OPERATION) as session:
        assert add_token(session, given_as, [Right.READ_FACTS], 30)
        with pytest.raises(TokenUnfit):
            add_token(session, given_as, [Right.READ_IDENTITY], 30)


def test_the_database_lets_nobody_change_what_a_role_or_a_grant_may_do(office: Office) -> None:
    amal, own_role = office.add(), interpreter(office)
    give(office, own_role, amal)
    for table in ("own_role", "role_grant"):
        with (
            pytest.raises(Exception, match="permission denied"),
            office.itself(OPERATION) as session,
        ):
            session.execute(text(f"UPDATE identity.{table} SET rights = '{{read_identity}}'"))


def test_what_is_unknown_is_not_there(office: Office) -> None:
    with office.itself(OPERATION) as session, pytest.raises(OwnRoleUnknown):
        retire_own_role(session, uuid4())
