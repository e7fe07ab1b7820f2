"""The pages of a partner: the referrals that are open to them, one of them with what they were told, and the answer."""

import re
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pyrage
import pytest
from httpx import Response
from pyrage import x25519

from casework.case_file import Act, EntryKind
from casework.consent import ConsentState, GivenBy, Statement, record_consent, withdraw_consent
from core.audit import Purpose
from core.clock import now
from core.permissions import Role
from tests.app.signed_in_browser import Browser
from tests.app.test_cases.conftest import Office, plain

REASON = "Fever since Monday."


@pytest.fixture
def dora(office: Office) -> Browser:
    """Of the clinic: a partner whose reach is no unit that holds cases."""
    return office.sit("dora", Role.PARTNER, team=office.two, provider="medical_partner")


@pytest.fixture
def entry(office: Office, dora: Browser) -> UUID:
    """A referral that Amal sent on the person's consent, and opened to Dora by her sign-in name."""
    said = Statement(
        Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", "medical_partner", given_by=GivenBy.SELF, language="ar"
    )
    with office.team.zone() as session:
        record_consent(session, office.team.ring, office.person, said)
    office.begin(office.amal, EntryKind.DECISION, Act.SETTLE, status="actual", eligible="yes", reasons="Debt bondage.")
    office.begin(office.amal, EntryKind.NOTE, text="Told to nobody but Amal")
    office.begin(office.amal, EntryKind.REFERRAL, provider="medical_partner", service_type="medical", reason=REASON)
    referral = office.newest()
    assert send(office, referral, "dora").status_code == 303
    return referral


def send(office: Office, referral: UUID, partner: str) -> Response:
    kind, _, seen = office.stands(referral)
    form = office.amal.get(f"{office.address}/step", kind=kind.value, act="send", entry=str(referral)).text
    assert 'name="partner"' in form
    [step] = re.findall(r'name="id" value="([^"]+)"', form)
    given = {"kind": kind.value, "act": "send", "entry": str(referral), "id": step, "seen": str(seen), "partner": partner}
    return office.send(office.amal, **given, **{"field:provider": "medical_partner", "field:reason": REASON})


def answer(who: Browser, entry: UUID, act: str, said: str = "") -> str:
    page = who.get(f"/referrals/{entry}").text
    hidden = dict(re.findall(r'name="(id|case|seen)" value="([^"]+)"', page))
    return plain(who.send(f"/referrals/{entry}", page=f"/referrals/{entry}", act=act, answer=said, **hidden))


def test_a_partner_reads_what_was_referred_answers_it_and_sees_no_more(office: Office, dora: Browser, entry: UUID) -> None:
    assert "Referrals to you that wait for your answer" in plain(dora.get("/work"))
    listed = plain(dora.get("/referrals"))
    assert str(entry)[:8] in listed
    assert "Interviewed" not in listed
    assert REASON not in listed
    shown = plain(dora.get(f"/referrals/{entry}"))
    assert all(said in shown for said in (REASON, "Interviewed", "+252 61 555 0199", "Medical care"))
    assert "Told to nobody but Amal" not in shown
    for address in (office.address, f"{office.address}/entries/{entry}", "/cases", "/tasks", f"/persons/{office.person}"):
        assert dora.get(address).status_code == 403, address
    assert "Fill them in" in answer(dora, entry, "reject")
    assert "You accepted the referral" in answer(dora, entry, "accept", "Tuesday at nine")
    assert "Tuesday at nine" in plain(office.amal.get(office.address))
    assert "The referral is done" in answer(dora, entry, "complete")
    assert dora.get(f"/referrals/{entry}").status_code == 404
    assert office.stands(entry)[1] == "done"


def test_it_closes_when_the_person_takes_the_consent_back(office: Office, dora: Browser, entry: UUID) -> None:
    with office.team.zone() as session:
        withdraw_consent(
            session,
            office.team.ring,
            office.person,
            consent_to=Purpose.REFERRAL,
            recipient="medical_partner",
            said_at=now(),
            said_to="amal",
        )
    assert dora.get(f"/referrals/{entry}").status_code == 404
    assert "No referral is open to you" in plain(dora.get("/referrals"))


def test_the_pages_are_a_partners_and_only_theirs(office: Office, dora: Browser, entry: UUID) -> None:
    other = office.sit("erik", Role.PARTNER, team=office.two)
    assert other.get(f"/referrals/{entry}").status_code == 404
    for who in (office.amal, office.carla):
        assert who.get("/referrals").status_code == 403
        assert who.get(f"/referrals/{entry}").status_code == 403
    assert dora.client.post(f"/referrals/{entry}", data={"act": "accept"}).status_code == 403, "without the form's token"


def test_a_referral_is_opened_to_a_partner_and_to_nobody_else(office: Office, entry: UUID) -> None:
    office.begin(office.amal, EntryKind.REFERRAL, provider="medical_partner", service_type="medical", reason=REASON)
    referral = office.newest()
    assert office.badr.account
    assert "holds no partner" in plain(send(office, referral, "badr"))
    office.sit("erik", Role.PARTNER, team=office.two, provider="legal_partner")
    office.sit("nadia", Role.PARTNER, team=office.two)
    for anothers in ("erik", "nadia"):
        assert "is not one of medical_partner" in plain(send(office, referral, anothers))
    assert office.stands(referral)[1] == "draft"


def test_a_provider_who_does_not_work_here_is_sent_a_sealed_package(office: Office, entry: UUID) -> None:
    theirs = x25519.Identity.generate()
    sara, danuta = office.sit("sara", Role.SUPERVISOR), office.sit("danuta", Role.DATA_PROTECTION_OFFICER)
    clinic = {"code": "medical_partner", "name": "Dr Pia", "organisation": "Lake clinic", "public_key": str(theirs.to_public())}
    sara.send("/exports/recipients", page="/exports", **clinic)
    page = f"{office.address}/entries/{entry}"
    assert "Sealed package" not in office.amal.get(page).text, "nobody has confirmed the key"
    [recipient] = re.findall(r'action="/exports/recipients/([^"]+)"', danuta.get("/exports").text)
    danuta.send(f"/exports/recipients/{recipient}", page="/exports")
    shown = office.amal.get(page).text
    assert "<code>contact/prs_MobilePhone</code>" in shown
    assert "Lake clinic" in office.amal.send(f"{page}/package", page=page, recipient=recipient).text
    [deciding] = re.findall(r'action="(/exports/[0-9a-f-]{36})"', danuta.get("/exports").text)
    assert "Interviewed" not in danuta.get("/exports").text
    danuta.send(deciding, page="/exports", agree="yes")
    assert f"{deciding}/file" not in danuta.get("/exports").text, "whoever asked for it makes it"
    [making] = re.findall(r'action="([^"]+/file)"', office.amal.get(page).text)
    sealed = office.amal.send(making, page=page)
    assert sealed.headers["Content-Disposition"].endswith('.zip.age"')
    with ZipFile(BytesIO(pyrage.decrypt(sealed.content, [theirs]))) as archive:
        assert REASON in archive.read("referral.html").decode()
    assert office.amal.send(making, page=page).status_code == 409


def test_a_package_that_was_asked_for_is_taken_back(office: Office, entry: UUID) -> None:
    sara, danuta = office.sit("sara", Role.SUPERVISOR), office.sit("danuta", Role.DATA_PROTECTION_OFFICER)
    key = str(x25519.Identity.generate().to_public())
    sara.send("/exports/recipients", page="/exports", code="medical_partner", name="Pia", organisation="Clinic", public_key=key)
    [recipient] = re.findall(r'action="/exports/recipients/([^"]+)"', danuta.get("/exports").text)
    danuta.send(f"/exports/recipients/{recipient}", page="/exports")
    page = f"{office.address}/entries/{entry}"
    asked = office.amal.send(f"{page}/package", page=page, recipient=recipient).text
    [back] = re.findall(r'action="([^"]+/package/[0-9a-f-]{36})"', asked)
    assert "rejected" in office.amal.send(back, page=page).text.lower()
    assert "/exports/" not in re.sub("/exports/recipients", "", danuta.get("/exports").text)
