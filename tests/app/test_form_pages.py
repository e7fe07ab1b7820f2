"""Classes of a form on screen: suggested with reasons, filled in only where asked for, kept only when sent."""

import re
from html import unescape

import pytest

from core.database import Zone
from core.permissions import Role
from forms import PrivacyClass, RecordPart, find_definition, publish_form
from forms.classes import QuestionClass, set_classes
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

FORM = "foreign form/é"  # an id as other tools give them
XFORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Foreign</h:title>
<model><instance><data id="{FORM}" version="7"><name/><reason/></data></instance><bind nodeset="/data/name" type="string"/>
<bind nodeset="/data/reason" type="string"/></model></h:head><h:body><input ref="/data/name"><label>Full name</label></input>
<select1 ref="/data/reason"><label>Why?</label><item><label>Flood</label><value>flood</value></item></select1>
</h:body></h:html>"""
PAGE = "/forms/classes?form=foreign+form%2F%C3%A9&version=7"


@pytest.fixture
def officer(signed_in: SignIn, field_team: Field) -> Browser:
    with field_team.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, XFORM.encode(), {})
    return signed_in("dina", Role.DATA_PROTECTION_OFFICER)


def decide(browser: Browser, page: str = PAGE, **fields: str):  # type: ignore[no-untyped-def]
    return browser.send("/forms/classes", page=page, form=FORM, version="7", after="0", **{"seen": "0", **fields})


def classes_of(team: Field) -> dict[str, tuple[str, str, str | None]]:
    with team.zone() as session:
        form = find_definition(session, OPERATION, FORM, "7")
    assert form
    return {it.name: (it.privacy, it.part, it.statistic) for it in form.questions}


def chosen(page: str) -> list[str]:
    return re.findall(r'<option value="(\w+)" selected', page)


def test_the_whole_way(officer: Browser, field_team: Field) -> None:
    [address] = {
        unescape(it) for it in re.findall(r'href="(/forms/classes[^"]+)"', officer.get("/forms").text) if "foreign" in it
    }
    page = officer.client.get(address).text
    assert "It speaks of a name: <q><bdi>name</bdi></q>" in page
    assert chosen(page) == ["other"], "only what it records is chosen: no class"
    [filling] = re.findall(r'href="(/forms/classes[^"]+filled=yes[^"]*)"', page)
    assert chosen(officer.client.get(unescape(filling)).text) == ["other", "direct_identifier", "identity", "sensitive"]
    assert classes_of(field_team)["reason"] == ("direct_identifier", "identity", None), "to look at a suggestion sets nothing"
    kept = decide(officer, **{"privacy.0": "", "privacy.1": "sensitive", "part.1": "", "statistic.1": "reason"})
    assert "Kept, as a new edition" in kept.text
    assert "<code>dina</code>" in kept.text
    assert classes_of(field_team) == {
        "name": ("direct_identifier", "identity", None),
        "reason": ("sensitive", "facts", "reason"),
    }


def test_what_is_wrong_is_named_and_what_was_typed_is_not_lost(officer: Browser, field_team: Field) -> None:
    answer = decide(officer, **{"privacy.0": "direct_identifier", "statistic.0": "names", "privacy.1": "open"})
    assert answer.status_code == 422
    assert "<code>/data/name</code> A direct identifier cannot feed a statistic" in answer.text
    assert 'value="names"' in answer.text
    assert chosen(answer.text) == ["other", "direct_identifier", "open"]
    assert classes_of(field_team)["reason"][0] == "direct_identifier"
    with field_team.zone(Zone.COLLECTION) as session:
        set_classes(session, OPERATION, FORM, "7", {"/data/reason": QuestionClass(PrivacyClass.QUASI, RecordPart.FACTS)})
    late = decide(officer, **{"privacy.1": "open"})
    assert (late.status_code, "Somebody else set classes" in late.text) == (409, True)


def test_what_no_page_sends_is_refused_and_what_is_not_there_not_found(officer: Browser) -> None:
    for field in ({"privacy.0": "nonsense"}, {"privacy.0": "open", "part.0": "nowhere"}, {"seen": "-1"}):
        assert decide(officer, **field).status_code == 403
    assert officer.get("/forms/classes", form="nobody's").status_code == 404


def test_it_is_said_in_the_readers_language(officer: Browser) -> None:
    for language in ("fr", "ar"):
        page = officer.client.get(f"{PAGE}&lang={language}")
        assert page.headers["content-language"] == language
        assert "It speaks" not in page.text


def test_others_neither_see_nor_set_it(signed_in: SignIn, officer: Browser) -> None:
    caseworker = signed_in("carl", Role.CASEWORKER)
    assert 'href="/forms"' not in caseworker.get("/work").text
    assert (caseworker.get("/forms").status_code, caseworker.client.get(PAGE).status_code) == (403, 403)
    assert caseworker.send("/forms/classes", page="/work", form=FORM, version="7", after="0", seen="0").status_code == 403
