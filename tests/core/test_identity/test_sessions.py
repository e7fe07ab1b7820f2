"""Sessions: a random token, of which only a fingerprint is kept; idle, lasting and counted limits."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text

from core.identity import sessions
from core.identity.accounts import deactivate
from core.identity.enrolment import give_code
from core.identity.errors import FreshSignInNeeded, SessionForged
from core.identity.models import Enrolment, SignInSession, Stage
from core.identity.sessions import (
    CurrentSession,
    complete,
    end_others,
    end_session,
    list_devices,
    open_session,
    require_fresh,
    session_of,
)
from core.identity.verify_accounts import verify_accounts
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from tests.core.test_identity.conftest import Clock, Office


def opened(office: Office, account: UUID, stage: Stage = Stage.SIGNED_IN) -> str:
    with office.itself() as session:
        return open_session(session, account, stage, "Firefox · Linux")


def current(office: Office, token: str) -> CurrentSession | None:
    with office.itself() as session:
        return session_of(session, office.ring, token)


def test_a_token_tells_whose_session_it_is(office: Office) -> None:
    amal = office.add("amal")
    found = current(office, opened(office, amal))
    assert found
    assert (found.account, found.sign_in_name, found.name, found.stage) == (amal, "amal", "Amal Example", Stage.SIGNED_IN)
    assert "Amal" not in repr(found)
    assert current(office, "guessed") is None


def test_the_token_itself_is_not_kept(office: Office) -> None:
    token = opened(office, office.add())
    with office.itself() as session:
        assert token.encode() not in session.scalars(select(SignInSession.token_hash)).one()


@pytest.mark.parametrize("forged", ["account", "stage", "enrolment", "opened_at", "token_hash", "seal"])
def test_a_session_that_somebody_wrote_opens_nothing(
    office: Office, cluster: EmbeddedCluster, database_name: str, forged: str
) -> None:
    """Whoever owns the table puts another account in its place, or a token that they know."""
    amal, badr = office.add("amal"), office.add("badr")
    tokens = {office_of: opened(office, office_of, Stage.PASSWORD_ONLY) for office_of in (amal, badr)}
    with office.itself() as session:
        given = {row.account: row for row in session.scalars(select(SignInSession))}
        enrolment = give_code(session, badr) and session.scalars(select(Enrolment.id)).one()
    new = {
        "account": badr,
        "stage": "signed_in",
        "enrolment": enrolment,
        "opened_at": given[amal].opened_at + timedelta(seconds=1),
        "token_hash": sha256(b"known").digest(),
        "seal": given[badr].seal,
    }[forged]
    owner = create_engine(cluster.url(ADMINISTRATOR, database_name))
    with owner.begin() as connection:
        change = text(f"UPDATE identity.session SET {forged} = :new WHERE account = :amal")
        connection.execute(change, {"new": new, "amal": amal})
    owner.dispose()
    with pytest.raises(SessionForged, match=str(given[amal].id)):
        current(office, "known" if forged == "token_hash" else tokens[amal])
    with office.itself() as session:
        assert [str(fault.where["session"]) for fault in verify_accounts(session, office.ring).faults] == [str(given[amal].id)]


def test_a_session_of_an_earlier_version_is_over(office: Office) -> None:
    token = opened(office, office.add())
    with office.itself() as session:
        session.scalars(select(SignInSession)).one().seal = None
    assert current(office, token) is None


def test_an_idle_session_ends_and_a_busy_one_goes_on(office: Office, moment: Clock) -> None:
    idle, busy = (opened(office, office.add()) for _ in range(2))
    moment.pass_by(minutes=20)
    assert current(office, busy)
    moment.pass_by(minutes=20)
    assert (current(office, idle), bool(current(office, busy))) == (None, True)


def test_no_session_lasts_longer_than_the_working_day(office: Office, moment: Clock) -> None:
    token, hours = opened(office, office.add()), 0
    while current(office, token):
        moment.pass_by(minutes=15)
        hours += 0.25
    assert hours == sessions.LONGEST.total_seconds() / 3600


def test_one_session_too_many_ends_the_oldest(office: Office, moment: Clock) -> None:
    amal, tokens = office.add(), []
    for _ in range(sessions.AT_ONCE + 1):
        tokens.append(opened(office, amal))
        moment.pass_by(seconds=1)
    assert [bool(current(office, token)) for token in tokens] == [False, *[True] * sessions.AT_ONCE]


def test_the_second_factor_changes_the_token(office: Office) -> None:
    amal = office.add()
    before = opened(office, amal, Stage.PASSWORD_ONLY)
    half = current(office, before)
    assert half
    with office.itself() as session:
        after = complete(session, half.id)
    assert current(office, before) is None
    assert (found := current(office, after))
    assert found.stage is Stage.SIGNED_IN


def test_a_closed_accounts_session_ends(office: Office) -> None:
    amal = office.add()
    token = opened(office, amal)
    with office.itself() as session:
        deactivate(session, amal)
    assert current(office, token) is None


def test_somebody_sees_their_own_devices_and_ends_them(office: Office) -> None:
    amal, bilal = office.add(), office.add()
    here, there, another = opened(office, amal), opened(office, amal), opened(office, bilal)
    mine, theirs = current(office, here), current(office, another)
    assert mine
    assert theirs
    with office.on_behalf_of(amal, "") as session:
        assert [device.label for device in list_devices(session, amal)] == ["Firefox · Linux"] * 2
        assert list_devices(session, bilal) == []  # the wall, not the question
        end_session(session, bilal, theirs.id)
        end_others(session, amal, mine.id)
    assert [bool(current(office, token)) for token in (here, there, another)] == [True, False, True]


def test_factors_are_changed_only_shortly_after_signing_in(office: Office, moment: Clock) -> None:
    token = opened(office, office.add())
    found = current(office, token)
    assert found
    require_fresh(found)
    moment.pass_by(minutes=16)
    with pytest.raises(FreshSignInNeeded):
        require_fresh(found)
