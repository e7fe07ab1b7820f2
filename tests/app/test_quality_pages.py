"""What arrived, on screen: a queue, findings, a decision with its comment, and figures with those who did not report."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest

from app.arriving.quarantine import quarantine_in_reach, try_again
from casework import movement_sources
from core.access import Access, Custody, Grant, NotAllowed
from core.database import Zone
from core.permissions import Role
from forms import publish_form
from ingest import receive_submission
from ingest.collectors import Collector, add_collector, find_collector
from ingest.figures import CollectorFigure, by_area, period_of, stands_out
from ingest.quality import QualityPlan, set_plan
from ingest.reviews import page_queue
from tests.app.test_record_pages import SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, OPERATION, OTHER, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

NORTH, SOUTH = Custody("org", "north"), Custody("org", "south")


@begun
def odd(field_team: Field) -> UUID:
    """A report with a telephone number that is none."""
    submission = field_team.send("movement", {**ARRIVAL, "reporter_phone": "Xanthippe"})
    field_team.admit_awaiting()
    return submission


def test_a_supervisor_looks_decides_and_comments_in_three_languages(signed_in: SignIn, odd: UUID) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    queue = sara.get("/quality", found="1").text
    [address] = set(re.findall(r'href="(/quality/[0-9a-f-]{36})"', queue))
    assert address == f"/quality/{odd}"
    page = sara.get(address).text
    assert "breaks the form" in page
    assert "Xanthippe" not in page
    page = sara.send(address, page=address, state="on_hold", comment="Ask for <the> number").text
    assert "<bdi>Ask for &lt;the&gt; number</bdi>" in page
    assert "<code>sara</code>" in page
    assert address not in sara.get("/quality").text
    assert address in sara.get("/quality", state="on_hold").text
    for language, heading in (("fr", "Ce qui a été constaté"), ("ar", "ما وُجد")):
        assert heading in sara.get(address, lang=language).text
        assert "quality_" not in re.sub(r'href="[^"]*"', "", sara.get("/quality/figures", lang=language).text)


def test_nobody_else_does_and_what_is_not_there_is_not_found(signed_in: SignIn, odd: UUID) -> None:
    for role in (Role.CASEWORKER, Role.PROTECTION_OFFICER):  # all of them: `test_permissions_table.py`
        eve = signed_in(f"a-{role.value}", role)
        answers = [eve.get(address) for address in ("/quality", "/quality/figures", "/quality/quarantine", f"/quality/{odd}")]
        answers.append(eve.send(f"/quality/{odd}", page="/account", state="approved"))
        assert {answer.status_code for answer in answers} == {403}, role
    sara = signed_in("sara", Role.SUPERVISOR)
    assert sara.get(f"/quality/{uuid4()}").status_code == 404
    assert "received, not decided" in sara.send(f"/quality/{odd}", page=f"/quality/{odd}", state="deleted").text


def test_the_figures_name_who_has_not_reported(signed_in: SignIn, field_team: Field) -> None:
    with field_team.zone(Zone.COLLECTION) as session:
        phones = [find_collector(session, add_collector(session, OPERATION, name)) for name in ("Phone 1", "Phone 2")]
    with field_team.zone() as session:
        set_plan(session, OPERATION, "movement_tracking", '[expected]\nreports = 2\nevery = "week"')
    assert all(phones)
    field_team.send("movement", ARRIVAL)
    field_team.admit_awaiting()
    page = signed_in("sara", Role.SUPERVISOR).get("/quality/figures").text
    assert re.search(r'data-label="Nothing came from"><bdi>Phone 1</bdi>, <bdi>Phone 2</bdi>', page)
    assert re.search(r'data-label="Complete">0 %', page)


def test_completeness_counts_no_more_of_one_than_was_expected_of_it() -> None:
    first, second, third = (
        Collector(uuid4(), OPERATION, name, custody) for name, custody in (("A", NORTH), ("B", NORTH), ("C", SOUTH))
    )
    monday = date(2026, 2, 9)
    sent = [
        CollectorFigure(str(first.id), str(NORTH), monday, 7, 0),
        CollectorFigure(str(third.id), str(SOUTH), monday, 1, 0),
        CollectorFigure("source:kobo", str(SOUTH), monday, 4, 0),
        CollectorFigure(str(second.id), str(NORTH), date(2026, 2, 16), 9, 0),
    ]
    plan = QualityPlan(reports=3, every="week", collectors={"C": 1})
    north, south = by_area([first, second, third], sent, plan, *period_of(date(2026, 2, 12), "week"))
    assert (north.expected, north.reported, north.beyond, north.silent, north.complete) == (6, 3, 4, ("B",), 0.5)
    assert (south.expected, south.reported, south.beyond, south.silent, south.complete) == (1, 1, 4, (), 1.0)


@pytest.mark.parametrize(
    ("found", "received", "others_found", "others", "unusual"),
    [(9, 10, 10, 100, True), (1, 10, 10, 100, False), (3, 3, 0, 50, True), (1, 1, 0, 50, False), (5, 9, 0, 0, False)],
)
def test_a_sender_stands_out_where_chance_would_rarely_do_it(
    found: int, received: int, others_found: int, others: int, unusual: bool
) -> None:
    assert stands_out(found, received, others_found, others) is unusual


def kept(team: Field) -> UUID:
    """The newest version of the only answer."""
    with team.zone() as session:
        [row] = page_queue(session).rows
    return row.id


class TestWhatLiesInQuarantine:
    """Nothing that came is lost, and a supervisor brings it in."""

    def test_an_answer_is_repaired_and_the_submission_admitted(self, signed_in: SignIn, field_team: Field) -> None:
        aside = field_team.send("movement", {**ARRIVAL, "origin": "nowhere"})
        field_team.admit_awaiting()
        sara = signed_in("sara", Role.SUPERVISOR)
        page = sara.get(f"/quality/{aside}").text
        [path] = [one for one in re.findall(r'<option value="(/data/[^"]+)"', page) if one.endswith("/origin_district")]
        told = sara.send(f"/quality/{aside}/repair", page=f"/quality/{aside}", question=path, answer="elsewhere").text
        assert "It was refused again" in told
        [edited] = set(re.findall(r'href="/quality/([0-9a-f-]{36})"', told)) - {str(aside)}
        told = sara.send(f"/quality/{edited}/repair", page=f"/quality/{edited}", question=path, answer="XM0101").text
        assert "It is taken in" in told
        assert "Nothing lies in quarantine" in told
        with field_team.zone() as session:
            [week] = movement_sources(session, OPERATION)
        assert str(week) == "2026-W07"
        for tried, asked, status in ((aside, path, 404), (edited, path, 404), (kept(field_team), "/data/nothing", 422)):
            answer = sara.send(f"/quality/{tried}/repair", page="/account", question=asked, answer="XM0101")
            assert answer.status_code == status

    def test_a_refused_post_is_taken_in_once_its_form_is_published(self, signed_in: SignIn, field_team: Field) -> None:
        late = OTHER.replace(b'id="wells"', b'id="late"')
        xml = b'<data id="late"><depth>7</depth><meta><instanceID>uuid:late</instanceID></meta></data>'
        with field_team.zone(Zone.COLLECTION) as session:
            post = {"operation": OPERATION, "xml": xml, "files": [], "collector": "phone"}
            assert receive_submission(session, field_team.ring, **post).submission_id is None  # type: ignore[arg-type]
        sara = signed_in("sara", Role.SUPERVISOR)
        [again] = re.findall(r'action="(/quality/quarantine/[0-9a-f-]{36})"', sara.get("/quality/quarantine").text)
        assert "It was refused again" in sara.send(again, page="/quality/quarantine").text
        elsewhere = Access("sami", OPERATION, (Grant(Role.SUPERVISOR, organisation="org"),))
        assert quarantine_in_reach(field_team.database, elsewhere).rows == [], "it lies with nobody but the whole operation"
        with pytest.raises(NotAllowed):
            try_again(field_team.database, field_team.ring, elsewhere, UUID(again.rpartition("/")[2]))
        with field_team.zone(Zone.COLLECTION) as session:
            publish_form(session, OPERATION, late, {})
        assert "It is taken in" in sara.send(again, page="/quality/quarantine").text
        assert "<bdi>late</bdi>" in sara.get("/quality").text
        assert sara.send(again, page="/account").status_code == 404
        eve = signed_in("eve", Role.CASEWORKER)
        assert [eve.get("/quality/quarantine").status_code, eve.send(again, page="/account").status_code] == [403, 403]
