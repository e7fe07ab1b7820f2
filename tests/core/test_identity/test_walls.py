"""The walls of schema `identity`: no other zone enters it, and an administrator reaches nobody's credentials."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from core.access import Access, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.accounts import add_account, deactivate, list_accounts
from core.identity.enrolment import finish_enrolment, give_code, redeem_code
from core.identity.errors import AccountUnknown, NameTaken, NameUnfit, OwnGrant
from core.identity.models import (
    Account,
    AccountKind,
    Attempt,
    Password,
    RecoveryCode,
    RoleGrant,
    SignInSession,
    Stage,
    Totp,
)
from core.identity.passwords import set_password
from core.identity.recovery_codes import make_recovery_codes
from core.identity.second_factor import new_totp_key
from core.identity.sessions import open_session
from core.permissions import Role
from tests.core.test_identity.conftest import OPERATION, Office


@pytest.mark.parametrize("zone", [zone for zone in Zone if zone not in {Zone.IDENTITY, Zone.KEYS}])
def test_no_other_zone_enters_the_schema(office: Office, zone: Zone) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied for schema identity"),
        office.database.transaction(zone, operation=OPERATION) as session,
    ):
        session.execute(text("SELECT FROM identity.account"))


@pytest.mark.parametrize("wanted", ["sign_in_name FROM identity.account", "FROM identity.role_grant", "FROM identity.session"])
def test_the_keys_zone_sees_wrapped_keys_there_and_nobody(office: Office, wanted: str) -> None:
    office.add("amal")
    with office.database.transaction(Zone.KEYS, operation=OPERATION) as session:
        assert session.execute(text("SELECT sealed_key FROM identity.account")).all()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(f"SELECT {wanted}"))


@pytest.mark.parametrize("table", ["casework.person", "ingest.submission", "anonymizer.protected_week", "core.audit_entry"])
def test_the_identity_zone_reads_nothing_else(office: Office, table: str) -> None:
    with pytest.raises(ProgrammingError), office.itself() as session:
        session.execute(text(f"SELECT FROM {table}"))


def test_an_administrator_reaches_no_credential_and_no_session_of_another(office: Office) -> None:
    amal, boss = office.person("amal", Role.CASEWORKER), office.person("boss", Role.ADMINISTRATOR)
    with office.itself() as session:
        make_recovery_codes(session, office.ring, amal)
        open_session(session, amal, Stage.SIGNED_IN, "?")
        open_session(session, boss, Stage.SIGNED_IN, "?")
    with office.on_behalf_of(boss) as session:
        assert amal in session.scalars(select(Account.id)).all()
        for table in (Password, Totp, RecoveryCode, SignInSession):
            assert set(session.scalars(select(table.account))) <= {boss}
        assert session.scalars(select(Attempt)).all() == []
        for table in ("password", "totp", "passkey", "recovery_code"):
            assert session.execute(text(f"DELETE FROM identity.{table} WHERE account = :who"), {"who": amal}).rowcount == 0


def test_an_administrator_cannot_set_anothers_password(office: Office) -> None:
    amal, boss = office.person("amal", Role.CASEWORKER), office.add("boss", Role.ADMINISTRATOR)
    with pytest.raises(ProgrammingError, match="row-level security"), office.on_behalf_of(boss) as session:
        set_password(session, amal, "nine kettles on the roof")


def test_an_administrator_cannot_take_over_an_account_by_a_new_code(office: Office) -> None:
    boss = office.add("boss", Role.ADMINISTRATOR)
    with office.on_behalf_of(boss) as session:
        amal = add_account(session, office.ring, "amal", "Amal", kind=AccountKind.PERSON)
        code = give_code(session, amal)
    with office.itself() as session:
        found = redeem_code(session, code)
        assert found
        finish_enrolment(session, *found)
    for administrator in (boss, office.add("other", Role.ADMINISTRATOR)):
        with pytest.raises((NotAllowed, AccountUnknown)), office.on_behalf_of(administrator) as session:
            give_code(session, amal)


def test_the_database_itself_refuses_a_role_given_to_oneself(office: Office) -> None:
    boss = office.add("boss", Role.ADMINISTRATOR)
    row = "SELECT gen_random_uuid(), :me, 'caseworker', 'TEST', false, :me, now()"
    adding = f"INSERT INTO identity.role_grant (id, account, role, operation, own, given_by, given_at) {row}"
    with pytest.raises(Exception, match="not_to_oneself"), office.on_behalf_of(boss) as session:
        session.execute(text(adding), {"me": boss})


def test_somebody_without_reach_sees_their_own_account_alone(office: Office) -> None:
    amal = office.add("amal")
    office.add("bilal")
    with office.database.transaction(Zone.IDENTITY, access=Access(str(amal), "")) as session:
        assert session.scalars(select(Account.id)).all() == [amal]
        assert session.scalars(select(RoleGrant)).all() == []


def test_names_are_sealed_and_told_to_administrators_with_a_line_in_the_log(office: Office) -> None:
    boss = office.add("boss", Role.ADMINISTRATOR)
    with office.itself() as session:
        assert b"Amal" not in session.scalars(select(Account.display_name)).one()
    with office.on_behalf_of(boss) as session:
        [row] = list_accounts(session, office.ring)
    assert (row.sign_in_name, row.name) == ("boss", "Amal Example")
    assert "Amal" not in repr(row)
    with office.database.transaction(Zone.AUDIT) as session:
        assert audited_entries(session, action=Action.READ)[0].actor == str(boss)


def test_nobody_closes_their_own_account_or_one_of_another_operation(office: Office) -> None:
    boss, elsewhere = office.add("boss", Role.ADMINISTRATOR), office.add("amal", Role.CASEWORKER)
    with pytest.raises(OwnGrant), office.on_behalf_of(boss) as session:
        deactivate(session, boss)
    with pytest.raises(AccountUnknown), office.on_behalf_of(boss) as session:
        deactivate(session, elsewhere)


@pytest.mark.parametrize("name", ["", "ab", "a b c", "amal@example.org", "x" * 65, "a/b", "<amal>"])
def test_a_sign_in_name_is_plain(office: Office, name: str) -> None:
    with pytest.raises(NameUnfit), office.itself() as session:
        add_account(session, office.ring, name, "Amal", kind=AccountKind.PERSON)


@pytest.mark.parametrize("again", ["amal", "AMAL", " Amal ", "ａｍａｌ"])
def test_one_name_in_any_spelling_is_one_account(office: Office, again: str) -> None:
    office.add("amal")
    with pytest.raises(NameTaken), office.itself() as session:
        add_account(session, office.ring, again, "Amal", kind=AccountKind.PERSON)


def test_keys_of_apps_are_random() -> None:
    assert len({new_totp_key() for _ in range(100)}) == 100
