"""What is typed and not sent outlives a lost connection, a closed tab and an ended session, and lies in the browser sealed."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from casework import list_cases
from casework.case_file import read_case_file
from core.audit import Purpose
from core.permissions import Role
from tests.casework.conftest import SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.end_to_end.test_signing_in_with_a_browser import a_device, enrol_with_passkey, hire

TYPED = "Quintessa waits at the well until dark."
STORED = "JSON.stringify(localStorage)"
# Asked once and answered later: a page of ours evaluates no text, so it cannot be asked again and again.
FORGOTTEN = f"""async () => {{
  const lies = () => {STORED}.includes("unsaved:");
  for (let frame = 0; lies() && frame < 600; frame++) await new Promise(requestAnimationFrame);
  return !lies();
}}"""


@dataclass
class Desk:
    """Amal's browser, with her passkey, on the list of cases."""

    context: BrowserContext
    page: Page
    address: str
    case: UUID

    def type(self) -> None:
        self.page.locator("#chosen summary").first.click()
        self.page.check("#chosen input[name=case]")
        self.page.fill("#reason", TYPED)
        self.page.wait_for_selector("#chosen[data-kept]")

    def sign_in_again(self) -> None:
        self.page.wait_for_url("**/sign-in?**")
        self.page.click("form[data-passkey] button")
        self.page.wait_for_url(f"{self.address}/cases")
        self.page.wait_for_selector("#chosen[data-ready]")


@pytest.fixture
def desk(browser: Browser, address: str, field_team: Field) -> Desk:
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        [case] = list_cases(session, "TEST", purpose=Purpose.ASSISTANCE)
    _, code = hire(field_team.database, field_team.ring, "amal", Role.CASEWORKER)
    context = browser.new_context()
    page = context.new_page()
    a_device(page)
    enrol_with_passkey(page, address, code)
    page.goto(f"{address}/cases")
    page.wait_for_selector("#chosen[data-ready]")
    return Desk(context, page, address, case.id)


def test_it_comes_back_after_all_of_them_and_is_forgotten_once_sent(desk: Desk, field_team: Field) -> None:
    page = desk.page
    desk.type()
    lies = page.evaluate(STORED)
    assert lies.count("unsaved:") == 1
    assert not [said for said in (TYPED, "Quintessa", "reason", str(desk.case), "cases") if said in lies]
    assert page.locator("script[data-key]").count() == 0

    # The connection is lost: nothing is sent, and the page says so.
    desk.context.set_offline(True)
    page.locator("#chosen details button").first.click()
    assert page.is_visible("[data-unsaved-offline]")
    desk.context.set_offline(False)

    # The tab is closed, the session ends, and what was typed is there after signing in again.
    page.goto("about:blank")
    desk.context.clear_cookies()
    page.goto(f"{desk.address}/cases")
    desk.sign_in_again()
    assert page.is_visible("[data-unsaved-restored]")
    assert page.input_value("#reason") == TYPED
    assert page.is_checked("#chosen input[name=case]")

    # The session ends while the form is sent: to sign in, and back to the text.
    desk.context.clear_cookies()
    page.locator("#chosen summary").first.click()
    page.locator("#chosen details button").first.click()
    desk.sign_in_again()
    assert page.input_value("#reason") == TYPED

    page.locator("#chosen summary").first.click()
    page.locator("#chosen details button").first.click()
    page.wait_for_selector("text=The chosen cases were flagged")
    assert page.evaluate(FORGOTTEN)
    page.goto(f"{desk.address}/cases")
    page.wait_for_selector("#chosen[data-ready]")
    assert page.input_value("#reason") == ""
    with field_team.zone() as session:
        [flag] = read_case_file(session, field_team.ring, desk.case, purpose=Purpose.ASSISTANCE).entries
    assert flag.fields == {"reason": TYPED}


def test_who_wishes_so_forgets_it_and_what_is_old_or_broken_is_not_brought_back(desk: Desk) -> None:
    page = desk.page
    desk.type()
    page.reload()
    page.wait_for_selector("[data-unsaved-restored]")
    page.click("[data-unsaved-restored] button")
    page.wait_for_selector("#chosen[data-ready]")
    assert page.input_value("#reason") == ""
    for change in ("x => (Number(x.split('.')[0]) - 8 * 86400000) + x.slice(13)", "x => x.slice(0, -6) + 'AAAAAA'"):
        desk.type()
        page.evaluate(f"for (const key of Object.keys(localStorage)) localStorage.setItem(key, ({change})(localStorage[key]))")
        page.reload()
        page.wait_for_selector("#chosen[data-ready]")
        assert page.input_value("#reason") == ""
        assert "unsaved:" not in page.evaluate(STORED)


def test_another_account_in_the_same_browser_neither_reads_it_nor_takes_it_away(desk: Desk, field_team: Field) -> None:
    page = desk.page
    desk.type()
    kept = page.evaluate(STORED)
    _, code = hire(field_team.database, field_team.ring, "badr", Role.CASEWORKER)
    desk.context.clear_cookies()
    enrol_with_passkey(page, desk.address, code)
    page.goto(f"{desk.address}/cases")
    page.wait_for_selector("#chosen[data-ready]")
    assert page.input_value("#reason") == ""
    assert page.evaluate(STORED) == kept


def test_a_form_of_the_case_file_is_brought_back_and_sent(desk: Desk, field_team: Field) -> None:
    page, form = desk.page, f"{desk.address}/cases/{desk.case}/step?kind=note&act=write"
    page.goto(form)
    page.wait_for_selector("form.ask[data-ready]")
    page.fill("#f-text", TYPED)
    page.wait_for_selector("form.ask[data-kept]")
    page.goto("about:blank")
    page.goto(form)
    page.wait_for_selector("[data-unsaved-restored]")
    assert page.input_value("#f-text") == TYPED
    page.click("form.ask button:not([type])")
    page.wait_for_url(f"**/cases/{desk.case}?done=write*")
    assert page.evaluate(FORGOTTEN)
    with field_team.zone() as session:
        [note] = read_case_file(session, field_team.ring, desk.case, purpose=Purpose.ASSISTANCE).entries
    assert note.fields is not None
    assert note.fields["text"] == TYPED
