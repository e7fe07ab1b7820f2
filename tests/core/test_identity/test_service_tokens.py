"""Service tokens: one grant of a program's account, some of its rights, until a day."""

from uuid import UUID

import pytest

from core.access import Access, NotAllowed
from core.identity.accounts import deactivate
from core.identity.errors import GrantUnknown, TokenTooBusy, TokenUnfit
from core.identity.grants import Reach, give_role, take_back
from core.identity.models import AccountKind, UnitKind
from core.identity.service_tokens import (
    FOR_PARTNERS,
    MOST_A_MINUTE,
    access_of_partner,
    access_of_token,
    add_token,
    list_own_tokens,
    list_tokens,
    make_token,
    partner_grants,
    propose_token,
    revoke_token,
)
from core.identity.units import add_unit
from core.permissions import PERMISSIONS, Right, Role
from core.second_person import ProposalNotThere, approve
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
def test_no_account_makes_a_token_alone(office: Office, role: Role) -> None:
    """An administrator who could would hold a token that reads what they may not read."""
    _, grant = program(office)
    somebody = office.add("", role)
    with pytest.raises(NotAllowed), office.on_behalf_of(somebody) as session:
        add_token(session, grant, [Right.FIND_PERSON], 1)


def ask(office: Office, who: UUID, grant: UUID, *rights: Right) -> UUID:
    with office.on_behalf_of(who) as session:
        return propose_token(session, grant, rights, 30)


def make(office: Office, who: UUID, proposal: UUID) -> str:
    with office.on_behalf_of(who) as session:
        return make_token(session, proposal)[1]


def agree(office: Office, who: UUID, proposal: UUID) -> None:
    with office.on_behalf_of(who) as session:
        approve(session, proposal)


def test_an_administrator_makes_exactly_the_token_that_an_officer_agreed_to_once(office: Office) -> None:
    account, grant = program(office)
    boss, other, officer = (
        office.add("", role) for role in (Role.ADMINISTRATOR, Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
    )
    proposal = ask(office, boss, grant, Right.FIND_PERSON)
    with pytest.raises(ProposalNotThere):
        make(office, boss, proposal)
    with pytest.raises(NotAllowed):  # another administrator is no officer
        agree(office, other, proposal)
    agree(office, officer, proposal)
    with pytest.raises(NotAllowed):  # nor is it shown to another than who asked
        make(office, other, proposal)
    found = access(office, make(office, boss, proposal))
    assert found
    assert (found.actor, found.only) == (str(account), {Right.FIND_PERSON})
    with pytest.raises(ProposalNotThere):
        make(office, boss, proposal)
    with office.on_behalf_of(boss) as session:
        [listed] = list_tokens(session).rows
    assert (listed.rights, listed.stands) == ((Right.FIND_PERSON,), True)


def test_nothing_is_made_of_a_grant_that_was_taken_back_meanwhile(office: Office) -> None:
    _, grant = program(office)
    boss, officer = office.add("", Role.ADMINISTRATOR), office.add("", Role.DATA_PROTECTION_OFFICER)
    proposal = ask(office, boss, grant, Right.FIND_PERSON)
    agree(office, officer, proposal)
    with office.itself() as session:
        take_back(session, grant)
    with pytest.raises(GrantUnknown):
        make(office, boss, proposal)


def test_an_administrator_of_one_organisation_asks_for_no_token_of_the_whole_operation(office: Office) -> None:
    _, grant = program(office)
    local = office.add()
    with office.itself() as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        give_role(session, local, Role.ADMINISTRATOR, OPERATION, Reach(organisation=ours))
    with pytest.raises(NotAllowed):
        ask(office, local, grant, Right.FIND_PERSON)


def test_tokens_are_listed_page_by_page_the_newest_first(office: Office, moment: Clock) -> None:
    _, grant = program(office)
    made = []
    for _ in range(5):
        made.append(token_for(office, grant, Right.FIND_PERSON)[0])
        moment.pass_by(seconds=1)
    with office.itself(OPERATION) as session:
        first = list_tokens(session, size=2)
        second = list_tokens(session, after=first.following, size=2)
        third = list_tokens(session, after=second.following, size=2)
    assert [row.id for page in (first, second, third) for row in page.rows] == made[::-1]
    assert third.following is None


def test_a_guessed_token_opens_nothing(office: Office) -> None:
    assert access(office, "wst_guessed") is None
    assert access(office, "") is None


def own_grant(office: Office, who: UUID) -> UUID:
    with office.on_behalf_of(who) as session:
        [grant] = partner_grants(session)
    return grant.id


def test_a_partner_makes_a_token_of_their_own_role_that_an_officer_agreed_to(office: Office) -> None:
    dora, erik = office.add("dora", Role.PARTNER), office.add("erik", Role.PARTNER)
    boss, officer = office.add("", Role.ADMINISTRATOR), office.add("", Role.DATA_PROTECTION_OFFICER)
    grant = own_grant(office, dora)
    for who in (boss, erik):  # nobody else sees a token of hers
        with pytest.raises(TokenUnfit), office.on_behalf_of(who) as session:
            propose_token(session, grant, FOR_PARTNERS, 90)
    for rights, days in (([Right.READ_IDENTITY], 90), (FOR_PARTNERS, 91), ([], 90)):
        with pytest.raises(TokenUnfit), office.on_behalf_of(dora) as session:
            propose_token(session, grant, rights, days)
    with office.on_behalf_of(dora) as session:
        proposal = propose_token(session, grant, FOR_PARTNERS[:1], 90)
    with pytest.raises(ProposalNotThere):
        make(office, dora, proposal)
    for who in (boss, erik):
        with pytest.raises(NotAllowed):
            agree(office, who, proposal)
    agree(office, officer, proposal)
    with pytest.raises(NotAllowed):
        make(office, erik, proposal)
    token = make(office, dora, proposal)
    assert access(office, token) is None, "it opens no page"
    with office.itself() as session:
        found = access_of_partner(session, token)
    assert found
    assert (found.actor, found.only) == (str(dora), {Right.ANSWER_REFERRAL})
    with office.on_behalf_of(dora) as session:
        [listed] = list_own_tokens(session)
    assert listed.used_at
    with office.on_behalf_of(erik) as session:
        assert list_own_tokens(session) == []
    with pytest.raises(NotAllowed), office.on_behalf_of(erik) as session:
        revoke_token(session, listed.id)
    with office.on_behalf_of(dora) as session:
        revoke_token(session, listed.id)
    with office.itself() as session:
        assert access_of_partner(session, token) is None


def test_a_program_that_asks_too_often_waits_for_the_next_minute(office: Office, moment: Clock) -> None:
    _, grant = program(office, Role.PARTNER)
    with pytest.raises(TokenUnfit):
        token_for(office, grant, Right.ANSWER_REFERRAL, days=91)
    token = token_for(office, grant, Right.ANSWER_REFERRAL, days=90)[1]
    with office.itself() as session:
        for _ in range(MOST_A_MINUTE):
            assert access_of_partner(session, token)
    with pytest.raises(TokenTooBusy), office.itself() as session:
        access_of_partner(session, token)
    moment.pass_by(minutes=1)
    with office.itself() as session:
        assert access_of_partner(session, token)


def test_a_token_of_who_is_no_partner_opens_nothing_for_partners(office: Office) -> None:
    _, grant = program(office)
    token = token_for(office, grant, Right.FIND_PERSON)[1]
    with office.itself() as session:
        assert access_of_partner(session, token) is None
