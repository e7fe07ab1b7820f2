"""What a review here said of a record is told to the server that it came from: the state, and nothing else."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.arriving.write_reviews import write_reviews
from casework.reviewing import decide
from core.access import Access, Grant
from core.database import Zone
from core.permissions import Role
from ingest.review_models import ReviewState
from ingest.sources import Kind, add_source
from ingest.write_back import queue_review
from tests.app.test_sync.conftest import Pulling
from tests.ingest.central_server import CentralForm, central_serving
from tests.ingest.conftest import OPERATION


def review(pulling: Pulling, submission: UUID | None, state: ReviewState) -> int:
    """What the review's own transaction leaves."""
    assert submission
    with pulling.household.zone(Zone.CASEWORK) as session:
        return queue_review(session, submission, state)


def unsent(pulling: Pulling) -> list[Any]:
    return pulling.rows("state, failed", "review_to_send ORDER BY number")


def write(pulling: Pulling) -> int:
    return write_reviews(pulling.program, OPERATION, wait=pulling.waits.append)


class TestKoboToolbox:
    def test_each_state_becomes_its_validation(self, pulling: Pulling) -> None:
        pulling.kobo.add(7, person__name="Amal")
        pulling.sync()
        states = {ReviewState.APPROVED: "approved", ReviewState.REJECTED: "not_approved", ReviewState.ON_HOLD: "on_hold"}
        for state, called in states.items():
            assert review(pulling, pulling.submission_of(7), state) == 1
            assert write(pulling) == 1
            assert pulling.kobo.told.pop() == {"validation_status.uid": f"validation_status_{called}"}
            assert unsent(pulling) == []
            assert pulling.sync() == {}  # and comes not back as news

    def test_what_is_taken_back_is_taken_away(self, pulling: Pulling) -> None:
        pulling.kobo.add(7)
        pulling.sync()
        for state in (ReviewState.APPROVED, ReviewState.RECEIVED):
            review(pulling, pulling.submission_of(7), state)
            write(pulling)
        assert pulling.kobo.records[7]["_validation_status"] == {}
        assert pulling.rows("validation") == [(None,)]

    def test_of_several_the_newest_is_told(self, pulling: Pulling) -> None:
        pulling.kobo.add(7)
        pulling.sync()
        for state in (ReviewState.APPROVED, ReviewState.REJECTED):
            review(pulling, pulling.submission_of(7), state)
        assert write(pulling) == 1
        assert pulling.rows("validation") == [("not_approved",)]

    def test_a_review_of_an_earlier_version_is_told_of_the_record(self, pulling: Pulling) -> None:
        pulling.kobo.add(7, person__name="Amal")
        pulling.sync()
        first = pulling.submission_of(7)
        pulling.kobo.edit(7, "e-1", person__name="Amal N.")
        pulling.sync()
        assert pulling.submission_of(7) != first
        assert review(pulling, first, ReviewState.APPROVED) == 1

    def test_what_came_from_phones_alone_is_told_to_nobody(self, pulling: Pulling) -> None:
        sent = pulling.phone(pulling.household.answers("uuid:p-1"))
        assert review(pulling, sent.submission_id, ReviewState.APPROVED) == 0
        assert write(pulling) == 0
        assert pulling.kobo.asked == []

    def test_a_server_that_does_not_listen_is_told_later(self, pulling: Pulling, caplog: pytest.LogCaptureFixture) -> None:
        pulling.kobo.add(7, person__name="Amal")
        pulling.sync()
        review(pulling, pulling.submission_of(7), ReviewState.APPROVED)
        pulling.kobo.ails = [(403, {})]
        with caplog.at_level(logging.INFO):
            assert write(pulling) == 0
        assert f"reviews were not written to source {pulling.source.id}: INGEST-154" in caplog.text
        assert unsent(pulling) == [("approved", "INGEST-154")]
        assert write(pulling) == 1
        assert unsent(pulling) == []

    def test_a_record_that_is_gone_there_is_let_be(self, pulling: Pulling) -> None:
        pulling.kobo.add(7)
        pulling.sync()
        review(pulling, pulling.submission_of(7), ReviewState.APPROVED)
        del pulling.kobo.records[7]
        assert write(pulling) == 0
        assert unsent(pulling) == []
        assert pulling.rows("validation") == [(None,)]

    def test_a_review_made_while_the_first_was_on_its_way_is_not_forgotten(
        self, pulling: Pulling, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pulling.kobo.add(7)
        pulling.sync()
        submission = pulling.submission_of(7)
        review(pulling, submission, ReviewState.APPROVED)
        validate = pulling.kobo.validate

        def slowly(number: int, status: str | None) -> bool:
            if status == "validation_status_approved":
                review(pulling, submission, ReviewState.REJECTED)
            return validate(number, status)

        monkeypatch.setattr(pulling.kobo, "validate", slowly)
        assert write(pulling) == 2
        assert pulling.kobo.records[7]["_validation_status"]["uid"] == "validation_status_not_approved"


class TestOdkCentral:
    @pytest.fixture
    def central(self, pulling: Pulling) -> Iterator[CentralForm]:
        with central_serving() as form:
            named = {"address": form.address, "asset": form.asset, "form_id": "household", "token": form.account}
            with pulling.household.zone(Zone.COLLECTION) as session:
                pulling.source = add_source(session, pulling.household.ring, OPERATION, kind=Kind.CENTRAL, **named)
            yield form

    def test_each_state_becomes_its_review(self, pulling: Pulling, central: CentralForm) -> None:
        central.add("uuid:a", person={"name": "Amal"})
        pulling.sync()
        [(submission,)] = pulling.rows("submission", "pulled")
        states = {ReviewState.APPROVED: "approved", ReviewState.REJECTED: "rejected", ReviewState.ON_HOLD: "hasIssues"}
        for state, called in {**states, ReviewState.RECEIVED: None}.items():
            review(pulling, submission, state)
            assert write(pulling) == 1
            assert central.told.pop() == {"reviewState": called}
            assert pulling.sync() == {}

    @pytest.mark.parametrize("pulled_before", [True, False])
    def test_an_edited_submission_is_known_by_the_id_of_its_first_version(
        self, pulling: Pulling, central: CentralForm, *, pulled_before: bool
    ) -> None:
        central.add("uuid:a", person={"name": "Amal"})
        if pulled_before:
            pulling.sync()
        central.edit("uuid:a", "uuid:b", person={"name": "Amal N."})
        pulling.sync()
        [(submission,)] = pulling.rows("submission", "pulled")
        review(pulling, submission, ReviewState.APPROVED)
        assert write(pulling) == 1
        assert central.rows["uuid:a"]["__system"]["reviewState"] == "approved"


def test_what_a_supervisor_decides_is_told_and_what_they_wrote_beside_it_is_not(pulling: Pulling) -> None:
    pulling.kobo.add(7, person__name="Amal")
    pulling.sync()
    submission = pulling.submission_of(7)
    assert submission
    access = Access("dina", OPERATION, (Grant(Role.SUPERVISOR),))
    with pulling.household.database.transaction(Zone.CASEWORK, access=access) as session:
        decide(session, pulling.household.ring, submission, ReviewState.ON_HOLD, "Ask Amal again.")
    assert write(pulling) == 1
    assert pulling.kobo.told == [{"validation_status.uid": "validation_status_on_hold"}]


def test_what_was_erased_leaves_nothing_to_be_told(pulling: Pulling) -> None:
    pulling.kobo.add(7)
    pulling.sync()
    review(pulling, pulling.submission_of(7), ReviewState.APPROVED)
    with pulling.household.zone(Zone.CASEWORK) as session:
        session.execute(text("DELETE FROM ingest.pulled"))
    assert unsent(pulling) == []
