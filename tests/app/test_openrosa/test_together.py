"""Phones that post at the same moment are answered after one commit for all of them, and none suffers for another."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from app.web.phones.reception import Reception, Sent
from app.web.problems import TokenUnknown
from core.audit import Action, audited_entries
from core.database import Database, Zone
from ingest import Outcome
from ingest.collectors import add_collector, list_collectors, retire_collector
from ingest.models import Submission
from tests.app.test_openrosa.test_bad_input import administrate as administrate  # noqa: PLC0414  (a fixture)


@pytest.fixture
def tokens(phone: Any) -> Sequence[str]:
    """Of six phones."""
    with phone.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        return [add_collector(session, "TEST", f"tablet {number}") for number in range(6)]


def at_once(phone: Any, sent: Sequence[Sent]) -> list[Any]:
    """What became of posts that came at the same moment, one other before them: an outcome, or what was raised."""
    reception = Reception(phone.database, phone.ring)
    before = Sent(sent[-1].token, phone.answers("uuid:before"), ())

    async def take_in() -> list[Any]:
        known = [reception.collector(one.token) for one in sent]
        await asyncio.gather(*known, return_exceptions=True)
        await reception.take_in(before)  # so that their form is known
        return await asyncio.gather(*(reception.take_in(one) for one in sent), return_exceptions=True)

    return [one if isinstance(one, BaseException) else one[1].outcome for one in asyncio.run(take_in())]


def transactions(phone: Any) -> list[int]:
    with phone.database.transaction(Zone.AUDIT) as session:
        return [line.transaction for line in audited_entries(session, action=Action.RECEIVED)]


def test_one_commit_holds_what_came_together(phone: Any, tokens: Sequence[str]) -> None:
    sent = [Sent(token, phone.answers(f"uuid:{number}"), ()) for number, token in enumerate(tokens)]
    assert at_once(phone, sent) == [Outcome.ACCEPTED] * 6
    assert len(transactions(phone)) == 1 + 6
    assert len(set(transactions(phone))) == 1 + 1


def test_each_is_durable_before_it_is_answered(phone: Any, tokens: Sequence[str]) -> None:
    """Whoever has a receipt finds its submission by another connection, which sees what was committed."""
    reception = Reception(phone.database, phone.ring)

    def stands(submission: UUID) -> bool:
        with phone.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            return session.get(Submission, submission) is not None

    async def take_in(sent: Sent) -> bool:
        _, receipt = await reception.take_in(sent)
        return await asyncio.to_thread(stands, receipt.submission_id)

    async def all_of_them() -> Sequence[bool]:
        sent = [Sent(token, phone.answers(f"uuid:{number}"), ()) for number, token in enumerate(tokens)]
        return await asyncio.gather(*map(take_in, sent))

    assert asyncio.run(all_of_them()) == [True] * len(tokens)


def test_what_comes_by_two_processes_at_once_is_kept_once(phone: Any, tokens: Sequence[str]) -> None:
    """Each has a writer and connections of its own; who comes second by a moment is told that it is here already."""
    sent = [Sent(token, phone.answers(f"uuid:{number}"), ()) for number, token in enumerate(tokens)]
    databases = [Database(phone.database.engine) for _ in range(2)]
    for database in databases:
        database.ring = phone.ring
    processes = [Reception(database, phone.ring) for database in databases]

    async def by_both() -> Sequence[Any]:
        return await asyncio.gather(*(process.take_in(one) for one in sent for process in processes))

    told = [receipt.outcome for _, receipt in asyncio.run(by_both())]
    for database in databases:
        database.exchange.close()
    assert [sorted(told[place : place + 2]) for place in range(0, 12, 2)] == [sorted((Outcome.ACCEPTED, Outcome.RESENT))] * 6


def test_a_bad_one_takes_no_other_with_it(phone: Any, tokens: Sequence[str]) -> None:
    xml = [phone.answers("uuid:0"), b"unreadable", phone.answers("uuid:1"), phone.answers("uuid:0", name="Rim")]
    xml += [phone.answers("uuid:2", replaces="uuid:1"), phone.answers("uuid:3")]
    told = at_once(phone, [Sent(token, one, ()) for token, one in zip(tokens, xml, strict=True)])
    assert told == [
        Outcome.ACCEPTED,
        Outcome.MALFORMED,
        Outcome.ACCEPTED,
        Outcome.CONFLICTING,
        Outcome.EDITED,
        Outcome.ACCEPTED,
    ]
    assert {code for code, _ in phone.kept()} == {"INGEST-001", "INGEST-004"}


def test_what_the_database_refuses_fails_alone(phone: Any, tokens: Sequence[str], administrate: Callable[[str], Any]) -> None:
    """Whatever makes a group fail, each of it is tried for itself, and what fails then is nobody else's."""
    administrate(
        "CREATE FUNCTION ingest.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.form_version = '2' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$; "
        "CREATE TRIGGER fails BEFORE INSERT ON ingest.submission FOR EACH ROW EXECUTE FUNCTION ingest.fail()"
    )
    phone.publish("visit", "2")
    xml = [phone.answers(f"uuid:{number}") for number in range(6)]
    xml[3] = xml[3].replace(b'version="1"', b'version="2"')
    told = at_once(phone, [Sent(token, one, ()) for token, one in zip(tokens, xml, strict=True)])
    assert [one for one in told if one is Outcome.ACCEPTED] == [Outcome.ACCEPTED] * 5
    assert isinstance(told[3], Exception)
    assert len(transactions(phone)) == 1 + 5


def test_a_stranger_is_refused_alone(phone: Any, tokens: Sequence[str]) -> None:
    sent = [Sent(token, phone.answers(f"uuid:{number}"), ()) for number, token in enumerate(["guess", *tokens])]
    refused, *told = at_once(phone, sent)
    assert isinstance(refused, TokenUnknown)
    assert told == [Outcome.ACCEPTED] * 6


def test_a_phone_that_was_struck_off_is_refused_though_it_was_known(phone: Any, administrate: Callable[[str], Any]) -> None:
    assert phone.post(phone.answers("uuid:1")).status_code == 201
    administrate("DELETE FROM ingest.collector")
    assert phone.post(phone.answers("uuid:2")).status_code == 403
    assert len(transactions(phone)) == 1


def test_one_that_was_retired_and_put_back_by_somebody_else_is_refused_though_it_was_known(
    phone: Any, administrate: Callable[[str], Any]
) -> None:
    """The row is as it was when it was proven, but for its version: so it is proven anew, against the list."""
    assert phone.post(phone.answers("uuid:1")).status_code == 201
    with phone.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        for collector in list_collectors(session, "TEST"):
            retire_collector(session, collector.id)
    administrate("UPDATE ingest.collector SET retired_at = NULL")
    assert phone.post(phone.answers("uuid:2")).status_code >= 400
    assert len(transactions(phone)) == 1


def test_a_lost_connection_costs_no_answer(phone: Any, administrate: Callable[[str], Any]) -> None:
    """The database was started anew between two posts: the pool's connections are dead, and the phone hears nothing of it."""
    assert phone.post(phone.answers("uuid:1")).status_code == 201
    administrate("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'waystation'")
    assert phone.post(phone.answers("uuid:2")).status_code == 201


def test_what_is_large_waits_for_nobody_and_nobody_for_it(phone: Any, tokens: Sequence[str]) -> None:
    sent = [Sent(token, phone.answers(f"uuid:{number}"), ()) for number, token in enumerate(tokens[:3])]
    sent.append(Sent(tokens[3], phone.answers("uuid:large", name="a" * 300_000), ()))
    assert at_once(phone, sent) == [Outcome.ACCEPTED] * 4
    assert len(set(transactions(phone))) == 1 + 2
