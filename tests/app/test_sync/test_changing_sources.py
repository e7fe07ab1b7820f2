"""A source is changed and removed; what was taken in stays, and is known again should the source come back."""

from typing import Any

import pytest
from sqlalchemy import text

from core.access import Custody
from core.database import Zone
from ingest.sources import add_source, change_source, list_sources, remove_source
from ingest.sources.errors import SourceExists, SourceUnknown, TokenNeeded
from tests.ingest.conftest import OPERATION

ELSEWHERE = "https://kf.example.org"


def change(pulling: Any, **what: Any) -> None:
    with pulling.household.zone(Zone.COLLECTION) as session:
        pulling.source = change_source(session, pulling.household.ring, pulling.source.id, **what)


def remove(pulling: Any) -> None:
    with pulling.household.zone(Zone.COLLECTION) as session:
        remove_source(session, pulling.household.ring, pulling.source.id)


def add_again(pulling: Any) -> Any:
    there = {"address": pulling.kobo.address, "asset": pulling.kobo.asset, "token": pulling.kobo.token}
    with pulling.household.zone(Zone.COLLECTION) as session:
        return add_source(session, pulling.household.ring, OPERATION, form_id="household", **there)


class TestAChange:
    def test_a_token_that_was_renewed_is_the_one_that_is_sent(self, pulling: Any) -> None:
        pulling.kobo.token = "another"
        pulling.kobo.add(1)
        change(pulling, token="another")
        assert pulling.sync() == {"new": 1}

    def test_custody_and_form_hold_for_what_is_pulled_from_now_on(self, pulling: Any) -> None:
        pulling.kobo.add(1)
        pulling.sync()
        change(pulling, custody=Custody(team="one"))
        pulling.kobo.add(2)
        pulling.sync()
        first, second = (pulling.stored(number).custody for number in (1, 2))
        assert (first, second) == (Custody(), Custody(team="one"))
        change(pulling, form_id="unpublished")
        pulling.kobo.add(3)
        assert pulling.sync(sweep=False) == {"refused": 1}

    def test_a_token_is_for_one_server_alone(self, pulling: Any) -> None:
        with pytest.raises(TokenNeeded):
            change(pulling, address=ELSEWHERE)
        change(pulling, address=ELSEWHERE, token="for the new one")
        assert pulling.source.address == ELSEWHERE
        change(pulling, address=f"{pulling.kobo.address}/", token=pulling.kobo.token)
        pulling.kobo.add(1)
        assert pulling.sync() == {"new": 1}

    def test_two_sources_are_not_made_one(self, pulling: Any) -> None:
        with pulling.household.zone(Zone.COLLECTION) as session:
            asked = {"address": ELSEWHERE, "asset": pulling.kobo.asset, "form_id": "household", "token": "t"}
            add_source(session, pulling.household.ring, OPERATION, **asked)
        with pytest.raises(SourceExists):
            change(pulling, address=ELSEWHERE, token="t")


class TestRemoved:
    def test_it_is_pulled_no_more_and_its_token_is_gone(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.sync()
        before = pulling.rows("token", "source")
        remove(pulling)
        assert pulling.rows("token", "source") != before
        asked = len(pulling.kobo.asked)
        for again in (pulling.sync, lambda: remove(pulling), lambda: change(pulling, form_id="f")):
            with pytest.raises(SourceUnknown):
                again()
        with pulling.household.zone(Zone.COLLECTION) as session:
            assert list_sources(session, OPERATION) == []
        assert len(pulling.kobo.asked) == asked
        assert pulling.answers(1).values == {"/data/person/name": "Amal"}

    def test_added_again_it_begins_where_it_stood_and_knows_its_records(self, pulling: Any) -> None:
        pulling.kobo.add(1)
        pulling.sync()
        remove(pulling)
        pulling.kobo.add(2)
        assert add_again(pulling).id == pulling.source.id
        asked = len(pulling.kobo.asked)
        assert pulling.sync(sweep=False) == {"new": 1}
        pages = [path for path in pulling.kobo.asked[asked:] if "/data/" in path]
        assert "%22%24gt%22%3A+1%7D" in pages[0]  # what follows record 1

    def test_what_was_erased_is_not_fetched_again(self, pulling: Any) -> None:
        pulling.kobo.add(1)
        pulling.sync()
        pulling.erase(1)
        remove(pulling)
        add_again(pulling)
        with pulling.household.zone(Zone.COLLECTION) as session:
            session.execute(text("UPDATE ingest.source SET position = 0"))
        assert pulling.sync() == {"erased": 1}
