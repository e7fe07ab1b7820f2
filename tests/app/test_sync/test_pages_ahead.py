"""Pages that are made ready beside become what they become one by one, whatever is among them and whoever dies."""

import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from sqlalchemy import text

import app.arriving.pages_ahead
import app.arriving.sync
from app.arriving.pages_ahead import Page
from core.database import Zone
from core.erasure import Tally
from core.processes.forked_hand import ForkedHand
from forms import find_definition
from ingest import erase_submissions, pull
from ingest.kobo import KoboServer
from ingest.pull.errors import ServerRefused
from tests.ingest.conftest import OPERATION

PAGES, CAP = 4, 5
NAME = "/data/person/name"


@pytest.fixture
def form(pulling: Any) -> Any:
    """A form of four pages, on a server that gives five records in each."""
    pulling.kobo.cap = CAP
    for number in range(1, PAGES * CAP + 1):
        pulling.kobo.add(number, person__name=f"name {number}")
    return pulling


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two processes beside this one; tells how many records of each page were made ready there."""
    monkeypatch.setattr(app.arriving.sync, "processors", lambda: 2)
    told: list[int] = []
    take_in_page = app.arriving.sync._Round._take_in_page

    def telling(pulling: Any, page: Page) -> pull.TakenIn:
        told.append(len(page.ready.submissions) if page.ready else 0)
        return take_in_page(pulling, page)

    monkeypatch.setattr(app.arriving.sync._Round, "_take_in_page", telling)
    return told


def before_each_page(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something that happens before a page is written, and after it was made ready."""
    take_in_page = app.arriving.sync._Round._take_in_page

    def happening(pulling: Any, page: Page) -> pull.TakenIn:
        happens()
        return take_in_page(pulling, page)

    monkeypatch.setattr(app.arriving.sync._Round, "_take_in_page", happening)


def test_what_is_new_is_written_as_it_was_made_ready(form: Any, beside: list[int]) -> None:
    assert form.sync(sweep=False) == {"new": PAGES * CAP}
    assert beside == [0, CAP, CAP, CAP]  # nothing is made ready before it is known that much is new
    assert [form.answers(number).values for number in (1, 6, 20)] == [{NAME: f"name {number}"} for number in (1, 6, 20)]
    assert set(form.household.awaiting()) == {form.submission_of(number) for number in range(1, PAGES * CAP + 1)}
    assert form.rows("position", "source") == [(PAGES * CAP,)]
    assert form.sync() == {}


def test_one_process_makes_many_pages_ready(form: Any, beside: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[object] = []
    monkeypatch.setattr(app.arriving.pages_ahead, "ForkedHand", lambda work: born.append(work) or ForkedHand(work))
    form.kobo.cap = 2
    assert form.sync(sweep=False) == {"new": PAGES * CAP}
    assert beside == [0, *[2] * (PAGES * CAP // 2 - 1)]
    assert len(born) == 3  # while one page is written two are waited for


def test_a_form_that_is_published_meanwhile_is_asked_for_what_comes_then(
    form: Any, beside: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    form.kobo.cap = 2
    before_each_page(monkeypatch, lambda: form.household.publish("2") if len(beside) == 2 else None)
    assert form.sync(sweep=False) == {"new": PAGES * CAP}
    versions = [version for (version,) in form.rows("form_version", "submission ORDER BY received_at")]
    assert versions == sorted(versions)
    assert (versions[0], versions[-1]) == ("1", "2")
    assert beside == [0, 2, 2, 0, 0, 0, 2, 2, 2, 2]  # three were under way, by what was published before


def test_what_works_out_a_forms_rules_here_does_not_keep_pages_from_being_made_ready(form: Any, beside: list[int]) -> None:
    with form.household.zone(Zone.COLLECTION) as session:
        found = find_definition(session, OPERATION, "household", "1")
    assert found
    assert found.demands  # functions, which could not be sent
    assert form.sync(sweep=False) == {"new": PAGES * CAP}
    assert beside == [0, CAP, CAP, CAP]


@pytest.mark.parametrize("processes", [0, 2])
def test_what_is_not_plain_becomes_what_it_would_become(form: Any, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setattr(app.arriving.sync, "processors", lambda: processes)
    form.kobo.add(7, unasked="what?")
    form.kobo.add(8, photo="door.jpg")
    form.kobo.attach(8, "door.jpg", b"a door")
    form.kobo.edit(9, "u-9b", person__name="edited before it came")
    form.kobo.add(12, instance="u-11", person__name="another under the same id")
    form.phone(form.household.answers("uuid:u-17", body="<person><name>name 17</name></person>"))
    assert form.sync(sweep=False) == {"new": 17, "edited": 1, "refused": 1}
    assert form.answers(9).values == {NAME: "edited before it came"}
    assert form.stored(12).instance_id == f"uuid:kobotoolbox:{form.kobo.asset}:12"
    assert form.submission_of(7) is None
    assert [file.content for file in form.stored(8).files] == [b"a door"]
    assert len({form.submission_of(number) for number in range(1, PAGES * CAP + 1)} - {None}) == PAGES * CAP - 1
    assert form.sync() == {"refused": 1}  # what lies in quarantine is asked for again by each sweep


def test_of_what_was_erased_nothing_comes_again(form: Any, beside: list[int]) -> None:
    erased = form.phone(form.household.answers("uuid:u-17"))
    with form.household.zone(Zone.CASEWORK) as session:
        erase_submissions(session, form.household.ring, OPERATION, [erased.submission_id], Tally())
    assert form.sync(sweep=False) == {"new": PAGES * CAP - 1, "erased": 1}
    assert beside == [0, CAP, CAP, CAP]  # of the last page none was written as it was made ready


@pytest.mark.parametrize("happens", [lambda: None, lambda: os.kill(os.getpid(), signal.SIGKILL)], ids=["fails", "is killed"])
def test_nothing_is_lost_where_the_other_process(
    form: Any, beside: list[int], monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> None:
    def make_ready(*_: Any) -> NoReturn:
        happens()
        raise ValueError

    monkeypatch.setattr(pull, "make_ready", make_ready)
    assert form.sync(sweep=False) == {"new": PAGES * CAP}
    assert beside == [0] * PAGES


def test_what_came_before_a_refusal_is_kept_and_the_rest_comes_in_the_next_round(
    form: Any, beside: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ailing:
        ailing.setattr(KoboServer, "ask_page", refusing_after(3 * CAP))
        with pytest.raises(ServerRefused):
            form.sync(sweep=False)
    assert beside == [0, CAP, CAP]
    assert form.rows("position", "source") == [(3 * CAP,)]
    assert form.sync(sweep=False) == {"new": CAP}


def refusing_after(place: int) -> Callable[[KoboServer, pull.Spot], pull.SentPage]:
    ask_page = KoboServer.ask_page

    def refusing(server: KoboServer, spot: pull.Spot) -> pull.SentPage:
        if spot.place >= place:
            raise ServerRefused(address="", what="the form", status=403)
        return ask_page(server, spot)

    return refusing


def test_who_is_overtaken_goes_on_from_where_the_other_left_the_source(
    form: Any, beside: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken_once() -> None:
        if len(beside) == 1:
            with form.household.zone(Zone.COLLECTION) as session:
                session.execute(text(f"UPDATE ingest.source SET position = {3 * CAP}"))

    with monkeypatch.context() as another:
        before_each_page(another, overtaken_once)
        assert form.sync(sweep=False) == {"new": 2 * CAP}
    assert len(form.household.awaiting()) == 2 * CAP
