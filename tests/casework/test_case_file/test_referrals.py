"""A referral opened to a partner who works here too: they read what was agreed, answer, and see nothing else of the case."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from casework import find_case, read_person, records
from casework.case_file import (
    Act,
    EntryKind,
    FieldUnfit,
    Step,
    read_case_file,
    take_step,
)
from casework.case_file.errors import PartnerOfAnother, ReferralNotAgreed, ReferralUnknown, ReferralUnopened
from casework.consent import (
    ConsentState,
    GivenBy,
    RestrictionReason,
    Statement,
    record_consent,
    restrict_record,
    withdraw_consent,
)
from casework.errors import ClearRowChanged, PartNotYours, RecordUnknown
from casework.models import Opening
from casework.programme import OURS as PROGRAMME
from casework.programme import parse_programme
from casework.programme.errors import ProgrammeUnreadable
from casework.records import keep_from
from casework.referrals import PartnerAccount, ReadReferral, count_referrals, page_referrals, read_referral
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.beginning import Beginning
from tests.casework.conftest import OPERATION
from tests.casework.test_case_file.conftest import AMAL, CARLA, Office, damage

DORA = Access("dora", OPERATION, (Grant(Role.PARTNER, organisation="clinic"),))
ERIK = Access("erik", OPERATION, (Grant(Role.PARTNER, organisation="clinic"),))
# A partner whose reach an administrator drew too wide.
WIDE = Access("wide", OPERATION, (Grant(Role.PARTNER, organisation="org"),))
NEED = {"provider": "medical_partner", "service_type": "medical", "reason": "Fever since Monday."}
SECRET = "Told to nobody but Amal"


@dataclass
class Referred:
    """A case of which one referral was sent to the medical partner, and opened to Dora there."""

    office: Office
    entry: UUID

    @contextmanager
    def at(self, who: Access) -> Iterator[Session]:
        with self.office.working(who) as session:
            yield session

    def read(self, who: Access = DORA) -> ReadReferral:
        with self.at(who) as session:
            return read_referral(session, self.office.team.ring, self.entry)

    def answer(self, act: Act, who: Access = DORA, seen: int = 0, **fields: str) -> None:
        step = Step(EntryKind.REFERRAL, act, self.entry, fields, seen=seen or self.newest())
        with self.at(who) as session:
            take_step(session, self.office.team.ring, self.office.case, step, purpose=Purpose.REFERRAL)

    def newest(self) -> int:
        return next(one.number for one in self.office.file().entries if one.id == self.entry)

    def state(self) -> str:
        return next(one.state for one in self.office.file().entries if one.id == self.entry)

    def listed(self, who: Access = DORA) -> list[UUID]:
        with self.at(who) as session:
            return [one.id for one in page_referrals(session).rows]


def agree(office: Office, recipient: str = "medical_partner", days: int | None = None) -> None:
    until = now() + timedelta(days=days) if days else None
    said = Statement(
        Purpose.REFERRAL,
        ConsentState.GIVEN,
        now(),
        "amal",
        recipient=recipient,
        given_by=GivenBy.SELF,
        language="ar",
        valid_until=until,
    )
    with office.working() as session:
        record_consent(session, office.team.ring, office.person, said)


def send(office: Office, account: str | None = "dora", who: Access = AMAL, **more: str) -> UUID:
    entry = office.begin(EntryKind.REFERRAL, access=who, **(NEED | more))
    seen = next(one.number for one in office.file().entries if one.id == entry)
    office.take(
        Step(
            EntryKind.REFERRAL,
            Act.SEND,
            entry,
            seen=seen,
            open_to=account and PartnerAccount(account, {(NEED | more)["provider"]}),
            assignee="amal",
        ),
        who,
    )
    return entry


def eligible(office: Office) -> None:
    office.begin(EntryKind.DECISION, Act.SETTLE, status="actual", eligible="yes", reasons="Debt bondage.")


@pytest.fixture
def referred(office: Office, begin: Beginning) -> Referred:
    def made() -> UUID:
        eligible(office)
        agree(office)
        office.begin(EntryKind.NOTE, text=SECRET)
        return send(office)

    return Referred(office, begin(made))


def test_the_partner_reads_what_was_agreed_and_nothing_else(referred: Referred) -> None:
    shown = referred.read()
    assert {f"{one.part.value}/{one.question}": one.value for one in shown.told} == {
        "identity/prs_First_Name": "Amal",
        "identity/prs_Second_Name": "Interviewed",
        "contact/prs_MobilePhone": "+252 61 555 0199",
    }
    assert shown.said == NEED
    assert set(shown.acts) == {Act.ACCEPT, Act.REJECT}
    assert SECRET not in repr(shown.said) + repr(shown.told)
    assert "Interviewed" not in repr(shown), "what a log might print"


def test_nothing_else_of_the_person_opens_to_the_partner(referred: Referred) -> None:
    ring, office = referred.office.team.ring, referred.office
    with referred.at(DORA) as session:
        with pytest.raises(NotAllowed):
            read_case_file(session, ring, office.case, purpose=Purpose.REFERRAL)
        for part in RecordPart:
            with pytest.raises(NotAllowed):
                read_person(session, ring, office.person, parts=[part], purpose=Purpose.REFERRAL)
        with pytest.raises(NotAllowed):
            records.list_files(session, ring, office.person, purpose=Purpose.REFERRAL)
        with pytest.raises(NotAllowed):
            find_case(session, ring, OPERATION, "SC-0012", purpose=Purpose.REFERRAL)
        with pytest.raises(NotAllowed):
            records.view_record(session, ring, office.person, purpose=Purpose.REFERRAL)


def test_it_is_open_to_that_account_alone(referred: Referred) -> None:
    seen = referred.newest()
    for who in (ERIK, WIDE, AMAL, CARLA):
        with pytest.raises((ReferralUnknown, NotAllowed)):
            referred.read(who)
        with referred.at(who) as session:
            assert count_referrals(session) == 0
    for who in (ERIK, WIDE):
        with pytest.raises((NotAllowed, RecordUnknown)):
            referred.answer(Act.ACCEPT, who, seen)


def test_the_partner_accepts_and_says_that_it_is_done(referred: Referred) -> None:
    with referred.at(DORA) as session:
        assert count_referrals(session) == 1
    referred.answer(Act.ACCEPT, answer="Tuesday at nine")
    assert referred.read().said["answer"] == "Tuesday at nine"
    assert referred.read().acts == (Act.COMPLETE,)
    referred.answer(Act.COMPLETE, answer="Treated.")
    entry = next(one for one in referred.office.file().entries if one.id == referred.entry)
    assert (entry.state, entry.steps[-1].by, entry.assignee) == ("done", "dora", "amal")
    with pytest.raises(ReferralUnknown):
        referred.read()
    assert referred.listed() == []


def test_a_rejection_says_why(referred: Referred) -> None:
    referred.answer(Act.REJECT, answer="No bed is free.")
    assert referred.state() == "rejected"
    assert referred.listed() == []


def test_the_worker_may_answer_for_a_partner_who_telephones(referred: Referred) -> None:
    referred.answer(Act.ACCEPT, AMAL)
    assert referred.read().state == "accepted"


def test_an_answer_changes_nothing_else(referred: Referred) -> None:
    for field in ("told", "provider", "reason"):
        with pytest.raises(FieldUnfit):
            referred.answer(Act.ACCEPT, **{field: "identity/prs_Birthdate"})
    assert referred.state() == "sent"


def test_a_partner_takes_no_other_step(referred: Referred) -> None:
    of_the_referral = Step(EntryKind.REFERRAL, Act.REVOKE, referred.entry, {"answer": "x"}, seen=referred.newest())
    for wanted in (of_the_referral, Step(EntryKind.NOTE, Act.WRITE), Step(EntryKind.REFERRAL, Act.WRITE)):
        with referred.at(DORA) as session, pytest.raises(NotAllowed):
            take_step(session, referred.office.team.ring, referred.office.case, wanted, purpose=Purpose.REFERRAL)


def test_a_worker_cannot_name_what_is_told(office: Office) -> None:
    eligible(office)
    agree(office)
    referred = Referred(office, send(office, told="narrative/interviewer_notes"))
    referred.answer(Act.ACCEPT, AMAL, told="narrative/interviewer_notes")
    assert {one.question for one in referred.read().told} == {"prs_First_Name", "prs_Second_Name", "prs_MobilePhone"}


def revoke(at: Referred) -> None:
    at.office.go_on(at.entry, Act.REVOKE, answer="She asked us to.")


def withdraw(at: Referred) -> None:
    with at.office.working() as session:
        withdraw_consent(
            session,
            at.office.team.ring,
            at.office.person,
            consent_to=Purpose.REFERRAL,
            recipient="medical_partner",
            said_at=now(),
            said_to="amal",
        )


def restrict(at: Referred) -> None:
    with at.office.working(CARLA) as session:
        ring, person = at.office.team.ring, at.office.person
        restrict_record(session, ring, person, RestrictionReason.OBJECTION, use=Purpose.REFERRAL)


def end_by_hand(at: Referred) -> None:
    with at.office.working() as session:
        records.end_opening(session, at.office.team.ring, at.entry, purpose=Purpose.SECURITY)


@pytest.mark.parametrize("ends", [revoke, withdraw, restrict, end_by_hand])
def test_it_ends_at_once(referred: Referred, ends: Callable[[Referred], None]) -> None:
    referred.answer(Act.ACCEPT)
    seen = referred.newest()
    ends(referred)
    with pytest.raises(ReferralUnknown):
        referred.read()
    with pytest.raises((NotAllowed, RecordUnknown)):
        referred.answer(Act.COMPLETE, seen=seen)
    assert referred.listed() == []


def test_it_ends_with_the_consent(office: Office) -> None:
    eligible(office)
    agree(office, days=30)
    entry = send(office)
    with office.working() as session:
        [until] = session.scalars(select(Opening.until).where(Opening.id == entry))
    assert until <= now() + timedelta(days=30)


def test_who_is_kept_from_a_part_is_not_told_of_it(referred: Referred) -> None:
    with referred.office.working() as session:
        keep_from(session, referred.office.team.ring, referred.office.person, account="dora", part=RecordPart.CONTACT)
    assert {one.part for one in referred.read().told} == {RecordPart.IDENTITY}


def test_without_consent_it_is_neither_sent_nor_opened(office: Office) -> None:
    eligible(office)
    agree(office, "legal_partner")
    with pytest.raises(ReferralNotAgreed):
        send(office)


def test_nobody_shares_what_they_may_not_read(office: Office) -> None:
    eligible(office)
    agree(office)
    with office.working(CARLA) as session:
        keep_from(session, office.team.ring, office.person, account="amal", part=RecordPart.CONTACT)
    with pytest.raises(PartNotYours):
        send(office)
    send(office, account=None)


def test_what_goes_nowhere_is_opened_to_nobody(office: Office) -> None:
    eligible(office)
    with pytest.raises(ReferralUnopened):
        send(office, provider="own")
    with pytest.raises(ReferralUnopened):
        office.take(Step(EntryKind.REFERRAL, Act.WRITE, fields=NEED, open_to=PartnerAccount("dora", {NEED["provider"]})))


@pytest.mark.parametrize("providers", [{"legal_partner"}, set()])
def test_it_is_opened_to_an_account_of_its_provider_and_to_no_other(office: Office, providers: set[str]) -> None:
    eligible(office)
    agree(office)
    agree(office, "legal_partner")
    entry = office.begin(EntryKind.REFERRAL, **NEED)
    send_it = Step(
        EntryKind.REFERRAL, Act.SEND, entry, seen=office.file().entries[-1].number, open_to=PartnerAccount("dora", providers)
    )
    with pytest.raises(PartnerOfAnother):
        office.take(send_it)


def test_a_referral_that_is_opened_to_nobody_here_goes_on_as_before(office: Office) -> None:
    eligible(office)
    agree(office)
    referred = Referred(office, send(office, account=None))
    with pytest.raises((ReferralUnknown, NotAllowed)):
        referred.read()
    referred.answer(Act.ACCEPT, AMAL)


def test_an_opening_put_in_behind_the_programs_back_is_found(referred: Referred) -> None:
    damage(referred.office, f"UPDATE casework.opening SET actor = 'erik' WHERE id = '{referred.entry}'")
    with pytest.raises(ClearRowChanged):
        referred.read(ERIK)


def test_the_log_says_what_was_told_to_whom_on_which_basis_and_no_answer(referred: Referred) -> None:
    referred.read()
    with referred.office.team.database.transaction(Zone.AUDIT, operation=OPERATION) as session:
        rows = session.execute(text("SELECT action, actor, purpose, detail::text FROM core.audit_entry ORDER BY number")).all()
    shared = next(row for row in rows if row.action == "shared")
    assert all(word in shared[3] for word in ('"dora"', '"medical_partner"', "contact/prs_MobilePhone", '"consent"'))
    read = [
        row for row in rows if (row.action, row.actor, row.purpose) == ("read", "dora", "referral") and "revealed" in row[3]
    ]
    assert len(read) == 1
    assert not [row for row in rows if "555 0199" in row[3] or "Interviewed" in row[3]]


def test_a_programme_tells_a_provider_other_fields() -> None:
    ours = PROGRAMME.read_text(encoding="utf-8")
    said = ours + '\n[referrals.legal_partner]\nfields = ["facts/prs_Citizenship"]\n'
    told = parse_programme(said).told
    assert told.to("legal_partner") == ("facts/prs_Citizenship",)
    assert told.to("medical_partner") == parse_programme(ours).told.to("medical_partner")


@pytest.mark.parametrize(
    "section",
    [
        '[referrals.nobody]\nfields = ["identity/prs_First_Name"]',
        '[referrals.legal_partner]\nfields = ["narrative/interviewer_notes"]',
        '[referrals.legal_partner]\nfields = ["identity"]',
        '[referrals.legal_partner]\nfields = "identity/prs_First_Name"',
        "[referrals.legal_partner]\nother = 1",
    ],
)
def test_a_programme_that_tells_more_or_nobody_is_refused(section: str) -> None:
    with pytest.raises(ProgrammeUnreadable, match="referrals"):
        parse_programme(PROGRAMME.read_text(encoding="utf-8") + "\n" + section)
