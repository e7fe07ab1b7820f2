"""Old sessions, enrolment codes and attempts are forgotten; the audit log keeps what happened."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from core.audit import Action, audited_entries
from core.database import Base, Zone
from core.identity.attempts import FORGOTTEN_AFTER, charge
from core.identity.enrolment import give_code, redeem_code
from core.identity.models import Attempt, Enrolment, SignInSession, Stage
from core.identity.prune import KEPT, prune
from core.identity.sessions import open_session, session_of
from core.permissions import Role
from tests.core.test_identity.conftest import Clock, Office


@pytest.fixture(autouse=True)
def same_clock(moment: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.identity.prune.now", lambda: moment.at)


def left(office: Office, table: type) -> int:
    with office.itself() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def pruned(office: Office) -> int:
    with office.itself() as session:
        return prune(session)


def test_what_still_holds_is_kept(office: Office) -> None:
    amal = office.add("amal")
    with office.itself() as session:
        token = open_session(session, amal, Stage.SIGNED_IN, "a test")
        give_code(session, amal)
        charge(session, office.ring, "name", "amal")
    assert pruned(office) == 0
    with office.itself() as session:
        assert session_of(session, office.ring, token)


def test_a_failed_attempt_is_forgotten_when_it_no_longer_counts(office: Office, moment: Clock) -> None:
    with office.itself() as session:
        charge(session, office.ring, "name", "amal")
    moment.at += FORGOTTEN_AFTER + timedelta(seconds=1)
    assert pruned(office) == 1
    assert left(office, Attempt) == 0


def test_sessions_and_codes_are_forgotten_a_month_after_their_end_and_the_log_is_not(office: Office, moment: Clock) -> None:
    amal = office.add("amal")
    with office.itself() as session:
        code = give_code(session, amal)
        redeemed = redeem_code(session, code)
        assert redeemed
        open_session(session, amal, Stage.ENROLLING, "a test", enrolment=redeemed[1])
    logged = lines(office)
    moment.at += KEPT
    assert left(office, SignInSession) == left(office, Enrolment) == 1
    moment.at += timedelta(days=4)
    pruned(office)
    assert left(office, SignInSession) == left(office, Enrolment) == 0
    assert lines(office) == logged


@pytest.mark.parametrize("table", [SignInSession, Enrolment])
def test_nobody_but_the_program_deletes_them(office: Office, table: type[Base]) -> None:
    """Not even those of oneself: a thief of a session could take away its trace."""
    amal = office.add("amal", Role.ADMINISTRATOR)
    with office.itself() as session:
        open_session(session, amal, Stage.SIGNED_IN, "a test")
        give_code(session, amal)
    with office.on_behalf_of(amal) as session:
        session.execute(delete(table.__table__))
    assert left(office, table) == 1


def lines(office: Office) -> list[int]:
    with office.database.transaction(Zone.AUDIT) as session:
        return [entry.number for entry in audited_entries(session) if entry.action != Action.SEALED]  # a list of codes
