"""A report in a real browser: drafted, edited, approved, signed, printed, checked, by keyboard; it fits, and axe finds nothing.

On a phone in Arabic; what leads to a case that follows another stands on the way.
"""

import re

import pytest
from sqlalchemy import text

from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.casework.test_case_file.conftest import Office as CaseOffice
from tests.casework.test_case_file.conftest import say_yes
from tests.end_to_end.test_a_whole_case import Office
from tests.end_to_end.test_a_whole_case import office as office  # noqa: PLC0414
from tests.end_to_end.test_in_a_browser import PHONE

CASE = text('SELECT person FROM casework."case" WHERE id = :case')


@pytest.mark.parametrize("office", [("ar", PHONE)], indirect=True, ids=["arabic-phone"])
def test_from_a_draft_to_a_checked_sheet(office: Office) -> None:
    with office.team.zone() as session:
        person = session.execute(CASE, {"case": office.case}).scalar_one()
        say_yes(session, office.team, person, "court")
    CaseOffice(office.team, office.case, person).earlier()
    page = office.open("amal")
    office.look(page, "case_with_an_earlier")
    page.press("a.begin[href*='reports/new']", "Enter")
    page.select_option("#f-for", "court")
    page.select_option("#f-recipient", "court")
    office.look(page, "report_new")
    page.press("form.ask button", "Enter")
    page.wait_for_url("**/step?kind=report&act=change*")
    office.look(page, "report_edit")
    page.fill("#f-text", page.input_value("#f-text") + "\n\nما رأيناه.")
    page.press("form.ask button:not([type])", "Enter")
    page.wait_for_url("**?done=change*")
    report = page.url.partition("#e-")[2]
    for name, act in (("amal", "submit"), ("carla", "approve")):
        desk = office.sit(name)
        desk.goto(f"{office.address}/cases/{office.case}/entries/{report}")
        desk.press(f"button[value='{act}']", "Enter")
        desk.wait_for_url(f"**?done={act}*")
    page.goto(f"{office.address}/cases/{office.case}/entries/{report}")
    page.press("a[href*='act=sign']", "Enter")
    page.fill("#f-signed_as", "Amal Worker")
    page.press("form.ask button:not([type])", "Enter")
    page.wait_for_url("**?done=sign*")
    page.goto(f"{office.address}/cases/{office.case}/entries/{report}")
    office.look(page, "report_signed")
    page.press("form[action$='/print'] button", "Enter")
    page.wait_for_selector("article.sheet")
    office.look(page, "report_print")
    digest = page.inner_text("code[dir='ltr']")
    assert re.fullmatch(r"[0-9a-f ]{79}", digest)
    page.goto(f"{office.address}/reports/check")
    page.fill("#f-number", report)
    page.fill("#f-digest", digest)
    page.press("form.ask button", "Enter")
    page.wait_for_selector(".done")
    office.look(page, "report_checked")
    page.goto(f"{office.address}/cases/{office.case}/step?kind=earlier_case&act=write")
    page.select_option("#f-earlier", index=1)
    page.select_option("#f-again", "no")
    office.look(page, "earlier_case")
    page.press("form.ask button:not([type])", "Enter")
    page.wait_for_url("**?done=write*")
    assert office.found == []
