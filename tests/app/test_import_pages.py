"""Files handed in on screen: sealed as they come, a mapping suggested and decided on, tried, taken in, and forgotten."""

import html
import io
import re
import zipfile
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import text

from app.program import Program
from app.worker.tasks import EXPIRE_OVERDUE, build_worker
from core.audit import audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from core.settings import Settings
from tests.app.test_import.test_counts import Office
from tests.app.test_record_pages import Browser, SignIn, Teams
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SHEET = b"Site,When did the group arrive?,District of origin,District of arrival,reason,female_18_59\n" + b"\n".join(
    [b"S-1,2026-08-25,Ashby,Birk,flood,3", b"S-2,2026-08-26,Birk,Ashby,Locusts,2", b"S-3,2026-08-27,Birk,Ashby,conflict,1"]
)
WORD = "Locusts"  # in no reason, list or log


@pytest.fixture
def sara(signed_in: SignIn) -> Browser:
    return signed_in("sara", Role.SUPERVISOR)


def hand_in(
    who: Browser,
    content: bytes = SHEET,
    *,
    name: str = "arrivals.csv",
    form: str = "movement_tracking",
    unit: str = "",
    holds: str = "records",
) -> Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/imports").text)) or {""}
    return who.client.post(
        "/imports", data={"form_token": token, "form": form, "unit": unit, "holds": holds}, files={"file": (name, content)}
    )


def decided(page: str) -> str:
    """The mapping on a page, as an officer leaves it."""
    mapping = html.unescape(page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0])
    mapping = re.sub(r'(header = "Site"\nquestion = )"[^"]*"', r'\1""', mapping)
    return mapping.replace('key = ["?"]', 'key = ["Site"]').replace('codes = {"Locusts" = "?livelihood"}', "")


def test_a_sheet_is_mapped_tried_taken_in_and_forgotten(sara: Browser, field_team: Field) -> None:
    page = hand_in(sara)
    address = page.url.path
    assert "waits to be tried" in page.text
    undecided = sara.send(f"{address}/mapping", page=address, mapping='form = "movement_tracking"')
    assert "INGEST-217" in undecided.text
    kept = sara.send(f"{address}/mapping", page=address, mapping=decided(page.text))
    assert "The mapping was kept" in kept.text
    tried = sara.send(f"{address}/try", page=address).text
    assert ("new: 2" in tried, "unreadable: 1" in tried, "INGEST-061" in tried) == (True, True, True)
    assert "CSV</bdi> · 3 · <bdi>reason" in tried
    assert f'"{WORD}"' not in tried.split("</textarea>")[1]
    assert counts(field_team) == (0, 0, 0)
    taken = sara.send(f"{address}/take-in", page=address).text
    assert "taken in, and forgotten" in taken
    assert "</textarea>" not in taken
    assert counts(field_team) == (2, 1, 2)  # admitted at once
    assert held(field_team) == [None]
    assert sara.send(f"{address}/try", page="/imports").status_code == 404
    assert "taken in, and forgotten" in sara.get("/imports").text


def test_a_mapping_is_used_again_for_the_next_file_with_the_same_columns(sara: Browser, field_team: Field) -> None:
    first = hand_in(sara)
    address = first.url.path
    sara.send(f"{address}/mapping", page=address, mapping=decided(first.text))
    assert "taken in by this" not in hand_in(sara).text, "nothing was taken in by it yet"
    sara.send(f"{address}/take-in", page=address)
    next_week = SHEET.replace(b"2026-08", b"2026-09").replace(b"S-", b"T-").replace(WORD.encode(), b"flood")
    again = hand_in(sara, next_week)
    assert "An earlier file with the same columns was taken in by this" in again.text
    tried = sara.send(f"{again.url.path}/try", page=again.url.path).text
    assert "new: 3" in tried
    assert "This was suggested" in hand_in(sara, next_week.replace(b"Site,", b"Sites,", 1)).text


def test_nothing_of_a_file_is_in_clear_and_each_step_leaves_a_line(sara: Browser, field_team: Field) -> None:
    address = hand_in(sara, name="Quintessa.csv").url.path
    sara.send(f"{address}/try", page=address)
    with field_team.zone() as session:
        row = bytes(session.execute(text("SELECT said || content || coalesce(told, '') FROM ingest.handed_in")).scalar_one())
    assert not any(word in row for word in (b"Quintessa", b"Locusts", b"Ashby"))
    assert "Quintessa" not in sara.get("/imports").text
    with field_team.database.transaction(Zone.AUDIT) as session:
        lines = [line for line in audited_entries(session) if line.subject == f"ingest.handed_in:{address.rpartition('/')[2]}"]
    assert {"received", "worked", "read", "noted"} <= {line.action for line in lines}
    assert {line.actor for line in lines} == {str(sara.account)}


def test_a_workbook_of_counts_and_a_packed_card_are_handed_in_likewise(
    sara: Browser, field_team: Field, tmp_path: Path
) -> None:
    page = hand_in(sara, Office(tmp_path).workbook().read_bytes(), name="week.xlsx", holds="counts")
    address = page.url.path
    assert "kind = &#34;counts&#34;" in page.text
    card = io.BytesIO()
    with zipfile.ZipFile(card, "w") as archive:
        archive.writestr("instances/one/one.xml", b"broken off")
    packed = hand_in(sara, card.getvalue(), name="card.zip", form="")
    assert "</textarea>" not in packed.text
    tried = sara.send(f"{packed.url.path}/try", page=packed.url.path)
    assert "unreadable: 1" in tried.text
    assert "INGEST-217" in sara.send(f"{address}/mapping", page=address, mapping='kind = "counts"').text
    assert counts(field_team) == (0, 0, 0)


def test_what_cannot_be_opened_is_refused_with_the_reason_and_not_kept(sara: Browser, field_team: Field) -> None:
    refused = (("a.pdf", b"%PDF-1.7", "INGEST-211"), ("a.csv", b"", "INGEST-201"), ("b.csv", b"a\n", "INGEST-215"))
    for name, content, code in refused:
        assert code in hand_in(sara, content, name=name, form="" if code == "INGEST-215" else "movement_tracking").text
    assert held(field_team) == []


def test_a_file_is_dropped_with_its_key(sara: Browser, field_team: Field) -> None:
    address = hand_in(sara).url.path
    assert "The file was forgotten" in sara.send(f"{address}/drop", page=address).text
    assert held(field_team) == []
    with field_team.zone() as session:
        assert session.execute(text("SELECT count(*) FROM ingest.record_key")).scalar_one() == 0


def test_what_nobody_takes_in_is_forgotten_after_a_month(
    sara: Browser, field_team: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = hand_in(sara).url.path
    monkeypatch.setattr(import_module("ingest.handed_in.keep_file"), "now", lambda: now() + timedelta(days=31))
    new = hand_in(sara, name="new.csv").url.path
    build_worker(Program(Settings(), field_team.database, field_team.ring)).tasks[EXPIRE_OVERDUE].apply().get()
    assert sara.get(old).status_code == 404
    assert "new.csv" in sara.get(new).text
    with field_team.zone() as session:
        assert session.execute(text("SELECT count(*) FROM ingest.record_key")).scalar_one() == 1


def test_who_reaches_a_part_sees_what_was_handed_in_for_it(
    sara: Browser, signed_in: SignIn, field_team: Field, teams: Teams
) -> None:
    address = hand_in(sara).url.path
    north = signed_in("nora", Role.SUPERVISOR, team=teams.one)
    assert north.get(address).status_code == 404
    assert address not in north.get("/imports").text
    assert hand_in(north).status_code == 403  # for the whole operation
    amal = signed_in("amal", Role.CASEWORKER)
    assert [amal.get(one).status_code for one in ("/imports", address)] == [403, 403]
    assert hand_in(amal).status_code == 403


def counts(team: Field) -> tuple[int, int, int]:
    with team.zone() as session:
        tables = ("ingest.submission", "ingest.quarantine", "casework.movement_event")
        return tuple(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)  # type: ignore[return-value]


def held(team: Field) -> list[bytes | None]:
    with team.zone() as session:
        return list(session.execute(text("SELECT content FROM ingest.handed_in")).scalars())


def test_what_lies_in_quarantine_is_found_by_those_whose_file_it_was(signed_in: SignIn, teams: Teams) -> None:
    """And what waits is counted on the page of what waits."""
    nora, tom = (signed_in(name, Role.SUPERVISOR, team=unit) for name, unit in (("nora", teams.one), ("tom", teams.two)))
    address = hand_in(nora, unit=str(teams.one)).url.path
    sara_sees = nora.get("/work").text
    assert "Files that wait to be taken in" in sara_sees
    assert "Files that wait" not in tom.get("/work").text
    nora.send(f"{address}/mapping", page=address, mapping=decided(nora.get(address).text))
    nora.send(f"{address}/take-in", page=address)
    assert "Files that wait" not in nora.get("/work").text
    assert ["INGEST-061" in who.get("/quality/quarantine").text for who in (nora, tom)] == [True, False]
