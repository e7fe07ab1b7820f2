"""Ways of a case over several desks: approval, transfer, referral on a consent, documents, timeline, paper."""

import re
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

import app.web.streamed_upload
from casework.admission.admit_files import add_file
from casework.case_file import Act, EntryKind, document_of
from casework.store import NewFile
from casework.store.seal_record import Vault
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.app.signed_in_browser import Browser
from tests.app.test_cases.conftest import Office, plain
from tests.casework.conftest import OPERATION, SCREENING

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 40
TROUBLE = "../../etc/\u202eevil\u202c<b>.png"


def test_what_waits_is_counted_listed_and_decided_by_another(office: Office) -> None:
    office.begin(office.amal, EntryKind.PLAN, aim="A safe place", agreed="yes")
    plan = office.newest()
    office.go_on(office.amal, plan, Act.SUBMIT)
    assert "Steps of cases that wait for approval" in office.carla.get("/work").text
    assert "Steps of cases" not in office.amal.get("/work").text
    waiting = office.carla.get("/cases/awaiting-approval").text
    assert f"{office.address}/entries/{plan}" in waiting
    assert "safe place" not in waiting
    assert office.amal.get("/cases/awaiting-approval").status_code == 200
    assert str(plan) not in office.amal.get("/cases/awaiting-approval").text
    assert office.go_on(office.carla, plan, Act.APPROVE).status_code == 303
    assert str(plan) not in office.carla.get("/cases/awaiting-approval").text


def test_a_supervisor_is_not_offered_to_approve_what_they_wrote(office: Office) -> None:
    office.begin(office.carla, EntryKind.PLAN, aim="A safe place", agreed="yes")
    plan = office.newest()
    office.go_on(office.carla, plan, Act.SUBMIT)
    page = office.carla.get(f"{office.address}/entries/{plan}").text
    assert 'value="approve"' not in page
    assert "Waits for another person" in page
    assert office.go_on(office.carla, plan, Act.APPROVE).status_code == 403
    emil = office.sit("emil", Role.SUPERVISOR, organisation=office.ours)
    assert 'value="approve"' in emil.get(f"{office.address}/entries/{plan}").text


def test_what_was_sent_back_is_mended_and_approved_by_the_same_supervisor(office: Office) -> None:
    office.begin(office.amal, EntryKind.PLAN, aim="Shelter", agreed="yes")
    plan = office.newest()
    office.go_on(office.amal, plan, Act.SUBMIT)
    office.go_on(office.carla, plan, Act.SEND_BACK, answer="Which shelter?")
    assert "Which shelter?" in office.amal.get(f"{office.address}/step", kind="plan", act="change", entry=str(plan)).text
    office.go_on(office.amal, plan, Act.CHANGE, aim="The shelter in Birk")
    office.go_on(office.amal, plan, Act.SUBMIT)
    again = office.carla.get(f"{office.address}/step", kind="plan", act="send_back", entry=str(plan)).text
    assert "Which shelter?</textarea>" not in again  # an answer is given anew
    assert office.go_on(office.carla, plan, Act.APPROVE).status_code == 303


def test_an_accepted_transfer_moves_the_record_and_a_refused_one_does_not(office: Office) -> None:
    assert office.begin(office.amal, EntryKind.TRANSFER, unit=str(uuid4()), reason="She moved.").status_code == 404
    office.begin(office.amal, EntryKind.TRANSFER, unit=str(office.two), reason="She moved.")
    assert "Team Two" in office.carla.get(office.address).text
    assert office.badr.get(office.address).status_code == 404
    answer = office.go_on(office.carla, office.newest(), Act.ACCEPT)
    assert answer.headers["Location"].startswith(office.address)  # her reach is all of the organisation
    assert office.file().custody.team == str(office.two)
    assert office.badr.get(office.address).status_code == 200
    assert office.amal.get(office.address).status_code == 404


def test_who_loses_sight_of_a_case_by_its_transfer_is_led_away(office: Office) -> None:
    lina = office.sit("lina", Role.SUPERVISOR, team=office.one)
    office.begin(office.amal, EntryKind.TRANSFER, unit=str(office.two), reason="She moved.")
    assert office.go_on(lina, office.newest(), Act.ACCEPT).headers["Location"] == "/persons?done=handed_over"


def agree(office: Office, state: str, recipient: str = "medical_partner") -> None:
    said = {"use": "referral", "recipient": recipient, "state": state, "basis": "consent", "given_by": "self", "language": "so"}
    page = f"/persons/{office.person}"
    office.amal.send(f"{page}/consent", page=page, **said, said_at="2026-02-10")


def test_a_referral_is_sent_to_whom_the_person_agreed_and_to_nobody_else(office: Office) -> None:
    office.begin(office.amal, EntryKind.REFERRAL, provider="medical_partner", reason="Pain in her back.")
    referral = office.newest()
    page = office.go_on(office.amal, referral, Act.SEND)
    assert page.status_code == 409
    assert "has not agreed that medical_partner is told" in page.text
    agree(office, "given", "legal_partner")
    agree(office, "refused")
    assert office.go_on(office.amal, referral, Act.SEND).status_code == 409
    agree(office, "given")
    assert office.go_on(office.amal, referral, Act.SEND).status_code == 303
    assert office.stands(referral)[1] == "sent"


def add(office: Office, who: Browser, content: bytes, name: str = "photo.png", **fields: str) -> httpx.Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/account").text))
    sent = {"form_token": token, "id": str(uuid4()), "part": "facts", "purpose": "assistance", **fields}
    files = {"document": (name, content, "text/html")}
    return who.client.post(f"{office.address}/documents", data=sent, files=files, follow_redirects=False)


def test_a_picture_is_kept_encrypted_and_shown_and_its_name_is_only_a_label(office: Office) -> None:
    file = str(uuid4())
    for _ in range(2):  # a double click is one file
        assert add(office, office.amal, PNG * 5_000, TROUBLE, id=file).status_code == 303
    page = office.amal.get(office.address).text
    assert page.count(f'id="d-{file}"') == 1
    assert "evil&lt;b&gt;.png" in page
    assert "etc/" not in page
    shown = office.amal.get(f"{office.address}/documents/{file}")
    assert shown.content == PNG * 5_000
    assert shown.headers["Content-Type"] == "image/png"
    assert (shown.headers["Cache-Control"], shown.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    with office.team.zone() as session:
        kept = b"".join(session.scalars(text("SELECT content FROM casework.file_chunk")))
        label = session.scalars(text("SELECT label FROM casework.file WHERE id = :id"), {"id": UUID(file)}).one()
    assert b"picture" not in kept
    assert b"evil" not in label
    assert "Added to the case" in office.amal.get(f"/persons/{office.person}").text
    assert office.badr.get(f"{office.address}/documents/{file}").status_code == 404


def photo(text: bytes = b"") -> bytes:
    held = BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(held, "JPEG", comment=text)
    return held.getvalue()


def small_pictures(page: str) -> list[str]:
    return re.findall(r'<img class="thumb" src="([^"]+)"', page)


def test_photos_have_small_pictures_for_who_sees_the_files_and_nobody_else(office: Office) -> None:
    file, secret = str(uuid4()), b"N 2.0469 E 45.3182"
    add(office, office.amal, photo(secret), id=file)
    add(office, office.amal, b"%PDF-1.7 scan", "scan.pdf")
    [address] = small_pictures(office.amal.get(office.address).text)
    assert address in office.amal.get(f"/persons/{office.person}").text.replace("&amp;", "&")
    assert file in address
    made = office.amal.get(address)
    assert (made.headers["Content-Type"], made.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert secret not in made.content
    assert office.badr.get(address).status_code == 404
    assert office.amal.get(address.replace(str(office.person), str(uuid4()))).status_code == 404
    office.carla.send(f"/persons/{office.person}/keep-from", page=f"/persons/{office.person}", account="amal", part="facts")
    assert office.amal.get(address).status_code == 403
    assert small_pictures(office.amal.get(office.address).text) == []


def test_a_picture_that_says_who_somebody_is_is_covered_and_of_what_does_not_open_there_is_a_sheet(office: Office) -> None:
    add(office, office.amal, PNG, part="identity")
    page = office.amal.get(office.address).text
    [address] = small_pictures(page)
    assert page.index('<summary aria-label="Show the small picture: photo.png') < page.index(address)
    assert office.amal.get(address).headers["Content-Type"] == "image/svg+xml"


def test_a_page_with_twenty_small_pictures_is_light_and_so_are_they(office: Office) -> None:
    add(office, office.amal, photo())
    with office.team.zone() as session:
        vault = Vault(session, office.team.ring, OPERATION)
        for _ in range(19):
            add_file(
                vault,
                office.person,
                NewFile("photo.jpg", "image/jpeg", [b"no picture"], RecordPart.FACTS, document_of(office.case)),
            )
    page = office.amal.get(office.address)
    addresses = small_pictures(page.text)
    assert len(addresses) == 20
    assert page.text.count('loading="lazy"') == 20
    assert len(page.content) < 100_000
    assert max(len(office.amal.get(address).content) for address in addresses) < 8_000  # of noise, which is the largest


def test_what_is_no_picture_is_saved_and_never_shown(office: Office) -> None:
    file = str(uuid4())
    add(office, office.amal, b"<script>alert(1)</script>", "page.html", id=file)
    assert office.amal.get(f"{office.address}/documents/{file}").status_code == 404
    saved = office.amal.send(f"/persons/{office.person}/files/{file}", page="/account")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Content-Type"] == "application/octet-stream"


def test_a_file_that_is_too_large_broken_off_or_not_from_our_page_leaves_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.web.streamed_upload, "MOST_BYTES", 3_000_000)
    assert "APP-150" in add(office, office.amal, b"x" * 3_000_001).text
    assert add(office, office.amal, PNG, form_token="0" * 64).status_code == 403
    assert add(office, office.amal, PNG, id="no id").status_code == 403
    broken = b'--b\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\nhalf'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    for body in (broken, b"", b"--b--\r\n", b"\x00" * 100):
        answer = office.amal.client.post(f"{office.address}/documents", content=body, headers=headers)
        assert answer.status_code in {400, 403}
    assert office.carla.get(office.address).text.count('id="d-') == 0


def test_who_may_not_work_on_the_case_or_read_files_adds_none(office: Office) -> None:
    dora = office.sit("dora", Role.PARTNER, organisation=office.ours)
    assert add(office, dora, PNG).status_code == 403
    assert add(office, office.badr, PNG).status_code == 404
    assert add(office, office.amal, PNG, part="narrative").status_code == 303
    office.carla.send(f"/persons/{office.person}/keep-from", page=f"/persons/{office.person}", account="amal", part="narrative")
    assert add(office, office.amal, PNG, part="narrative").status_code == 403


def test_the_timeline_tells_what_happened_and_to_who_answers_for_it_who_looked(office: Office) -> None:
    office.begin(office.amal, EntryKind.TASK, task="Call the clinic")
    agree(office, "given")
    office.amal.get(f"/persons/{office.person}")
    mine, hers = (plain(who.get(f"{office.address}/timeline")) for who in (office.amal, office.carla))
    for page in (mine, hers):
        for said in ("Case opened", "Interview received : Assistance interview", "Task Call the clinic : open", "amal"):
            assert said.replace(" :", ":") in page.replace(" :", ":")
        assert "Sharing with an organisation The medical partner of this operation : yes" in page
        assert SCREENING["prs_First_Name"] + " " not in page.replace("amal", "")
    assert " read " not in mine
    assert re.search(r"read \(\d+ times\) amal", hers)


def test_a_printed_case_says_who_printed_it_and_covers_who_it_is_until_asked(office: Office) -> None:
    office.begin(office.amal, EntryKind.NOTE, subject="First talk", text="She slept well.")
    page = office.amal.get(f"{office.address}/print")
    assert "She slept well." in page.text
    assert "Printed by <bdi>amal Example</bdi>" in page.text
    assert SCREENING["prs_Second_Name"] not in page.text
    named = office.amal.send(f"{office.address}/print", page="/account", purpose="referral")
    assert SCREENING["prs_Second_Name"] in named.text
    assert "Referral to another organisation” " in plain(named)
    with office.site.database.transaction(Zone.AUDIT) as session:
        printed = [(line.actor, line.purpose, line.detail) for line in audited_entries(session, action=Action.EXPORTED)]
    assert printed == [  # the newest first
        (str(office.amal.account), "referral", {"named": True}),
        (str(office.amal.account), "assistance", {"named": False}),
    ]
