"""Service tokens: one grant of a program's account, some of its rights, until a day."""

from uuid import UUID

import pytest

from core.access import Access, NotAllowed
from core.identity.accounts import deactivate
from core.identity.errors import GrantUnknown, TokenUnfit
from core.identity.grants import Reach, give_role, take_back
from core.identity.models import AccountKind
from core.identity.service_tokens import access_of_token, add_token, revoke_token
from core.permissions import PERMISSIONS, Right, Role
from tests.core.test_identity.conftest import OPERATION, Clock, Office


def program(office: Office, role: Role = Role.CASEWORKER) -> tuple[UUID, UUID]:
    account = office.add("sync", kind=AccountKind.SERVICE)
    with office.itself() as session:
        return account, give_role(session, account, role, OPERATION, Reach())


def token_for(office: Office, grant: UUID, *rights: Right, days: int = 30) -> tuple[UUID, str]:
    with office.itself() as session:
        return add_token(session, grant, rights, days)


def access(office: Office, token: str) -> Access | None:
    with office.itself() as session:
        return access_of_token(session, token)


def test_a_token_gives_the_rights_it_names_and_no_other(office: Office) -> None:
    account, grant = program(office)
    found = access(office, token_for(office, grant, Right.FIND_PERSON, Right.READ_FACTS)[1])
    assert found
    assert (found.actor, found.operation) == (str(account), OPERATION)
    assert {right for right in Right if found.may(right)} == {Right.FIND_PERSON, Right.READ_FACTS}


def test_no_token_is_made_for_more_than_the_role_holds_or_for_a_person(office: Office) -> None:
    _, grant = program(office)
    for right in (right for right in Right if Role.CASEWORKER not in PERMISSIONS[right]):
        with pytest.raises(TokenUnfit):
            token_for(office, grant, right)
    for days in (0, 366):
        with pytest.raises(TokenUnfit):
            token_for(office, grant, Right.FIND_PERSON, days=days)
    amal = office.add()
    with office.itself() as session:
        of_person = give_role(session, amal, Role.CASEWORKER, OPERATION, Reach())
    with pytest.raises(TokenUnfit):
        token_for(office, of_person, Right.FIND_PERSON)


def test_a_token_ends_with_its_day_its_grant_its_account_or_when_it_is_taken_back(office: Office, moment: Clock) -> None:
    account, grant = program(office)
    number, first = token_for(office, grant, Right.FIND_PERSON)
    with office.itself() as session:
        revoke_token(session, number)
    assert access(office, first) is None
    with pytest.raises(GrantUnknown), office.itself() as session:
        revoke_token(session, number)
    second = token_for(office, grant, Right.FIND_PERSON)[1]
    assert access(office, second)
    moment.pass_by(days=30)
    assert access(office, second) is None
    third = token_for(office, grant, Right.FIND_PERSON)[1]
    with office.itself() as session:
        take_back(session, grant)
    assert access(office, third) is None
    with office.itself() as session:
        again = give_role(session, account, Role.CASEWORKER, OPERATION, Reach())
    fourth = token_for(office, again, Right.FIND_PERSON)[1]
    with office.itself() as session:
        deactivate(session, account)
    assert access(office, fourth) is None


@pytest.mark.parametrize("role", list(Role))
def test_tokens_are_made_on_the_server_itself_and_by_no_account(office: Office, role: Role) -> None:
    """An administrator who could would hold a token that reads what they may not read."""
    _, grant = program(office)
    somebody = office.add("", role)
    with pytest.raises(NotAllowed), office.on_behalf_of(somebody) as session:
        add_token(session, grant, [Right.FIND_PERSON], 1)


def test_a_guessed_token_opens_nothing(office: Office) -> None:
    assert access(office, "wst_guessed") is None
    assert access(office, "") is None
