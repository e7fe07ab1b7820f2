"""Passwords, codes and delays: what is taken, what is kept, and how often it works."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.identity.attempts import ADDRESS_DELAYS, FORGOTTEN_AFTER, NAME_DELAYS, charge, delay_after, forgive
from core.identity.enrolment import give_code, redeem_code
from core.identity.errors import CodeRefused, PasswordUnfit
from core.identity.models import Attempt, Enrolment, Password, RecoveryCode, Totp
from core.identity.passwords import NOBODYS, matches, set_password
from core.identity.recovery_codes import codes_left, make_recovery_codes, use_recovery_code
from core.identity.second_factor import STEP_SECONDS, _generator, add_totp, check_totp, new_totp_key, totp_address
from core.identity.sign_in import check_password
from tests.core.test_identity.conftest import PASSWORD, Clock, Office

# RFC 6238, appendix B, cut to six digits: seconds since 1970 and the code for the secret "12345678901234567890".
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert _generator(b"12345678901234567890").generate(seconds).decode() == code


def shown(key: str, moment: Clock, steps: int = 0) -> str:
    return _generator(base64.b32decode(key)).generate(moment.at.timestamp() + steps * STEP_SECONDS).decode()


def with_app(office: Office, moment: Clock) -> tuple[object, str]:
    amal, key = office.person(), new_totp_key()
    with office.on_behalf_of(amal, "") as session:
        add_totp(session, office.ring, amal, key, shown(key, moment))
    moment.pass_by(minutes=5)
    return amal, key


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(office: Office, moment: Clock, steps: int, right: bool) -> None:
    amal, key = with_app(office, moment)
    with office.itself() as session:
        assert check_totp(session, office.ring, amal, shown(key, moment, steps)) is right


def test_a_code_and_all_before_it_are_taken_once(office: Office, moment: Clock) -> None:
    amal, key = with_app(office, moment)
    with office.itself() as session:
        assert check_totp(session, office.ring, amal, shown(key, moment))
        assert not check_totp(session, office.ring, amal, shown(key, moment))
        assert not check_totp(session, office.ring, amal, shown(key, moment, -1))
        assert check_totp(session, office.ring, amal, shown(key, moment, 1))


def test_an_app_counts_only_once_it_gave_a_right_code(office: Office, moment: Clock) -> None:
    amal, key = office.person(), new_totp_key()
    with pytest.raises(CodeRefused), office.on_behalf_of(amal, "") as session:
        add_totp(session, office.ring, amal, key, "000000" if shown(key, moment) != "000000" else "111111")
    with office.itself() as session:
        assert not check_totp(session, office.ring, amal, shown(key, moment))


@pytest.mark.parametrize("key", ["", "A", "AAAA", "not base32!", "A" * 64])
def test_a_key_of_another_length_is_not_taken(key: str) -> None:
    with pytest.raises(CodeRefused):
        totp_address(key, "amal")


def test_secrets_are_kept_sealed_or_as_fingerprints(office: Office, moment: Clock) -> None:
    amal, key = with_app(office, moment)
    with office.itself() as session:
        codes = make_recovery_codes(session, office.ring, amal)
        enrolment = give_code(session, amal)
    with office.itself() as session:
        stored = [
            session.scalars(select(Totp.secret)).one(),
            session.scalars(select(Password.hash)).one().encode(),
            *session.scalars(select(RecoveryCode.hash)),
            session.scalars(select(Enrolment.hash)).one(),
        ]
    secrets = [base64.b32decode(key), key.encode(), PASSWORD.encode(), enrolment.encode(), *(code.encode() for code in codes)]
    assert not [secret for secret in secrets for kept in stored if secret in kept]
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in stored[1]


def test_ten_recovery_codes_work_once_each_and_for_their_owner_alone(office: Office) -> None:
    amal, bilal = office.add(), office.add()
    with office.itself() as session:
        codes = make_recovery_codes(session, office.ring, amal)
        assert len(set(codes)) == 10
        assert not use_recovery_code(session, office.ring, bilal, codes[0])
        assert use_recovery_code(session, office.ring, amal, f" {codes[0].lower()} ")
        assert not use_recovery_code(session, office.ring, amal, codes[0])
        assert codes_left(session, amal) == 9


@pytest.mark.parametrize(
    "password", ["", "eleven char", "x" * 257, "PasswordPassword!1", "qwertyuiop123", "amal and friends", "1234567890123"]
)
def test_poor_passwords_are_refused_without_being_quoted(office: Office, password: str) -> None:
    amal = office.add("amal")
    with pytest.raises(PasswordUnfit) as refusal, office.itself() as session:
        set_password(session, amal, password)
    assert not password or password not in str(refusal.value)


@pytest.mark.parametrize("password", ["correct horse battery", "كلمة سر طويلة جدا", "ma grand-mère chante"])
def test_long_sentences_in_any_script_are_taken(office: Office, password: str) -> None:
    amal = office.add("amal")
    with office.itself() as session:
        set_password(session, amal, password)
        assert matches(session, amal, password)
        assert not matches(session, amal, password[:-1])


def test_nobodys_password_is_never_right_and_takes_the_same_work(office: Office) -> None:
    amal = office.person()
    with office.itself() as session:
        own = session.scalars(select(Password.hash).where(Password.account == amal)).one()
        assert not matches(session, None, PASSWORD)
    assert own.split("$")[:4] == NOBODYS.split("$")[:4]
    assert [len(part) for part in own.split("$")] == [len(part) for part in NOBODYS.split("$")]


@given(st.integers(0, 500))
def test_delays_never_shrink_as_failures_grow(failures: int) -> None:
    for delays in (NAME_DELAYS, ADDRESS_DELAYS):
        assert delay_after(failures, delays) <= delay_after(failures + 1, delays)
    assert delay_after(NAME_DELAYS[0][0] - 1, NAME_DELAYS) == timedelta(0)


def test_a_name_waits_longer_after_each_failure_and_is_forgotten_in_a_day(office: Office, moment: Clock) -> None:
    waited = []
    for _ in range(10):
        with office.itself() as session:
            seconds = 0
            while not charge(session, office.ring, "name", "nobody"):
                moment.pass_by(seconds=30)
                seconds += 30
        waited.append(seconds)
    assert waited == [0, 0, 0, 0, 0, 30, 60, 120, 300, 900]
    moment.at += FORGOTTEN_AFTER + timedelta(seconds=1)
    with office.itself() as session:
        assert all(charge(session, office.ring, "name", "nobody") for _ in range(NAME_DELAYS[0][0]))
        forgive(session, office.ring, "name", "nobody")
        assert session.scalars(select(Attempt)).all() == []


def test_the_table_of_attempts_names_nobody(office: Office) -> None:
    with office.itself() as session:
        check_password(session, office.ring, "amal", "wrong wrong wrong", "192.0.2.7")
    with office.itself() as session:
        kept = b"".join(session.scalars(select(Attempt.whose)))
    assert len(kept) == 2 * 32
    assert b"amal" not in kept
    assert b"192.0.2.7" not in kept


def test_one_address_trying_many_names_has_to_wait(office: Office, moment: Clock) -> None:
    office.person("amal")
    with office.itself() as session:
        for number in range(ADDRESS_DELAYS[0][0]):
            assert charge(session, office.ring, "address", "192.0.2.7"), number
        assert check_password(session, office.ring, "amal", PASSWORD, "192.0.2.7") is None
        assert check_password(session, office.ring, "amal", PASSWORD, "192.0.2.8")


def test_a_new_enrolment_code_ends_the_one_before(office: Office, moment: Clock) -> None:
    amal = office.add()
    with office.itself() as session:
        first, second = give_code(session, amal), give_code(session, amal)
    with office.itself() as session:
        assert redeem_code(session, first) is None
        assert redeem_code(session, second.lower().replace("-", " "))


def test_using_a_code_takes_away_whatever_signed_in_before(office: Office, moment: Clock) -> None:
    amal, _ = with_app(office, moment)
    with office.itself() as session:
        redeem_code(session, give_code(session, amal))
        assert session.scalars(select(Password)).all() == []
        assert session.scalars(select(Totp)).all() == []
