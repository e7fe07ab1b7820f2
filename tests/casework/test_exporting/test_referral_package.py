"""A referral sealed for a provider who has no account here: what was agreed, on the person's consent, by two people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import text

from casework import exporting
from casework.case_file import Act, EntryKind
from casework.case_file.errors import ReferralNotAgreed
from casework.consent import LegalBasis, RestrictionReason, restrict_record, withdraw_consent
from casework.errors import PartNotYours
from casework.export_errors import ExportEmpty, RecipientNotProvider, RecipientUnknown, ReferralNotSent
from casework.exporting import PlannedExport, Specification
from casework.programme import OURS
from casework.records import keep_from
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.languages import LANGUAGES
from core.permissions import Role
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from core.second_person import SecondPersonNeeded, approve
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.casework.test_case_file.conftest import AMAL, BADR, CARLA, EMIL, Office
from tests.casework.test_case_file.conftest import office as office  # noqa: PLC0414  (a fixture)
from tests.casework.test_case_file.test_referrals import DORA, NEED, SECRET, agree, eligible, send

DANUTA = Access("danuta", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
THEIRS = x25519.Identity.generate()
TOLD = {
    "identity/prs_First_Name": "Amal",
    "identity/prs_Second_Name": "Interviewed",
    "contact/prs_MobilePhone": "+252 61 555 0199",
}


@dataclass
class Referred:
    """A referral to the medical partner, who is nobody here, and their entry in the register of recipients."""

    office: Office
    entry: UUID
    recipient: UUID

    def propose(self, who: Access = AMAL, recipient: UUID | None = None) -> UUID:
        with self.office.working(who) as session:
            return exporting.propose_package(session, self.office.team.ring, self.entry, recipient or self.recipient)

    def approve(self, export: UUID, who: Access = DANUTA) -> UUID:
        with self.office.working(who) as session:
            approve(session, exporting.find_export(session, export).proposal)
        return export

    def make(self, export: UUID, who: Access = AMAL, language: str = "en") -> dict[str, str]:
        out = BytesIO()
        with self.office.working(who) as session:
            exporting.carry_out_export(session, self.office.team.ring, export, out, language=language)
        with ZipFile(BytesIO(pyrage.decrypt(out.getvalue(), [THEIRS]))) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}

    def approved(self) -> UUID:
        return self.approve(self.propose())

    def listed(self, who: Access = AMAL) -> list[PlannedExport]:
        with self.office.working(who) as session:
            return exporting.packages_of(session, self.entry)


def add_recipient(office: Office, code: str) -> UUID:
    key = str(THEIRS.to_public())
    with office.working(CARLA) as session:
        return exporting.add_recipient(session, code=code, name="Dr Pia", organisation="Lake clinic", public_key=key)


@pytest.fixture
def referred(office: Office) -> Referred:
    eligible(office)
    agree(office)
    office.begin(EntryKind.NOTE, text=SECRET)
    recipient = add_recipient(office, "medical_partner")
    with office.working(DANUTA) as session:
        exporting.confirm_recipient(session, recipient)
    return Referred(office, send(office, account=None), recipient)


def test_the_provider_reads_what_was_agreed_and_nothing_else(referred: Referred) -> None:
    export = referred.approved()
    files = referred.make(export)
    assert set(files) == {"referral.html", "referral.json"}
    told = json.loads(files["referral.json"])
    assert {one["field"]: one["answer"] for one in told["told"]} == TOLD
    assert told["referral"] == NEED
    assert told["consent"] == {"recipient": "medical_partner", "purpose": "referral", "basis": "consent", "until": None}
    assert str(export) in told["export"]
    for said in (*TOLD.values(), NEED["reason"], "Dr Pia, Lake clinic", told["record"]):
        assert said in files["referral.html"]
    ours = (SECRET, str(referred.entry), str(referred.office.case), str(referred.office.person), "SC-0012", "quiet room")
    assert not [word for word in ours if word in "".join(files.values())]


def test_its_page_is_written_in_every_language_and_asks_nobody_for_anything(referred: Referred) -> None:
    for language in LANGUAGES:
        page = referred.make(referred.approved(), language=language)["referral.html"]
        assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
        assert "default-src 'none'" in page
        assert "http" not in page.replace("http-equiv", "")


def test_it_takes_two_people_and_is_made_once(referred: Referred) -> None:
    export = referred.propose()
    for who, refusal in ((AMAL, NotAllowed), (CARLA, NotAllowed)):
        with pytest.raises(refusal):
            referred.approve(export, who)
    with pytest.raises(NotAllowed):
        referred.make(export)
    referred.approve(export)
    referred.make(export)
    with pytest.raises(NotAllowed):
        referred.make(export)
    assert [(one.id, one.state, one.referral) for one in referred.listed()] == [(export, "carried_out", referred.entry)]


def test_whoever_asks_cannot_approve_even_with_the_right(referred: Referred) -> None:
    both = Access("both", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.SUPERVISOR)))
    with pytest.raises(SecondPersonNeeded):
        referred.approve(referred.propose(both), both)


def test_only_who_works_on_the_case_and_shares_it_asks(referred: Referred) -> None:
    for who in (BADR, DANUTA, DORA):
        with pytest.raises((NotAllowed, ReferralNotSent)):
            referred.propose(who)


def test_what_is_approved_names_the_referral(referred: Referred) -> None:
    person, fields = referred.office.person, ("identity/prs_First_Name",)
    of_one, of_another = (
        Specification(referred.recipient, fields, (person,), Purpose.REFERRAL, LegalBasis.CONSENT, referral=entry)
        for entry in (referred.entry, referred.office.case)
    )
    assert of_one.digest("key") != of_another.digest("key")


def withdraw(at: Referred) -> None:
    with at.office.working() as session:
        ring, person = at.office.team.ring, at.office.person
        withdraw_consent(
            session, ring, person, consent_to=Purpose.REFERRAL, recipient="medical_partner", said_at=now(), said_to="amal"
        )


def restrict(at: Referred) -> None:
    with at.office.working(CARLA) as session:
        restrict_record(session, at.office.team.ring, at.office.person, RestrictionReason.OBJECTION, use=Purpose.REFERRAL)


def revoke(at: Referred) -> None:
    at.office.go_on(at.entry, Act.REVOKE, answer="She asked us to.")


def reject(at: Referred) -> None:
    at.office.go_on(at.entry, Act.REJECT, answer="No bed is free.")


@pytest.mark.parametrize(
    ("ends", "not_made", "not_asked"),
    [
        (withdraw, ExportEmpty, ReferralNotAgreed),
        (restrict, ExportEmpty, ReferralNotAgreed),
        (revoke, ReferralNotSent, ReferralNotSent),
        (reject, ReferralNotSent, ReferralNotSent),
    ],
)
def test_what_is_withdrawn_meanwhile_neither_leaves_nor_is_asked_for(
    referred: Referred, ends: Callable[[Referred], None], not_made: type[Exception], not_asked: type[Exception]
) -> None:
    export = referred.approved()
    ends(referred)
    with pytest.raises(not_made):
        referred.make(export)
    assert referred.listed()[0].state == "approved"
    with pytest.raises(not_asked):
        referred.propose()


def test_it_goes_to_the_provider_and_to_nobody_else(referred: Referred) -> None:
    other = add_recipient(referred.office, "legal_partner")
    with pytest.raises(RecipientUnknown):  # nobody has confirmed the key
        referred.propose(recipient=other)
    with referred.office.working(DANUTA) as session:
        exporting.confirm_recipient(session, other)
    with pytest.raises(RecipientNotProvider):
        referred.propose(recipient=other)
    with referred.office.working() as session:
        assert [one.id for one in exporting.package_recipients(session, "medical_partner")] == [referred.recipient]


def test_nobody_tells_what_they_may_not_read(referred: Referred) -> None:
    with referred.office.working(CARLA) as session:
        keep_from(session, referred.office.team.ring, referred.office.person, account="amal", part=RecordPart.CONTACT)
    with pytest.raises(PartNotYours):
        referred.propose()
    assert "+252" not in str(referred.make(referred.approve(referred.propose(EMIL)), AMAL)), "or less than was approved"


def test_a_programme_that_tells_more_later_tells_no_more_than_was_approved(referred: Referred) -> None:
    export = referred.approved()
    ours = OURS.read_text(encoding="utf-8")
    with referred.office.working(CARLA) as session:
        more = propose_policy(
            session, PolicyKind.PROGRAMME, f'{ours}\n[referrals.medical_partner]\nfields = ["facts/vic_TraffickingStatus"]\n'
        )
    with referred.office.working(EMIL) as session:
        approve_policy(session, more)
        activate_policy(session, more)
    assert {one["field"] for one in json.loads(referred.make(export)["referral.json"])["told"]} == set(TOLD)
    later = json.loads(referred.make(referred.approved())["referral.json"])
    assert [one["field"] for one in later["told"]] == ["facts/vic_TraffickingStatus"]


def test_a_found_copy_is_traced_to_it(referred: Referred) -> None:
    export = referred.approved()
    record = json.loads(referred.make(export)["referral.json"])["record"]
    with referred.office.working(CARLA) as session:
        [trace] = exporting.trace_export(session, referred.office.team.ring, f"seen: {record}")
    assert (trace.export, trace.recipient) == (export, referred.recipient)


def test_the_log_says_what_left_to_whom_and_on_what_and_no_answer(referred: Referred) -> None:
    referred.make(referred.approved())
    with referred.office.team.database.transaction(Zone.AUDIT, operation=OPERATION) as session:
        lines = session.execute(text("SELECT action, actor, detail::text FROM core.audit_entry ORDER BY number")).all()
    shared = next(detail for action, actor, detail in lines if (action, actor) == ("shared", "amal"))
    assert all(word in shared for word in ('"medical_partner"', '"contact/prs_MobilePhone"', '"consent"', '"export"'))
    assert any('"sha256"' in detail and '"basis"' in detail for action, _, detail in lines if action == "exported")
    assert not [line for line in lines if "555 0199" in line[2] or "Interviewed" in line[2]]
