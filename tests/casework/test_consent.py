"""Consent per purpose and recipient: every statement is kept, the newest counts, and what it ends has ended at once."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from casework import list_cases, movement_facts, read_person, read_report
from casework.consent.consents import ConsentState, GivenBy, LegalBasis, may_share_with, may_use
from casework.consent.record_consent import Evidence, Statement, consent_history, consent_row, record_consent
from casework.consent.restrict_record import (
    RestrictionReason,
    lift_restriction,
    restrict_record,
    restrictions_in_force,
    withdraw_report,
)
from casework.consent.withdraw_consent import withdraw_consent
from casework.errors import ConsentIncomplete, ConsentUnknown, RecordRestricted, RecordUnknown, SharingNotAllowed
from casework.records.open_record import share_record
from casework.rights_models import OURS, Consent, Restriction
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.periods.week import Week
from core.permissions import PERMISSIONS, Right, Role
from core.postgres.insert_rows import NewRows
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ARRIVAL, OPERATION, SCREENING, Field

CLINIC = "lake-clinic"
WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER),))
OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
PARTNER = Access("pia", OPERATION, (Grant(Role.PARTNER, organisation=CLINIC),))
WEEK = Week(2026, 7)


@begun
def person(field_team: Field) -> UUID:
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


@begun
def report(field_team: Field) -> UUID:
    return field_team.admit(field_team.send("movement", ARRIVAL)).records[0]


def sharing(state: ConsentState = ConsentState.GIVEN, **more: object) -> Statement:
    terms = {"recipient": CLINIC, "text_version": "2026080101", "language": "ar", **more}
    return Statement(Purpose.REFERRAL, state, now(), "amal", **terms)  # type: ignore[arg-type]


def say(team: Field, person: UUID, said: Statement, who: Access = WORKER) -> UUID:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        return record_consent(session, team.ring, person, said)


def withdraw(team: Field, person: UUID, consent_to: Purpose, recipient: str = OURS) -> None:
    with team.database.transaction(Zone.CASEWORK, access=WORKER) as session:
        withdraw_consent(session, team.ring, person, consent_to=consent_to, recipient=recipient, said_at=now(), said_to="amal")


def shared(team: Field, person: UUID, recipient: str = CLINIC) -> bool:
    with team.zone() as session:
        return may_share_with(session, person, recipient)


def usable(team: Field, record: UUID, purpose: Purpose) -> bool:
    with team.zone() as session:
        return may_use(session, record, purpose)


def share(team: Field, person: UUID, recipient: str = CLINIC, days: int = 30) -> None:
    why, until = "She is treated at the clinic.", now() + timedelta(days=days)
    with team.database.transaction(Zone.CASEWORK, access=WORKER) as session:
        share_record(
            session,
            team.ring,
            person,
            account=PARTNER.actor,
            parts=[RecordPart.IDENTITY],
            until=until,
            reason=why,
            purpose=Purpose.REFERRAL,
            recipient=recipient,
        )


def partner_reads(team: Field, person: UUID) -> bool:
    with team.database.transaction(Zone.CASEWORK, access=PARTNER) as session:
        try:
            read_person(session, team.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
        except RecordUnknown:
            return False
        return True


def test_nothing_is_shared_without_consent_for_this_very_recipient(field_team: Field, person: UUID) -> None:
    assert not shared(field_team, person)
    say(field_team, person, sharing())
    assert shared(field_team, person)
    assert not shared(field_team, person, "another-clinic")


def test_sharing_needs_the_consent_and_ends_when_it_is_withdrawn(field_team: Field, person: UUID) -> None:
    with pytest.raises(SharingNotAllowed):
        share(field_team, person)
    say(field_team, person, sharing())
    share(field_team, person)
    assert partner_reads(field_team, person)
    withdraw(field_team, person, Purpose.REFERRAL, CLINIC)
    assert not shared(field_team, person)
    assert not partner_reads(field_team, person)


def test_sharing_ends_by_itself_when_the_consent_does(field_team: Field, person: UUID) -> None:
    ends = now() + timedelta(days=5)
    say(field_team, person, sharing(valid_until=ends))
    share(field_team, person, days=30)
    with field_team.zone() as session:
        assert session.execute(text("SELECT until FROM casework.opening")).scalar_one() == ends


def test_a_shorter_consent_shortens_what_is_shared_already(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    share(field_team, person)
    ends = now() + timedelta(days=2)
    say(field_team, person, sharing(valid_until=ends))
    with field_team.zone() as session:
        assert session.execute(text("SELECT until FROM casework.opening")).scalar_one() == ends
    assert partner_reads(field_team, person)


def test_sharing_ends_also_where_the_record_went_into_other_hands(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    share(field_team, person)
    moved = Custody("org", "north", "team-9", "badr")
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(moved)})
    badr = Access("badr", OPERATION, (Grant(Role.CASEWORKER, worker="badr"),))
    say(field_team, person, sharing(ConsentState.WITHDRAWN), badr)
    assert not partner_reads(field_team, person)


def test_an_expired_consent_shares_nothing(field_team: Field, person: UUID) -> None:
    """Entered late from paper, it may be over already."""
    say(field_team, person, sharing(valid_until=now() - timedelta(minutes=1)))
    assert not shared(field_team, person)


def test_who_agrees_again_is_shared_again(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    withdraw(field_team, person, Purpose.REFERRAL, CLINIC)
    say(field_team, person, sharing())
    assert shared(field_team, person)


@pytest.mark.parametrize("last", [ConsentState.GIVEN, ConsentState.REFUSED])
def test_of_versions_that_one_statement_adds_the_last_one_counts(field_team: Field, person: UUID, last: ConsentState) -> None:
    rows = NewRows(Consent)
    for version, state in enumerate((ConsentState.REFUSED, ConsentState.REFUSED, last), start=1):
        row = consent_row(person, OPERATION, sharing(state), "amal", version=version)
        rows.add(row | {"details": b""})
    with field_team.changing() as session:
        rows.insert(session)
    with field_team.zone() as session:
        of_clinic = select(Restriction.until).where(Restriction.recipient == CLINIC).order_by(Restriction.until)
        ended = [until is not None for until in session.scalars(of_clinic)]
    assert ended == [True, True] + [False] * (last is ConsentState.REFUSED)


def test_another_legal_basis_is_decided_by_somebody_who_may(field_team: Field, person: UUID) -> None:
    vital = sharing(basis=LegalBasis.VITAL_INTEREST, given_by=GivenBy.NOBODY)
    with pytest.raises(NotAllowed):
        say(field_team, person, vital)
    say(field_team, person, vital, OFFICER)
    assert shared(field_team, person)
    with field_team.zone() as session:
        [*_, version] = consent_history(session, field_team.ring, person, purpose=Purpose.RIGHTS)
    assert (version.recorded_by, version.said.basis) == ("dina", LegalBasis.VITAL_INTEREST)


def test_every_version_stays_with_guardian_evidence_and_language(field_team: Field, person: UUID) -> None:
    shown = Evidence(None, "signature.png", "ab" * 32)
    by_guardian = sharing(given_by=GivenBy.GUARDIAN, guardian="Quintessa Guardian", evidence=shown)
    for said in (by_guardian, sharing(ConsentState.WITHDRAWN), sharing(language="fr")):
        say(field_team, person, said)
    with field_team.zone() as session:
        history = consent_history(session, field_team.ring, person, purpose=Purpose.RIGHTS)
    ours = [version for version in history if version.said.recipient == CLINIC]
    assert [(v.version, v.said.state, v.said.language) for v in ours] == [
        (1, "given", "ar"),
        (2, "withdrawn", "ar"),
        (3, "given", "fr"),
    ]
    assert (ours[0].said.guardian, ours[0].said.evidence) == ("Quintessa Guardian", shown)
    assert "Quintessa" not in repr(ours)


def test_the_guardian_and_the_evidence_lie_sealed(field_team: Field, person: UUID) -> None:
    shown = Evidence(None, "signature-of-quintessa.png", "ab" * 32)
    say(field_team, person, sharing(given_by=GivenBy.GUARDIAN, guardian="Quintessa Guardian", evidence=shown))
    with field_team.zone() as session:
        row = session.execute(
            text("SELECT c::text, c.details FROM casework.consent c WHERE recipient = :r"), {"r": CLINIC}
        ).one()
    for value in ("Quintessa", "signature-of", "abab"):
        assert value not in row[0]
        assert value.encode() not in bytes(row[1])


@pytest.mark.parametrize("change", ["UPDATE casework.consent SET state = 'given'", "DELETE FROM casework.consent"])
def test_a_statement_is_never_changed(field_team: Field, person: UUID, change: str) -> None:
    say(field_team, person, sharing())
    with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
        session.execute(text(change))


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        (sharing(recipient=OURS), "recipient"),
        (sharing(recipient="Quintessa's sister"), "recipient's code"),
        (sharing(language=""), "language"),
        (sharing(given_by=GivenBy.GUARDIAN), "guardian"),
        (sharing(given_by=GivenBy.NOBODY), "who gave it"),
    ],
)
def test_a_consent_that_says_too_little_is_not_recorded(field_team: Field, person: UUID, said: Statement, lacking: str) -> None:
    with pytest.raises(ConsentIncomplete, match=lacking):
        say(field_team, person, said)


def test_nobody_withdraws_what_was_not_given(field_team: Field, person: UUID) -> None:
    with pytest.raises(ConsentUnknown):
        withdraw(field_team, person, Purpose.REFERRAL, CLINIC)


@pytest.mark.parametrize("role", list(Role))
def test_consent_is_recorded_by_the_roles_that_may(field_team: Field, person: UUID, role: Role) -> None:
    access = Access("somebody", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.RECORD_CONSENT]:
        say(field_team, person, sharing(), access)
    else:
        with pytest.raises(NotAllowed):
            say(field_team, person, sharing(), access)


def test_out_of_reach_no_consent_is_seen_or_written(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    elsewhere = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with field_team.database.transaction(Zone.CASEWORK, access=elsewhere) as session:
        for table in ("consent", "restriction", "former_version", "rights_request"):
            assert session.execute(text(f"SELECT * FROM casework.{table}")).all() == []
        assert not may_share_with(session, person, CLINIC)
    with pytest.raises(RecordUnknown):
        say(field_team, person, sharing(), elsewhere)


def test_a_withdrawal_leaves_a_line_with_its_purpose(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    withdraw(field_team, person, Purpose.REFERRAL, CLINIC)
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.WITHDREW)
    assert (line.actor, line.purpose, line.subject) == ("amal", "rights", f"casework.person:{person}")
    assert (line.detail["recipient"], line.detail["for"]) == (CLINIC, "referral")


# What a person may ask for besides: that their record is used for less, or for nothing.


def test_a_restricted_record_is_read_for_rights_and_law_only(field_team: Field, person: UUID) -> None:
    with field_team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        restrict_record(session, field_team.ring, person, RestrictionReason.OBJECTION, use=Purpose.ASSISTANCE)
    allowed = {Purpose.ASSISTANCE: False, Purpose.PROTECTION: True, Purpose.RIGHTS: True, Purpose.LEGAL: True}
    for purpose, may in allowed.items():
        assert usable(field_team, person, purpose) == may
    with pytest.raises(RecordRestricted, match=r"assistance.*objection"), field_team.zone() as session:
        read_person(session, field_team.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.ASSISTANCE)
    with field_team.zone() as session:
        read_person(session, field_team.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.RIGHTS)


def test_restricting_all_use_ends_all_sharing_and_is_lifted_again(field_team: Field, person: UUID) -> None:
    say(field_team, person, sharing())
    share(field_team, person)
    with field_team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        restriction = restrict_record(session, field_team.ring, person, RestrictionReason.ACCURACY_CONTESTED)
    assert not shared(field_team, person)
    assert not partner_reads(field_team, person)
    with field_team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        [listed] = [entry for entry in restrictions_in_force(session, person) if entry.by_hand]
        assert (listed.id, listed.purpose, listed.reason) == (restriction, "*", "accuracy_contested")
        lift_restriction(session, field_team.ring, restriction)
    assert shared(field_team, person)
    assert not partner_reads(field_team, person), "what was shared is shared anew, not by itself"


@pytest.mark.parametrize("role", list(Role))
def test_a_record_is_restricted_by_the_roles_that_may(field_team: Field, person: UUID, role: Role) -> None:
    access = Access("somebody", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.RESTRICT_RECORD]:
        with field_team.database.transaction(Zone.CASEWORK, access=access) as session:
            restrict_record(session, field_team.ring, person, RestrictionReason.OBJECTION)
    else:
        with pytest.raises(NotAllowed), field_team.database.transaction(Zone.CASEWORK, access=access) as session:
            restrict_record(session, field_team.ring, person, RestrictionReason.OBJECTION)


# Statistics leave out what is restricted, and it is the database that does.


def test_a_withdrawn_report_is_not_shown_to_the_anonymizer(field_team: Field, report: UUID) -> None:
    rows = text("SELECT id FROM casework.movement_event")
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert session.scalars(rows).all() == [report]
    with field_team.zone() as session:
        withdraw_report(session, field_team.ring, report)
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert session.scalars(rows).all() == []
        assert movement_facts(session, field_team.ring, OPERATION, WEEK) == []
    with pytest.raises(RecordRestricted), field_team.zone() as session:
        read_report(session, field_team.ring, report, parts=[RecordPart.FACTS], purpose=Purpose.VERIFICATION)


def test_a_report_whose_restriction_is_lifted_counts_again(field_team: Field, report: UUID) -> None:
    with field_team.zone() as session:
        restriction = withdraw_report(session, field_team.ring, report)
    with field_team.zone() as session:
        lift_restriction(session, field_team.ring, restriction)
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert len(movement_facts(session, field_team.ring, OPERATION, WEEK)) == 1


def test_the_anonymizer_knows_who_is_left_out_and_nothing_of_why(field_team: Field, person: UUID) -> None:
    refused = Statement(Purpose.STATISTICS, ConsentState.REFUSED, now(), "amal", language="ar")
    say(field_team, person, refused)
    with field_team.zone(Zone.ANONYMIZER) as session:
        assert session.scalars(text("SELECT record FROM casework.not_for_statistics")).all() == [person]
    for hidden in ("SELECT reason FROM casework.restriction", "SELECT 1 FROM casework.consent"):
        with pytest.raises(DBAPIError, match="permission denied"), field_team.zone(Zone.ANONYMIZER) as session:
            session.execute(text(hidden))


@pytest.mark.parametrize(("days", "left_out"), [(-1, True), (1, False)])
def test_an_expired_consent_leaves_the_record_out_by_the_clock_alone(
    field_team: Field, person: UUID, days: int, left_out: bool
) -> None:
    agreed = Statement(
        Purpose.STATISTICS, ConsentState.GIVEN, now(), "amal", language="ar", valid_until=now() + timedelta(days=days)
    )
    say(field_team, person, agreed)
    with field_team.zone(Zone.ANONYMIZER) as session:
        found = session.scalars(text("SELECT record FROM casework.not_for_statistics")).all()
    assert (person in found) == left_out
