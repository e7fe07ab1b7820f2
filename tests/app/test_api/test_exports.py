"""What was left for a partner: on their page and to their program, sealed for their key, until they say that it came."""

import re
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from importlib import import_module
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pyrage
import pytest
from pyrage import x25519

from app.program import Program
from app.worker.tasks import EXPIRE_OVERDUE, build_worker
from casework.consent import withdraw_consent
from casework.left_to_fetch import LEFT_DAYS
from core.audit import Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Right, Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser
from tests.app.test_api.conftest import Clinic, token_of
from tests.app.test_cases.conftest import Office, plain
from tests.app.test_cases.test_referral_pages import REASON

Status = HTTPStatus
THEIRS = x25519.Identity.generate()
NAMED = {"code": "medical_partner", "name": "Dr Pia", "organisation": "Lake clinic", "public_key": str(THEIRS.to_public())}
WANTED = {"fields": "identity/prs_First_Name", "purpose": "referral", "basis": "consent"}
FAMILY_NAME = "Interviewed"
HERE = "/exports-for-you"


@pytest.fixture
def two(office: Office, entry: UUID) -> tuple[Browser, Browser]:
    """A supervisor and an officer, who agreed on the clinic as a recipient whose accounts here may fetch."""
    sara, danuta = office.sit("sara", Role.SUPERVISOR), office.sit("danuta", Role.DATA_PROTECTION_OFFICER)
    assert sara.send("/exports/recipients", page="/exports", **NAMED, fetches="yes").status_code == Status.OK
    shown = danuta.get("/exports").text
    assert "Accounts here of this provider may fetch" in shown
    [recipient] = re.findall(r'action="/exports/recipients/([^"]+)"', shown)
    danuta.send(f"/exports/recipients/{recipient}", page="/exports")
    return sara, danuta


@pytest.fixture
def lying(two: tuple[Browser, Browser]) -> UUID:
    """Proposed, approved, and left by who proposed it."""
    sara, danuta = two
    [recipient] = re.findall(r'<option value="([0-9a-f-]{36})">Dr Pia', sara.get("/exports").text)
    sara.send("/exports", page="/exports", recipient=recipient, **WANTED)
    [path] = re.findall(r'action="(/exports/[0-9a-f-]{36})"', danuta.get("/exports").text)
    danuta.send(path, page="/exports", agree="yes")
    left = sara.send(f"{path}/leave", page="/exports")
    assert "Lies here to be fetched until" in plain(left)
    return UUID(path.rpartition("/")[2])


@pytest.fixture
def fetching(office: Office, dora: Browser) -> Clinic:
    return Clinic(office.amal.client, token_of(office, dora, Right.FETCH_EXPORTS))


def opened(sealed: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(pyrage.decrypt(sealed, [THEIRS]))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_program_lists_fetches_and_says_that_it_came(
    office: Office, two: tuple[Browser, Browser], lying: UUID, fetching: Clinic
) -> None:
    listed = fetching.ask("GET", "/exports").json()
    [one] = listed["exports"]
    assert (one["id"], one["kind"], one["records"], one["fetched_at"]) == (str(lying), "records", 1, None)
    assert FAMILY_NAME not in str(listed)
    for _ in range(2):  # a line broke off
        file = fetching.ask("GET", f"/exports/{lying}/file")
        assert (file.status_code, file.headers["Content-Type"]) == (Status.OK, "application/octet-stream")
        assert file.headers["Cache-Control"] == "no-store"
        assert file.headers["ETag"] == f'"{sha256(file.content).hexdigest()}"' == f'"{one["sha256"]}"'
        assert int(file.headers["Content-Length"]) == len(file.content) == one["size"]
    assert "Amal" in opened(file.content)["persons.csv"]
    for who in two:
        assert "Times fetched: 2" in plain(who.get("/exports"))
    for _ in range(2):
        assert fetching.ask("POST", f"/exports/{lying}/received").status_code == Status.NO_CONTENT
    gone = fetching.ask("GET", f"/exports/{lying}/file")
    assert (gone.status_code, gone.json()["code"]) == (Status.NOT_FOUND, "CASE-283")
    assert fetching.ask("GET", "/exports").json() == {"exports": [], "following": None}
    for who in two:
        assert "its recipient has it" in plain(who.get("/exports"))
    with office.team.database.transaction(Zone.AUDIT) as session:
        mine = [it for it in audited_entries(session) if it.subject == f"casework.left_export:{lying}"]
    assert sorted(it.action for it in mine) == ["erased", "exported", "exported", "shared"]


def test_the_partner_does_the_same_on_a_page_that_names_nobody(
    two: tuple[Browser, Browser], lying: UUID, dora: Browser
) -> None:
    assert "Files left for you that were not fetched" in plain(dora.get("/work"))
    page = dora.get(HERE).text
    assert "Records of persons" in page
    assert FAMILY_NAME not in page
    assert f"{HERE}/{lying}/received" not in page, "it has to come first"
    file = dora.send(f"{HERE}/{lying}/file", page=HERE)
    assert file.headers["Content-Disposition"] == f'attachment; filename="{lying}.zip.age"'
    assert "Amal" in opened(file.content)["persons.csv"]
    assert "It is destroyed here" in plain(dora.send(f"{HERE}/{lying}/received", page=HERE))
    assert "Nothing lies here for you" in plain(dora.get(HERE))
    assert dora.client.post(f"{HERE}/{lying}/file").status_code == Status.FORBIDDEN, "without the form's token"
    for who in two:
        assert who.get(HERE).status_code == Status.FORBIDDEN


def test_another_providers_account_and_a_token_for_something_else_get_nothing_and_who_proposed_it_takes_it_back(
    office: Office, two: tuple[Browser, Browser], lying: UUID, dora: Browser, clinic: Clinic
) -> None:
    erik, nadia = office.sit("erik", Role.PARTNER, provider="legal_partner"), office.sit("nadia", Role.PARTNER)
    assert "Nothing lies here for you" in plain(erik.get(HERE))
    assert "Your role names no provider" in plain(nadia.get(HERE))
    for who in (erik, nadia):
        assert who.send(f"{HERE}/{lying}/file", page=HERE).status_code == Status.NOT_FOUND
    for method, path in (("GET", ""), ("GET", f"/{lying}/file"), ("POST", f"/{lying}/received")):
        refused = clinic.ask(method, f"/exports{path}")
        assert (refused.status_code, refused.json()["code"]) == (Status.FORBIDDEN, "CORE-401")
    anothers = Clinic(clinic.client, token_of(office, erik, Right.FETCH_EXPORTS))
    assert anothers.ask("GET", "/exports").json()["exports"] == []
    assert anothers.ask("GET", f"/exports/{lying}/file").status_code == Status.NOT_FOUND
    assert dora.get(HERE).text.count("/file") == 1
    assert "it was taken back" in plain(two[0].send(f"/exports/{lying}/take-back", page="/exports"))
    assert dora.send(f"{HERE}/{lying}/file", page=HERE).status_code == Status.NOT_FOUND


def test_a_consent_that_is_taken_back_destroys_it_and_the_pages_say_so(
    office: Office, two: tuple[Browser, Browser], lying: UUID, dora: Browser, fetching: Clinic
) -> None:
    assert fetching.ask("GET", f"/exports/{lying}/file").status_code == Status.OK
    with office.team.zone() as session:
        about = {"consent_to": Purpose.REFERRAL, "recipient": "medical_partner", "said_at": now(), "said_to": "amal"}
        withdraw_consent(session, office.team.ring, office.person, **about)  # type: ignore[arg-type]
    assert fetching.ask("GET", f"/exports/{lying}/file").status_code == Status.NOT_FOUND
    assert "Nothing lies here for you" in plain(dora.get(HERE))
    for who in two:
        shown = plain(who.get("/exports"))
        assert "took their consent back" in shown
        assert "nobody here takes back" in shown


def test_a_package_is_left_on_the_page_of_its_referral_and_what_nobody_receives_is_destroyed_after_its_days(
    office: Office, two: tuple[Browser, Browser], entry: UUID, dora: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"{office.address}/entries/{entry}"
    [recipient] = re.findall(r'<option value="([0-9a-f-]{36})">Dr Pia', office.amal.get(page).text)
    office.amal.send(f"{page}/package", page=page, recipient=recipient)
    [deciding] = re.findall(r'action="(/exports/[0-9a-f-]{36})"', two[1].get("/exports").text)
    two[1].send(deciding, page="/exports", agree="yes")
    [leaving] = re.findall(r'action="([^"]+/leave)"', office.amal.get(page).text)
    assert "Lies here to be fetched until" in plain(office.amal.send(leaving, page=page))
    assert "A referral" in dora.get(HERE).text
    [fetching] = re.findall(rf'action="({HERE}/[^"]+/file)"', dora.get(HERE).text)
    assert REASON in opened(dora.send(fetching, page=HERE).content)["referral.html"]
    assert office.amal.get(page).text.count("/take-back") == 1
    monkeypatch.setattr(import_module("casework.left_to_fetch.end_left"), "now", lambda: now() + timedelta(days=LEFT_DAYS))
    build_worker(Program(Settings(), office.team.database, office.team.ring)).tasks[EXPIRE_OVERDUE].apply().get()
    assert "its days were over" in plain(office.amal.get(page))
    assert "Nothing lies here for you" in plain(dora.get(HERE))
