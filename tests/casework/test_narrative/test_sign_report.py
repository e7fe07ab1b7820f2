"""A report is approved by another, signed over its text, handed out on a basis that holds, and known again on paper."""

import hashlib
from uuid import uuid4

import pytest
from sqlalchemy import text

from casework.case_file import Act
from casework.case_file.errors import EntryChanged, OwnStep, ReportNotAgreed, ReportUnsigned, StepImpossible
from casework.case_file.step import Step
from casework.case_file_models import EntryKind
from casework.consent import ConsentState
from casework.narrative import SheetStands
from core.audit import Action, audited_entries
from core.database import Zone
from tests.casework.test_case_file.conftest import AMAL, CARLA, EMIL
from tests.casework.test_narrative.conftest import Desk


def test_it_is_signed_once_somebody_else_approved_it(desk: Desk) -> None:
    report = desk.draft()
    with pytest.raises(StepImpossible):
        desk.office.go_on(report, Act.SIGN, signed_as="Amal Worker")
    desk.office.go_on(report, Act.CHANGE, CARLA, text="What is true.")
    desk.office.go_on(report, Act.SUBMIT)
    with pytest.raises(OwnStep):
        desk.office.go_on(report, Act.APPROVE, CARLA)  # she changed it
    desk.office.go_on(report, Act.APPROVE, EMIL)
    desk.office.go_on(report, Act.SIGN, signed_as="Amal Worker")
    signed = desk.hand_out(report)
    assert (signed.text, signed.signed_as, signed.signed_by) == ("What is true.", "Amal Worker", "amal")
    assert signed.digest == hashlib.sha256(b"What is true.").hexdigest()
    assert signed.basis == "consent"


def test_digest_and_basis_are_the_programs_to_write(desk: Desk) -> None:
    report = desk.draft()
    desk.office.go_on(report, Act.CHANGE, digest="00", basis="legal_obligation", holds="")
    fields = desk.read(report).fields or {}
    assert (fields["digest"], fields.get("basis", "")) == ("", "")
    assert "identity" in fields["holds"]


def test_what_is_changed_is_a_draft_again_and_signed_anew(desk: Desk) -> None:
    report = desk.draft()
    desk.sign(report, CARLA)
    first = desk.hand_out(report)
    desk.office.go_on(report, Act.CHANGE, text="Something else.")
    with pytest.raises(ReportUnsigned):
        desk.hand_out(report)
    assert desk.check(report, first.digest).stands is SheetStands.CHANGED_SINCE
    desk.sign(report, CARLA)
    assert desk.check(report, desk.hand_out(report).digest).stands is SheetStands.GENUINE
    kept = [step.fields["text"] for step in desk.read(report).steps if "text" in step.fields]
    assert [first.text, "Something else."] == kept


def test_two_who_write_over_each_other_are_told(desk: Desk) -> None:
    report = desk.draft()
    desk.office.go_on(report, Act.CHANGE, text="One.")
    with pytest.raises(EntryChanged):
        desk.office.take(Step(EntryKind.REPORT, Act.CHANGE, report, {"text": "Two."}, seen=1))


def test_a_withdrawn_consent_stops_signing_and_handing_out(desk: Desk) -> None:
    signed, waiting = desk.draft(), desk.draft()
    desk.sign(signed, CARLA)
    desk.office.go_on(waiting, Act.SUBMIT)
    desk.office.go_on(waiting, Act.APPROVE, CARLA)
    desk.say(ConsentState.WITHDRAWN)
    with pytest.raises(ReportNotAgreed):
        desk.hand_out(signed)
    with pytest.raises(ReportNotAgreed):
        desk.office.go_on(waiting, Act.SIGN, signed_as="Amal Worker")


def test_a_sheet_is_known_again_and_a_false_one_is_not(desk: Desk) -> None:
    report = desk.draft()
    desk.sign(report, CARLA)
    digest = desk.hand_out(report).digest
    spaced = " ".join(digest[at : at + 4] for at in range(0, 64, 4)).upper()
    assert desk.check(report, spaced).stands is SheetStands.GENUINE
    for number, given in ((report, "0" * 64), (report, ""), (report, digest[:-1]), (uuid4(), digest)):
        assert desk.check(number, given).stands is SheetStands.NOT_OURS
    desk.office.go_on(report, Act.REVOKE, answer="The day was wrong.")
    assert desk.check(report, digest).stands is SheetStands.REVOKED


def test_drafting_reading_signing_and_handing_out_are_lines_without_a_word_of_it(desk: Desk) -> None:
    report = desk.draft()
    desk.sign(report, CARLA)
    desk.text(report)
    digest = desk.hand_out(report).digest
    with desk.office.team.zone(Zone.AUDIT) as session:
        lines = [one for one in audited_entries(session) if one.detail.get("entry") == str(report)]
        assert digest not in str([one.detail for one in audited_entries(session)])
    acts = [(one.action, one.detail.get("act")) for one in lines]
    assert (Action.WORKED, "write") in acts
    assert (Action.WORKED, "sign") in acts
    assert (Action.READ, None) in acts
    assert (Action.EXPORTED, None) in acts


def test_nothing_of_it_stands_in_clear(desk: Desk) -> None:
    report = desk.draft()
    desk.office.go_on(report, Act.CHANGE, text="Zebulon was there.")
    desk.sign(report, CARLA)
    secrets = ("Zebulon", "Amal Worker", desk.hand_out(report).digest)
    with desk.office.working(AMAL) as session:
        for table in ("case_entry", "case_step"):
            rows = [str(row) for row in session.execute(text(f"SELECT t::text FROM casework.{table} t"))]
            hexed = [secret.encode().hex() for secret in secrets]
            assert not [one for row in rows for one in (*secrets, *hexed) if one in row]
