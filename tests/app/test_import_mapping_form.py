"""The mapping of a sheet decided on as a form: what is suggested is named so, and stays open until somebody chooses."""

from http import HTTPStatus

import pytest
from lxml.html import fromstring

from tests.app.signed_in_browser import Browser
from tests.app.test_import_pages import SHEET, counts, decided, hand_in
from tests.app.test_import_pages import sara as sara  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414
from tests.casework.conftest import Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SITE, CAUSE = 0, 4
DAYS = (
    b"Post,When the group came,District of origin,District of arrival,Why,female_18_59\n"
    b"S-1,05/08/2026,Ashby,Birk,Armed conflict,3\nS-2,06/08/2026,Birk,Ashby,flood,2\n"
)


def chosen(page: str) -> dict[str, object]:
    """What the form of the columns would send as it stands."""
    [form] = [it for it in fromstring(page).forms if it.action.endswith("/columns")]
    values: dict[str, object] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value) if name == "key_column" else values.update({name: value})  # type: ignore[attr-defined]
    return values


def shown(page: str, name: str) -> str:
    """The words of the option that is chosen in a list."""
    [option] = fromstring(page).xpath(f"//select[@name='{name}']/option[@selected]")
    return str(option.text_content())


def keep(who: Browser, address: str, page: str, **more: object) -> str:
    given = {**chosen(page), **{name.replace("__", "."): value for name, value in more.items()}}
    return str(who.send(f"{address}/columns", page=address, **given).text)


def test_a_sheet_is_mapped_by_choosing_and_taken_in(sara: Browser, field_team: Field) -> None:
    page = hand_in(sara)
    address = page.url.path
    assert "Still to be decided: <strong>3</strong>" in page.text
    assert shown(page.text, f"word.{CAUSE}.0") == "Not decided. Suggested: Loss of livelihood"
    tried = sara.send(f"{address}/try", page=address).text
    assert "INGEST-218" in tried, "nothing is taken in while something is open"
    nothing_ticked = keep(sara, address, page.text, question__0="out", word__4__0="aside", key="chosen")
    assert "Decide on what is still open" in nothing_ticked
    kept = keep(sara, address, nothing_ticked, key="chosen", key_column=[str(SITE)])
    assert "The mapping was kept" in kept
    assert "Still to be decided: <strong>0</strong>" in kept
    assert "key = [&#34;Site&#34;]" in kept, "the text says the same"
    tried = sara.send(f"{address}/try", page=address).text
    assert ("new: 2" in tried, "unreadable: 1" in tried) == (True, True)
    sara.send(f"{address}/take-in", page=address)
    assert counts(field_team) == (2, 1, 2)


def test_what_is_decided_is_kept_while_more_is_open_and_days_and_words_are_suggested_for_it(sara: Browser) -> None:
    page = hand_in(sara, DAYS)
    address = page.url.path
    assert shown(page.text, "question.1").startswith("Not decided. Suggested: ")
    first = keep(sara, address, page.text, question__1="ask:movement/arrival_date", question__4="ask:movement/reason")
    assert "Decide on what is still open" in first
    assert shown(first, "question.1") == "When did the group arrive?"
    assert shown(first, "dates.1") == "Not decided", "5 August or 8 May"
    assert shown(first, "word.4.0") == "Not decided. Suggested: Conflict or violence"
    chosen_then = {"dates__1": "as:%d/%m/%Y", "word__4__0": "code:conflict", "question__0": "out", "key": "all"}
    kept = keep(sara, address, first, **chosen_then)
    assert "The mapping was kept" in kept
    assert shown(kept, "dates.1") == "25/08/2026"
    assert "new: 2" in sara.send(f"{address}/try", page=address).text


@pytest.mark.parametrize(
    "unfit",
    [
        {"question__0": "ask:movement/nothing"},
        {"question__0": "movement/reason"},
        {"word__4__0": "code:volcano"},
        {"places__2": "level:street"},
        {"dates__1": "as:%Q"},
        {"key": "some"},
        {"id": "column:99"},
    ],
    ids=str,
)
def test_what_is_on_no_list_is_refused_and_nothing_is_kept(sara: Browser, unfit: dict[str, object]) -> None:
    page = hand_in(sara)
    address, before = page.url.path, chosen(page.text)
    given = {**before, **{name.replace("__", "."): value for name, value in unfit.items()}}
    refused = sara.send(f"{address}/columns", page=address, **given)
    assert (refused.status_code, "INGEST-234" in refused.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert chosen(sara.get(address).text)["seen"] == before["seen"]


def test_a_form_of_a_mapping_that_was_changed_meanwhile_decides_nothing(sara: Browser) -> None:
    page = hand_in(sara)
    address = page.url.path
    sara.send(f"{address}/mapping", page=address, mapping=decided(page.text))
    late = keep(sara, address, page.text, question__0="out")
    assert "INGEST-233" in late
    assert shown(late, f"question.{SITE}") == "Nothing: leave the column out"
    assert "key = [&#34;Site&#34;]" in late


def test_a_wide_sheet_is_decided_on_page_by_page_and_counts_have_no_such_form(sara: Browser) -> None:
    wide = SHEET.replace(b"female_18_59\n", b"female_18_59," + b",".join(b"Note %d" % number for number in range(10)) + b"\n")
    page = hand_in(sara, wide)
    address = page.url.path
    kept = keep(sara, address, page.text, question__0="out")
    assert 'name="question.12"' not in kept
    second = sara.get(address, columns=12).text
    assert 'name="question.11"' not in second
    keep(sara, address, second, question__12="out", question__13="out")
    assert shown(sara.get(address).text, "question.0") == "Nothing: leave the column out"
    assert shown(sara.get(address, columns=12).text, "question.13") == "Nothing: leave the column out"
