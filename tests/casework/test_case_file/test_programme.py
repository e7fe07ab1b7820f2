"""The programme of casework: one file, read strictly, and in force once two people have decided it."""

import re

import pytest

from casework.case_file import Act, EntryKind
from casework.case_file.errors import FieldUnfit, StepImpossible
from casework.programme import OURS, CodeList, parse_programme, programme_in_force, rewrite_list
from casework.programme.errors import ProgrammeNotRewritable, ProgrammeUnreadable
from core.access import Access, Grant
from core.database import Zone
from core.languages import LANGUAGES
from core.permissions import Role
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from tests.casework.conftest import OPERATION
from tests.casework.test_case_file.conftest import Office

TEXT = OURS.read_text(encoding="utf-8")


def test_ours_says_every_code_in_every_language() -> None:
    said = [labels for codes in parse_programme(TEXT).lists.values() for labels in codes.values()]
    assert all(set(labels) == set(LANGUAGES) for labels in said)


def test_a_code_is_read_in_the_own_language_else_in_english_else_as_it_is() -> None:
    programme = parse_programme(TEXT)
    assert programme.approvals == {"plan", "closure", "report"}
    assert programme.label("need", "medical", "fr") == "Soins médicaux"
    assert programme.label("risk", "low", "xx") == "Low"
    assert programme.label("need", "gone", "en") == "gone"


@pytest.mark.parametrize(
    ("was", "is_now", "named"),
    [
        ("[approvals]", "[aprovals]", "file.aprovals"),
        ("plan = true", 'plan = "yes"', "approvals.plan"),
        ("plan = true", "note = true", "approvals.note"),
        ("[lists.risk]", "[lists.danger]", "lists.danger"),
        ('low = { en = "Low"', 'low = { xx = "Low"', "lists.risk.low"),
        ('low = { en = "Low"', 'low = { en = " "', "lists.risk.low"),
        ("[lists.need]", "[lists.need", "file"),
        ("[lists.need]", '[gone.need]\nmedical = { en = "Medical" }\n[lists.need]', "gone.need.medical"),
        ("[lists.need]", "[gone.danger]\n[lists.need]", "gone.danger"),
        ("[lists.trafficking_status]", '[lists.trafficking_status]\nmaybe = { en = "Maybe" }', "trafficking_status.maybe"),
    ],
)
def test_a_fault_is_named_by_its_place(was: str, is_now: str, named: str) -> None:
    assert was in TEXT
    with pytest.raises(ProgrammeUnreadable, match=named):
        parse_programme(TEXT.replace(was, is_now, 1))


def test_a_list_that_is_not_written_line_by_line_is_not_rewritten() -> None:
    apart = TEXT.replace("[lists.risk]", '[lists.risk.extreme]\nen = "Extreme"\n[lists.risk]', 1)
    assert "extreme" in parse_programme(apart).lists["risk"]
    with pytest.raises(ProgrammeNotRewritable, match=r"lists\.risk"):
        rewrite_list(apart, "risk", CodeList({"low": {"en": "Low"}}, {}))


def test_two_people_change_what_casework_offers_and_asks(office: Office) -> None:
    ours = TEXT.replace("assessment = false", "assessment = true").replace(
        "[lists.risk]", '[lists.risk]\nextreme = { en = "Extreme" }'
    )
    sonia = Access("sonia", OPERATION, (Grant(Role.SUPERVISOR),))
    with office.working(sonia) as session:
        proposed = propose_policy(session, PolicyKind.PROGRAMME, ours)
    with pytest.raises(FieldUnfit):
        office.begin(EntryKind.ASSESSMENT, needs=["medical"], risk="extreme")
    dina = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with office.working(dina) as session:
        approve_policy(session, proposed)
    with office.working(sonia) as session:
        activate_policy(session, proposed)
    with office.team.zone(Zone.CASEWORK) as session:
        assert "extreme" in programme_in_force(session).lists["risk"]
    assessment = office.begin(EntryKind.ASSESSMENT, needs=["medical"], risk="extreme")
    with pytest.raises(StepImpossible):
        office.go_on(assessment, Act.SETTLE)
    office.go_on(assessment, Act.SUBMIT)


def test_a_programme_older_than_a_list_takes_ours_until_it_is_changed() -> None:
    older = re.sub(r"\[lists\.report_(?:purpose|recipient)\].*?\n\n", "", TEXT, flags=re.DOTALL).replace("report = true\n", "")
    assert "report" not in older
    programme = parse_programme(older)
    assert programme.lists["report_recipient"] == parse_programme(TEXT).lists["report_recipient"]
    assert "report" not in programme.approvals
    changed = rewrite_list(older, "report_recipient", CodeList({"tribunal": {"en": "The tribunal"}}, {}))
    assert parse_programme(changed).lists["report_recipient"] == {"tribunal": {"en": "The tribunal"}}
