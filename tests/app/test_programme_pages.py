"""The programme on screen: a supervisor changes lists and approvals in a form, another person approves exactly that text."""

import re
from html import unescape
from itertools import count

import pytest
from httpx import Response

from casework.programme import OURS, Programme, parse_programme, programme_in_force
from core.permissions import Right, Role, holds
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

CHANGE = "/programme/change"
TEXT = OURS.read_text(encoding="utf-8")


def rows(page: str) -> dict[str, str]:
    """The fields of the form of a list, as a browser would send them."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="((?:code|label|fresh|offered)\.[\w.]+)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            fields[name[1]] = unescape(value[1]) if value else ""
    return fields


def row_of(fields: dict[str, str], code: str) -> int:
    return next(number for number in count() if fields[f"code.{number}"] == code)


def content(page: str) -> str:
    return unescape(re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[0])


def change_needs(browser: Browser) -> Response:
    """Add a need, rename one, and offer one no longer."""
    page = browser.get(CHANGE, section="need").text
    fields = rows(page)
    del fields[f"offered.{row_of(fields, 'legal')}"]
    fields[f"label.{row_of(fields, 'medical')}.so"] = "Dhakhtar"
    fresh = row_of(fields, "")
    fields |= {f"code.{fresh}": "phone", f"label.{fresh}.en": 'A "telephone"', f"label.{fresh}.ar": "هاتف"}
    return browser.send(CHANGE, page=CHANGE, content=content(page), section="need", **fields)


def in_force(team: Field) -> Programme:
    with team.zone() as session:
        return programme_in_force(session)


def deeds(browser: Browser) -> list[str]:
    return re.findall(r'action="(/programme/[0-9a-f-]{36}/\w+)"', browser.get("/programme").text)


def test_the_whole_way(signed_in: SignIn, field_team: Field) -> None:
    sonia, carla = signed_in("sonia", Role.SUPERVISOR), signed_in("carla", Role.SUPERVISOR)
    review = change_needs(sonia)
    assert "<ins>+ phone = {" in review.text
    taken, added = (re.findall(f"<{tag}>. (\\w+) =", review.text) for tag in ("del", "ins"))
    assert (taken, added) == (["medical", "legal"], ["medical", "phone", "legal"])  # what moves to [gone] is told in both
    assert "Version 1" in sonia.send("/programme/propose", page=CHANGE, content=content(review.text)).text
    assert deeds(sonia) == []
    [approving] = deeds(carla)
    assert sonia.send(approving, page="/programme").status_code == 403
    assert "phone = {" in carla.get("/programme").text
    carla.send(approving, page="/programme")
    assert "phone" not in in_force(field_team).lists["need"]
    [activating] = deeds(sonia)
    sonia.send(activating, page="/programme")
    programme = in_force(field_team)
    assert programme.label("need", "phone", "en") == 'A "telephone"'
    assert programme.label("need", "medical", "so") == "Dhakhtar"
    assert "legal" not in programme.lists["need"]
    assert programme.label("need", "legal", "fr") == "Aide juridique"  # what was recorded under it is read as before


def test_what_the_page_does_not_edit_stays_as_it_was_comments_too(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    text = content(change_needs(sonia).text)
    rest = [line for line in TEXT.split("\n") if not line.startswith(("medical =", "legal ="))]
    assert set(rest) <= set(text.split("\n"))
    assert parse_programme(text).screening == parse_programme(TEXT).screening


def test_a_code_comes_back(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    page = sonia.send(CHANGE, page=CHANGE, content=content(change_needs(sonia).text), go="need").text
    fields = rows(page)
    fields[f"offered.{row_of(fields, 'legal')}"] = "yes"
    text = content(sonia.send(CHANGE, page=CHANGE, content=content(page), section="need", **fields).text)
    assert "legal" in parse_programme(text).lists["need"]
    assert parse_programme(text).gone == {}
    assert "\n[gone." not in text


def test_approvals_are_boxes(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    review = sonia.send(CHANGE, page=CHANGE, content=TEXT, section="approvals", approved=["assessment", "closure"])
    assert parse_programme(content(review.text)).approvals == {"assessment", "closure"}
    same = sonia.send(CHANGE, page=CHANGE, content=TEXT, section="approvals", approved=["plan", "closure", "report"])
    assert "Nothing changes" in same.text


def test_what_travels_through_another_part_is_not_lost(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    page = sonia.send(CHANGE, page=CHANGE, content=TEXT, section="approvals", approved=["assessment"], go="risk").text
    assert "Emergency: act today" in page
    assert parse_programme(content(page)).approvals == {"assessment"}


@pytest.mark.parametrize(
    ("section", "code", "label"),
    [("need", "2fast", "Fast"), ("need", "medical", "Again"), ("need", "phone", ""), ("trafficking_status", "maybe", "Maybe")],
)
def test_a_code_that_cannot_be_is_refused_and_what_was_typed_stays(
    signed_in: SignIn, section: str, code: str, label: str
) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    fields = rows(sonia.get(CHANGE, section=section).text)
    number = next(number for number in count() if not fields.get(f"code.{number}"))
    fields |= {f"code.{number}": code, f"fresh.{number}": "yes", f"offered.{number}": "yes", f"label.{number}.en": label}
    fields["label.0.es"] = "Otra cosa"
    answer = sonia.send(CHANGE, page=CHANGE, content=TEXT, section=section, **fields)
    assert answer.status_code == 422
    assert f'value="{code}"' in answer.text
    assert "Otra cosa" in answer.text


def test_the_whole_text_is_changed_where_a_form_has_no_field_for_it(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    later = TEXT.replace("reassess_after_days = 90", "reassess_after_days = 60")
    assert "reassess_after_days = 60" in sonia.send(CHANGE, page=CHANGE, content=later.replace("\n", "\r\n")).text
    broken = sonia.send(CHANGE, page=CHANGE, content="[approvals")
    assert broken.status_code == 422
    assert "[approvals" in content(broken.text)
    assert sonia.send("/programme/propose", page=CHANGE, content="[approvals").status_code == 422
    assert "Version 1" not in sonia.get("/programme").text


def test_only_those_of_the_table_have_the_pages(signed_in: SignIn) -> None:
    for role in Role:
        browser = signed_in(f"a-{role}", role)
        may_change = 200 if holds(role, Right.CHANGE_PROGRAMME) else 403
        looks = 200 if holds(role, Right.CHANGE_PROGRAMME) or holds(role, Right.APPROVE_PROGRAMME) else 403
        assert browser.get("/programme").status_code == looks
        assert browser.get(CHANGE).status_code == may_change
        for path in (CHANGE, "/programme/propose"):
            assert browser.send(path, page="/account", content=TEXT + "\n").status_code == may_change


def test_an_officer_approves_and_does_not_propose(signed_in: SignIn) -> None:
    sonia, dina = signed_in("sonia", Role.SUPERVISOR), signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    sonia.send("/programme/propose", page=CHANGE, content=content(change_needs(sonia).text))
    [approving] = deeds(dina)
    assert "Approved" in dina.send(approving, page="/programme").text
    assert deeds(dina) == []
    assert dina.send(approving.replace("approve", "activate"), page="/account").status_code == 403


def test_the_pages_speak_the_other_languages(signed_in: SignIn) -> None:
    sonia = signed_in("sonia", Role.SUPERVISOR)
    assert "Atención médica" in sonia.get("/programme", lang="es").text
    assert '<html lang="ar" dir="rtl">' in sonia.get(CHANGE, lang="ar", section="need").text
