"""Who may send, what each phone is offered, and how it is set up."""

import base64
import json
import zlib
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.access import Custody
from core.audit import Action, audited_entries
from core.database import Zone
from forms import RecordPart
from ingest.collectors import (
    CarriesNothingOfThis,
    Collector,
    CollectorUnknown,
    CustodyMissing,
    PhoneUnprotected,
    add_collector,
    carry_cases,
    find_collector,
    list_collectors,
    offer_forms,
    phone_settings,
    retire_collector,
)
from tests.ingest.conftest import OPERATION


def added(household: Any, name: str, **how: Any) -> tuple[str, Collector]:
    """The token of a new collector, and the collector."""
    with household.zone(Zone.COLLECTION) as session:
        token = add_collector(session, OPERATION, name, **how)
        found = find_collector(session, token)
    assert found
    return token, found


def test_a_collector_is_offered_every_form_or_those_that_are_named(household: Any) -> None:
    _, every = added(household, "tablet 1")
    _, some = added(household, "tablet 2", forms=["household"])
    assert every.is_offered("anything")
    assert some.is_offered("household")
    assert not some.is_offered("screening")


def test_what_is_offered_may_change_and_leaves_a_line(household: Any) -> None:
    token, collector = added(household, "tablet 1")
    for forms in (["screening", "household"], None, []):
        with household.zone(Zone.COLLECTION) as session:
            offer_forms(session, collector.id, forms)
        with household.zone(Zone.COLLECTION) as session:
            found = find_collector(session, token)
        assert found
        assert found.forms == (None if forms is None else frozenset(forms))
    with household.zone(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.REGISTERED)
    assert {line.subject for line in lines} == {f"ingest.collector:{collector.id}"}
    assert [line.detail for line in lines] == [{"change": "forms"}] * 3 + [{}]


def test_one_that_was_retired_is_known_no_more(household: Any) -> None:
    (token, lost), (_, kept) = added(household, "lost"), added(household, "kept")
    with household.zone(Zone.COLLECTION) as session:
        retire_collector(session, lost.id)
    with household.zone(Zone.COLLECTION) as session:
        assert find_collector(session, token) is None
        assert list_collectors(session, OPERATION) == [kept]
        with pytest.raises(CollectorUnknown):
            offer_forms(session, lost.id, None)


def test_another_operations_collector_cannot_be_changed(household: Any) -> None:
    _, collector = added(household, "tablet 1")
    for known in (collector.id, uuid4()):
        with household.zone(Zone.COLLECTION, "OTHER") as session, pytest.raises(CollectorUnknown):
            retire_collector(session, known)


class TestSettingUpAPhone:
    def test_the_code_holds_the_address_and_settings_as_odk_collect_reads_them(self) -> None:
        content = phone_settings("https://collect.example.org/", "secret", "DEMO-1")
        settings = json.loads(zlib.decompress(base64.b64decode(content)))
        assert settings["general"]["server_url"] == "https://collect.example.org/key/secret"
        assert settings["general"]["form_update_mode"] == "match_exactly"
        assert settings["admin"] == {}
        assert settings["project"] == {"name": "DEMO-1"}

    @pytest.mark.parametrize("server", ["http://collect.example.org", "collect.example.org", "ftp://collect.example.org"])
    def test_a_server_that_would_be_reached_in_clear_is_refused(self, server: str) -> None:
        with pytest.raises(PhoneUnprotected):
            phone_settings(server, "secret", "DEMO-1")

    @pytest.mark.parametrize("server", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
    def test_this_machine_itself_is_excepted(self, server: str) -> None:
        assert phone_settings(server, "secret", "DEMO-1")


class TestWhatAPhoneCarries:
    TEAM = Custody("ORG", "AREA", "TEAM")

    def test_no_cases_until_somebody_says_so_and_each_word_leaves_a_line(self, household: Any) -> None:
        token, collector = added(household, "tablet 1", custody=self.TEAM)
        assert collector.carries is None
        for parts in ([], [RecordPart.FACTS, RecordPart.CONTACT], None):
            with household.zone(Zone.COLLECTION) as session:
                carry_cases(session, collector.id, parts)
                found = find_collector(session, token)
            assert found
            assert found.carries == (None if parts is None else frozenset(parts))
        with household.zone(Zone.AUDIT) as session:
            lines = audited_entries(session, action=Action.REGISTERED)
        told = [{"change": "carries", "parts": parts} for parts in (["contact", "facts"], [])]
        assert [line.detail for line in lines] == [{"change": "carries"}, *told, {}]

    def test_nothing_that_was_told_at_length(self, household: Any) -> None:
        _, collector = added(household, "tablet 1", custody=self.TEAM)
        with household.zone(Zone.COLLECTION) as session, pytest.raises(CarriesNothingOfThis):
            carry_cases(session, collector.id, [RecordPart.NARRATIVE])
        with pytest.raises(IntegrityError), household.zone(Zone.COLLECTION) as session:
            session.execute(text("UPDATE ingest.collector SET carries = '{narrative}'"))

    def test_no_cases_without_a_custody(self, household: Any) -> None:
        _, collector = added(household, "tablet 1")
        with household.zone(Zone.COLLECTION) as session, pytest.raises(CustodyMissing):
            carry_cases(session, collector.id, [])
