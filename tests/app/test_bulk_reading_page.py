"""Reading many records, on screen: asked for by one, approved by another, and begun by who asked, once."""

import re

import pytest

from casework.store import ReadingWindow, open_windows
from core.database import Zone
from core.permissions import Right, Role, holds
from tests.app.test_approval_pages import access_of
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

PAGE = "/bulk-reading"


def windows(team: Field, browser: Browser) -> list[ReadingWindow]:
    with team.database.transaction(Zone.CASEWORK, access=access_of(team, browser)) as session:
        return open_windows(session)


def the_one_that_waits(browser: Browser) -> str:
    [proposal] = set(re.findall(r'action="/approvals/([0-9a-f-]{36})/approve"', browser.get("/approvals").text))
    return proposal


def test_the_whole_way(signed_in: SignIn, field_team: Field) -> None:
    sara, dina = signed_in("sara", Role.SUPERVISOR), signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    assert "Proposed. A second person" in sara.send(PAGE, page=PAGE, persons="900", purpose="protection").text
    proposal = the_one_that_waits(dina)
    assert sara.send(f"{PAGE}/{proposal}", page=PAGE).status_code == 409  # not approved yet
    dina.send(f"/approvals/{proposal}/approve", page="/approvals")
    assert f'href="{PAGE}"' in sara.get("/approvals").text
    assert f'action="{PAGE}/{proposal}"' not in dina.get(PAGE).text
    assert dina.send(f"{PAGE}/{proposal}", page=PAGE).status_code == 409  # a window is for who asked for it
    assert windows(field_team, sara) == []
    opened = sara.send(f"{PAGE}/{proposal}", page=PAGE).text
    assert "In the open window: <strong>900</strong>" in opened
    assert f'action="{PAGE}/{proposal}"' not in opened
    assert [window.persons for window in windows(field_team, sara)] == [900]
    assert windows(field_team, dina) == []
    assert sara.send(f"{PAGE}/{proposal}", page=PAGE).status_code == 409


@pytest.mark.parametrize(
    "asked", [{"persons": "0"}, {"persons": "100001"}, {"persons": "-1"}, {"persons": "many"}, {"purpose": "curiosity"}]
)
def test_what_makes_no_sense_is_not_proposed(signed_in: SignIn, asked: dict[str, str]) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    assert sara.send(PAGE, page=PAGE, **{"persons": "900", "purpose": "protection", **asked}).status_code == 422
    assert "Waits for a second person" not in sara.get(PAGE).text


def test_only_those_of_the_table_have_the_page(signed_in: SignIn) -> None:
    for role in Role:
        browser = signed_in(f"a-{role}", role)
        assert (browser.get(PAGE).status_code == 200) == holds(role, Right.READ_IN_BULK)
        assert (f'href="{PAGE}"' in browser.get("/account").text) == holds(role, Right.READ_IN_BULK)
        if not holds(role, Right.READ_IN_BULK):
            assert browser.send(PAGE, page="/account", persons="900", purpose="protection").status_code == 403
