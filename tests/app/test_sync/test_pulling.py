"""Records of a KoboToolbox form become submissions: each once, page by page, whatever the server's pages and moods."""

import json
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.arriving.sync import sync_source
from core.audit import Action, audited_entries
from core.database import Zone
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from ingest import Outcome
from ingest.kobo.read_record import read_record
from ingest.pull import take_in
from ingest.pull.errors import ServerAnswerUnread, ServerRefused, ServerSilent
from ingest.sources import add_source
from ingest.sources.errors import SourceChanged, SourceExists, SourceUnprotected

NAME = "/data/person/name"


def test_a_record_becomes_a_submission_with_its_answers(pulling: Any) -> None:
    pulling.kobo.add(
        7,
        person__name="Amal & <Sami>\r\nلبنى",
        member=[
            {"member/member_name": "Rim", "member/illness": [{"member/illness/symptom": "fever"}]},
            {"member/member_name": "Noor"},
        ],
    )
    assert pulling.sync() == {"new": 1}
    answers = pulling.answers(7)
    assert answers.values == {NAME: "Amal & <Sami>\r\nلبنى"}
    first, second = answers.repeats["/data/member"]
    assert (first.values["/data/member/member_name"], second.values["/data/member/member_name"]) == ("Rim", "Noor")
    assert first.repeats["/data/member/illness"][0].values == {"/data/member/illness/symptom": "fever"}
    assert pulling.household.awaiting() == [pulling.submission_of(7)]


def test_what_the_server_sent_is_kept_whole_inside(pulling: Any) -> None:
    pulling.kobo.add(1, person__name="Amal")["_submission_time"] = "2026-08-01T12:34:56"
    pulling.sync()
    stored = pulling.stored(1)
    assert b'"_submission_time": "2026-08-01T12:34:56"' in stored.xml
    assert (stored.instance_id, stored.collector) == ("uuid:u-1", f"source:{pulling.source.id}")


def test_a_cap_that_cuts_pages_silently_loses_nothing(pulling: Any) -> None:
    pulling.kobo.cap = 3
    for number in range(1, 11):
        pulling.kobo.add(number * 5, person__name=f"name {number}")
    assert pulling.sync(sweep=False) == {"new": 10}
    assert pulling.rows("position", "source") == [(50,)]


def test_what_is_known_is_pulled_again_without_a_write(pulling: Any) -> None:
    for number in range(1, 5):
        pulling.kobo.add(number)
    pulling.sync()
    before = pulling.rows("xmin::text, *")
    asked = len(pulling.kobo.asked)
    assert pulling.sync() == {}
    assert pulling.rows("xmin::text, *") == before
    assert not any("%24in" in path for path in pulling.kobo.asked[asked:])  # and no record was fetched


def test_it_goes_on_where_it_was_interrupted(pulling: Any) -> None:
    pulling.kobo.cap = 2
    for number in range(1, 7):
        pulling.kobo.add(number)
    pages = sync_source(pulling.program, "TEST", pulling.source.id, actor="tester")
    next(pages)
    pages.close()
    assert pulling.rows("position", "source") == [(2,)]
    assert pulling.sync() == {"new": 4}
    assert len({submission for _, submission in pulling.rows("number, submission")}) == 6


def test_a_page_that_another_pull_has_taken_in_meanwhile_is_left(pulling: Any) -> None:
    shown = pulling.kobo.add(1)
    record = read_record(shown, json.dumps(shown))
    for overtaken in (False, True):
        with pulling.household.zone(Zone.COLLECTION) as session:
            taken = take_in(session, pulling.household.ring, pulling.source, [record], after=0)
        assert (taken.overtaken, taken.new) == (overtaken, 0 if overtaken else 1)


class TestTheServer:
    def test_when_it_is_busy_it_is_given_the_time_it_asks_for(self, pulling: Any) -> None:
        pulling.kobo.add(1)
        pulling.kobo.ails = [(429, {"Retry-After": "17"}), (502, {}), (503, {"Retry-After": "soon"})]
        assert pulling.sync() == {"new": 1}
        assert pulling.waits == [17, 2, 4]

    def test_after_six_attempts_it_is_left_alone(self, pulling: Any) -> None:
        pulling.kobo.ails = [(502, {})] * 6
        with pytest.raises(ServerSilent):
            pulling.sync()
        assert pulling.waits == [1, 2, 4, 8, 16]

    def test_a_token_that_is_not_valid_any_more_is_said_and_not_shown(self, pulling: Any) -> None:
        pulling.kobo.token = "another"
        with pytest.raises(ServerRefused) as refused:
            pulling.sync()
        assert "401" in str(refused.value)
        assert "a-token" not in str(refused.value)

    def test_a_sign_in_page_is_no_list_of_records(self, pulling: Any) -> None:
        pulling.kobo.ails = [(200, {"Content-Type": "text/html"})]
        with pytest.raises(ServerAnswerUnread):
            pulling.sync()

    def test_nobody_sees_the_token_in_the_tables_and_the_zone_that_pulls_cannot_read_it(self, pulling: Any) -> None:
        assert pulling.kobo.token not in str(pulling.rows("*", "source"))
        with pytest.raises(ProgrammingError, match="permission denied"), pulling.household.zone(Zone.COLLECTION) as session:
            session.execute(text("SELECT token FROM ingest.source"))


class TestTheToken:
    def test_it_is_not_sent_to_an_address_that_somebody_wrote_into_the_database(
        self, pulling: Any, cluster: EmbeddedCluster, database_name: str
    ) -> None:
        owner = create_engine(cluster.url(ADMINISTRATOR, database_name), isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            connection.execute(text("UPDATE ingest.source SET address = replace(address, '127.0.0.1', 'localhost')"))
        owner.dispose()
        with pytest.raises(SourceChanged):
            pulling.sync()
        assert pulling.kobo.asked == []

    @pytest.mark.parametrize("address", ["http://kf.example.org", "ftp://127.0.0.1", "kf.example.org"])
    def test_it_never_travels_in_clear(self, pulling: Any, address: str) -> None:
        with pytest.raises(SourceUnprotected), pulling.household.zone(Zone.COLLECTION) as session:
            add_source(session, pulling.household.ring, "TEST", address=address, asset="a", form_id="f", token="t")

    def test_a_form_is_pulled_once(self, pulling: Any) -> None:
        asked = {"address": f"{pulling.kobo.address}/", "asset": pulling.kobo.asset, "form_id": "f", "token": "t"}
        with pytest.raises(SourceExists), pulling.household.zone(Zone.COLLECTION) as session:
            add_source(session, pulling.household.ring, "TEST", **asked)


class TestOneRecordIsOne:
    def test_pulled_after_a_phone_sent_it(self, pulling: Any) -> None:
        sent = pulling.phone(pulling.household.answers("uuid:u-1"))
        pulling.kobo.add(1, person__name="Amal")
        assert pulling.sync() == {}
        assert pulling.submission_of(1) == sent.submission_id

    def test_sent_by_a_phone_after_it_was_pulled(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.sync()
        sent = pulling.phone(pulling.household.answers("uuid:u-1"))
        assert (sent.outcome, sent.submission_id) == (Outcome.RESENT, pulling.submission_of(1))

    def test_other_answers_under_the_phones_id_are_kept_beside_the_first(self, pulling: Any) -> None:
        pulling.phone(pulling.household.answers("uuid:u-1"))
        pulling.kobo.add(1, person__name="Rim")
        assert pulling.sync(sweep=False) == {"refused": 1}
        [(code, content, _)] = pulling.household.quarantine()
        assert code == "INGEST-004"
        assert b"Rim" in content

    def test_a_phone_cannot_change_what_it_sent_by_saying_it_differently(self, pulling: Any) -> None:
        """Two posts of phones are compared byte for byte."""
        pulling.phone(pulling.household.answers("uuid:u-1"))
        again = pulling.phone(pulling.household.answers("uuid:u-1") + b"<!-- -->")
        assert again.outcome is Outcome.CONFLICTING

    def test_two_records_of_old_data_that_bear_one_id_are_two(self, pulling: Any) -> None:
        pulling.kobo.add(1, "same", person__name="Amal")
        pulling.kobo.add(2, "same", person__name="Rim")
        assert pulling.sync() == {"new": 2}
        assert pulling.sync() == {}
        assert [pulling.answers(number).values[NAME] for number in (1, 2)] == ["Amal", "Rim"]


class TestQuarantine:
    def test_an_answer_that_the_form_does_not_ask_for_is_not_dropped(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal", person__age="30")
        assert pulling.sync(sweep=False) == {"refused": 1}
        [(code, content, _)] = pulling.household.quarantine()
        assert code == "INGEST-052"
        assert b'"person/age": "30"' in content

    def test_it_is_tried_again_by_each_sweep_and_kept_once(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal", person__age="30")
        for _ in range(2):
            pulling.sync()
        assert len(pulling.household.quarantine()) == 1
        del pulling.kobo.records[1]["person/age"]
        assert pulling.sync() == {"new": 1}

    def test_one_bad_record_holds_up_no_other(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="\x01")
        pulling.kobo.add(2, person__name="Amal")
        assert pulling.sync(sweep=False) == {"new": 1, "refused": 1}


def test_a_page_leaves_one_line_and_no_answer_in_the_log(pulling: Any) -> None:
    for number in range(1, 4):
        pulling.kobo.add(number, person__name="Amal")
    pulling.sync()
    with pulling.household.zone(Zone.AUDIT) as session:
        lines = [line for line in audited_entries(session, action=Action.RECEIVED) if line.subject == "ingest.submission"]
    assert [line.count for line in lines] == [3]
    assert "Amal" not in str(lines)
