"""Other servers on screen: what was fetched, when and how it ended, what lies in quarantine, and reviews not told yet."""

import re
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import text

from app.arriving.sync import sync_source
from app.program import Program
from core.access import Custody
from core.database import Zone
from core.errors import Problem
from core.permissions import Role
from ingest.sources import Source, add_source, note_round
from tests.app.test_record_pages import Browser, SignIn, Teams
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414


def source(team: Field, asset: str = "aOne", custody: Custody | None = None) -> Source:
    with team.zone(Zone.COLLECTION) as session:
        about = {"address": "http://127.0.0.1:9", "asset": asset, "form_id": "movement_tracking", "token": "secret-token"}
        given = {"custody": custody} if custody else {}
        return add_source(session, team.ring, OPERATION, **about, **given)


@pytest.fixture
def sara(signed_in: SignIn) -> Browser:
    return signed_in("sara", Role.SUPERVISOR)


def at_once(program: Program, operation: str, source: UUID, *, sweep: bool) -> None:
    """A round whose attempts follow each other."""
    with suppress(Problem):
        list(sync_source(program, operation, source, sweep=sweep, actor="worker", wait=lambda _: None))


def test_it_tells_when_it_was_fetched_last_and_why_that_failed(
    sara: Browser, field_team: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at that address: fetched on the page, the round ends with the problem's code."""
    monkeypatch.setattr("app.web.collection.source_pages.sync_quietly", at_once)
    one = source(field_team)
    page = sara.get("/sources").text
    assert "not yet" in page
    assert "secret-token" not in page
    assert "It is being fetched" in sara.send(f"/sources/{one.id}/pull", page="/sources").text
    [code] = re.findall(r"The last time it failed: <code>(INGEST-\d+)</code>", sara.get("/sources").text)
    with field_team.zone(Zone.COLLECTION) as session:
        note_round(session, one.id)
    assert code not in sara.get("/sources").text


def test_reviews_that_its_server_was_not_told_are_counted_with_the_reason(sara: Browser, field_team: Field) -> None:
    one = source(field_team)
    given = {"source": one.id, "operation": OPERATION, "number": UUID(int=7)}
    with field_team.zone(Zone.COLLECTION) as session:
        pulled = "INSERT INTO ingest.pulled (source, number, operation, version) VALUES (:source, :number, :operation, '')"
        session.execute(text(pulled), given)
    with field_team.zone() as session:
        unsent = "(source, number, operation, state, asked_at, failed)"
        values = "(:source, :number, :operation, 'approved', now(), 'INGEST-150')"
        session.execute(text(f"INSERT INTO ingest.review_to_send {unsent} VALUES {values}"), given)
    assert "1 · could not be told: <code>INGEST-150</code>" in sara.get("/sources").text


def test_only_what_lies_within_reach_is_shown_and_fetched(signed_in: SignIn, field_team: Field, teams: Teams) -> None:
    one = source(field_team)
    nora = signed_in("nora", Role.SUPERVISOR, team=teams.one)
    page = nora.get("/sources").text
    assert "No form of another server" in page
    source(field_team, "aTwo", Custody("org", "north", str(teams.one)))
    assert "aTwo" in nora.get("/sources").text
    assert nora.send(f"/sources/{one.id}/pull", page="/sources").status_code == 404
    assert signed_in("amal", Role.CASEWORKER).get("/sources").status_code == 403
