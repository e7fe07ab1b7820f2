"""A report on screen: drafted, edited, approved by another, signed, printed with its marks, and checked from its sheet."""

import re
from uuid import UUID

from httpx import Response

from casework.case_file import Act, EntryKind
from tests.app.signed_in_browser import Browser
from tests.app.test_cases.conftest import Office, plain

DRAFT = {"for": "court", "recipient": "court", "language": "en", "purpose": "legal"}


def post(office: Office, who: Browser, address: str, **fields: object) -> Response:
    office.send(who)  # so that there is a token of this session
    sent = {"form_token": office.tokens[who.account], **fields}
    return who.client.post(address, data=sent, follow_redirects=False)


def drafted(office: Office, **wish: str) -> UUID:
    office.agree("court")
    page = office.amal.get(f"{office.address}/reports/new")
    [step] = re.findall(r'name="id" value="([0-9a-f-]{36})"', page.text)
    answer = post(office, office.amal, f"{office.address}/reports/new", **{**DRAFT, "id": step, **wish})
    assert answer.status_code == 303, plain(answer)
    return office.newest()


def signed(office: Office) -> UUID:
    report = drafted(office)
    sign(office, report, "She was held.\n\nFor two years.")
    return report


def sign(office: Office, report: UUID, text: str) -> None:
    for who, act, sent in (
        (office.amal, Act.CHANGE, {"text": text, **FILLED}),
        (office.amal, Act.SUBMIT, {}),
        (office.carla, Act.APPROVE, {}),
        (office.amal, Act.SIGN, {"signed_as": "Amal Worker"}),
    ):
        answer = office.go_on(who, report, act, **sent)
        assert answer.status_code == 303, plain(answer)


FILLED = {"purpose": "court", "recipient": "court", "language": "en"}


def test_a_draft_is_edited_approved_signed_printed_and_checked(office: Office) -> None:
    report = signed(office)
    page = office.amal.get(f"{office.address}/entries/{report}")
    assert "For two years." in page.text
    assert "First name" in office.amal.get(f"{office.address}/entries/{report}", version=1).text
    assert "For two years." not in office.amal.get(office.address).text
    sheet = post(office, office.amal, f"{office.address}/reports/{report}/print", purpose="legal")
    for said in ("For two years.", "Amal Worker", str(report), "Consent", "Printed by"):
        assert said in sheet.text
    digest = re.sub(r"\s", "", re.findall(r'<code dir="ltr">([0-9a-f ]+)</code>', sheet.text)[0])
    assert digest[:16] in sheet.text
    assert sheet.headers["Cache-Control"] == "no-store"
    answer = post(office, office.carla, "/reports/check", number=str(report), digest=digest)
    assert "still holds" in answer.text
    assert "Amal Worker" in answer.text
    false = post(office, office.carla, "/reports/check", number=str(report), digest="0" * 64)
    assert "Nothing that you may see" in false.text
    assert post(office, office.carla, "/reports/check", number="7", digest=digest).status_code == 422


def test_a_pdf_is_made_in_memory_and_named_without_the_person(office: Office) -> None:
    report = signed(office)
    pdf = post(office, office.amal, f"{office.address}/reports/{report}/pdf", purpose="legal")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="report-{report}.pdf"'
    sign(office, report, "Seen in 北京.")
    refused = post(office, office.amal, f"{office.address}/reports/{report}/pdf", purpose="legal")
    assert refused.status_code == 422
    assert "北" not in refused.text


def test_nothing_is_drafted_or_handed_out_without_a_basis_and_what_was_chosen_is_kept(office: Office) -> None:
    report = drafted(office)
    assert post(office, office.amal, f"{office.address}/reports/{report}/print").status_code == 409
    refused = post(office, office.amal, f"{office.address}/reports/new", **{**DRAFT, "recipient": "lawyer", "id": str(report)})
    assert refused.status_code == 409
    assert '<option value="lawyer" selected>' in refused.text
    assert post(office, office.badr, f"{office.address}/reports/{report}/print").status_code == 404


def test_two_who_edit_are_told_and_lose_nothing(office: Office) -> None:
    report = drafted(office)
    form = office.amal.get(f"{office.address}/step", kind="report", act="change", entry=str(report))
    assert "First name: " in form.text
    assert "data-unsaved" in form.text
    office.go_on(office.carla, report, Act.CHANGE, text="Hers.", **FILLED)
    late = office.send(
        office.amal,
        kind="report",
        act="change",
        entry=str(report),
        id=str(report),
        seen="1",
        **{"field:text": "His.", **{f"field:{name}": said for name, said in FILLED.items()}},
    )
    assert late.status_code == 409
    assert "His." in late.text
    assert "Hers." in late.text


def test_whoever_comes_back_is_asked_for_and_a_new_case_is_linked(office: Office) -> None:
    office.begin(office.amal, EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="Lives safely.")
    office.go_on(office.carla, office.newest(), Act.APPROVE)
    assert f"{office.address}/again" in office.amal.get(office.address).text
    page = office.amal.get(f"{office.address}/again")
    assert "act=reopen" in page.text
    taken = post(office, office.amal, f"{office.address}/again", reference="SC-0012", again="yes")
    assert taken.status_code == 409
    answer = post(office, office.amal, f"{office.address}/again", reference="SC-0200", again="yes")
    assert answer.status_code == 303
    new = answer.headers["Location"].split("?")[0]
    assert office.address in office.amal.get(new).text
    assert "linked as the earlier one" in office.amal.get(new).text
    assert "assisted before" in office.amal.get(f"{new}/screening").text


def test_a_case_that_came_by_phone_is_asked_whether_it_follows_the_earlier(office: Office) -> None:
    earlier = office.earlier
    page = office.amal.get(office.address)
    assert "kind=earlier_case" in page.text
    assert office.begin(office.amal, EntryKind.EARLIER_CASE, earlier=str(earlier), again="no").status_code == 303
    assert "kind=earlier_case&amp;act=write" not in office.amal.get(office.address).text
