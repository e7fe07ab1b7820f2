"""Exports on screen: proposed by one, approved by another, and the encrypted file handed over once."""

import re
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pyrage
import pytest
from pyrage import x25519

from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.permissions import Role
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import person as person  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414
from tests.casework.conftest import SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.casework.test_exporting.conftest import agree

THEIRS = x25519.Identity.generate()
CLINIC = {"code": "lake-clinic", "name": "Dr Pia", "organisation": "Lake clinic", "public_key": str(THEIRS.to_public())}
WANTED = {"fields": "identity/prs_First_Name\nidentity/prs_Second_Name", "purpose": "referral", "basis": "consent"}


def post(browser: Browser, path: str, **fields: object):  # type: ignore[no-untyped-def]
    return browser.send(path, page="/exports", **fields)


def forms(browser: Browser, pattern: str) -> list[str]:
    return re.findall(rf'action="(/exports/{pattern})"', browser.get("/exports").text)


@pytest.fixture
def two(signed_in: SignIn) -> tuple[Browser, Browser]:
    """A supervisor and an officer, with a recipient whom both agreed on."""
    sara, dina = signed_in("sara", Role.SUPERVISOR), signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    post(sara, "/exports/recipients", **CLINIC)
    post(dina, forms(dina, 'recipients/[^"]+')[0])
    return sara, dina


def recipient(browser: Browser) -> str:
    (found,) = re.findall(r'<option value="([0-9a-f-]{36})">Dr Pia', browser.get("/exports").text)
    return found


def test_the_whole_way(field_team: Field, person: UUID, two: tuple[Browser, Browser]) -> None:
    sara, dina = two
    agree(field_team, person)
    page = post(sara, "/exports", recipient=recipient(sara), **WANTED)
    assert page.status_code == 200
    assert SCREENING["prs_First_Name"] not in page.text
    (path,) = forms(dina, "[0-9a-f-]{36}")
    assert post(sara, path, agree="yes").status_code == 403
    post(dina, path, agree="yes")
    answer = post(sara, f"{path}/file")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].endswith('.zip.age"')
    with ZipFile(BytesIO(pyrage.decrypt(answer.content, [THEIRS]))) as archive:
        assert SCREENING["prs_First_Name"] in archive.read("persons.csv").decode()
    assert post(sara, f"{path}/file").status_code == 409
    with field_team.zone(Zone.AUDIT) as session:
        assert {line.purpose for line in audited_entries(session, action=Action.EXPORTED)} == {Purpose.REFERRAL}


def test_without_consent_nothing_is_proposed_and_nobody_is_named(person: UUID, two: tuple[Browser, Browser]) -> None:
    page = post(two[0], "/exports", recipient=recipient(two[0]), persons=str(person), **WANTED)
    assert page.status_code == 409
    assert str(person) not in page.text


@pytest.mark.parametrize(
    "unfit", [{"since": "ሰኔ 22 2018"}, {"until": "31.12.2026"}, {"persons": "all"}, {"basis": ""}, {"purpose": "sale"}], ids=str
)
def test_what_the_form_does_not_say_clearly_is_proposed_for_nobody(
    field_team: Field, person: UUID, two: tuple[Browser, Browser], unfit: dict[str, str]
) -> None:
    """A day that is not read would be no bound at all, and the export one of everybody."""
    sara, dina = two
    agree(field_team, person)
    assert post(sara, "/exports", **{"recipient": recipient(sara), **WANTED, **unfit}).status_code == 422
    assert forms(dina, "[0-9a-f-]{36}") == []


def test_a_stranger_to_exports_sees_nothing_of_them(signed_in: SignIn, two: tuple[Browser, Browser]) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    assert amal.get("/exports").status_code == 403
    assert 'href="/exports"' not in amal.get("/persons").text


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_it_speaks_three_languages(two: tuple[Browser, Browser], language: str, direction: str) -> None:
    page = two[0].get("/exports", lang=language)
    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page.text
