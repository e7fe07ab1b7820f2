"""The programme of casework: one file, read strictly, and in force once two people have decided it."""

import pytest

from casework.case_file import Act, EntryKind
from casework.case_file.errors import FieldUnfit, StepImpossible
from casework.programme import OURS, parse_programme, programme_in_force
from casework.programme.errors import ProgrammeUnreadable
from core.access import Access, Grant
from core.database import Zone
from core.permissions import Role
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from tests.casework.conftest import OPERATION
from tests.casework.test_case_file.conftest import Office

TEXT = OURS.read_text(encoding="utf-8")


def test_ours_is_read_and_speaks_english_at_least() -> None:
    programme = parse_programme(TEXT)
    assert programme.approvals == {"plan", "closure"}
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
    ],
)
def test_a_fault_is_named_by_its_place(was: str, is_now: str, named: str) -> None:
    assert was in TEXT
    with pytest.raises(ProgrammeUnreadable, match=named):
        parse_programme(TEXT.replace(was, is_now, 1))


def test_two_people_change_what_casework_offers_and_asks(office: Office) -> None:
    ours = TEXT.replace("assessment = false", "assessment = true").replace(
        "[lists.risk]", '[lists.risk]\nextreme = { en = "Extreme" }'
    )
    with office.working(Access("oscar", OPERATION, (Grant(Role.PROTECTION_OFFICER),))) as session:
        proposed = propose_policy(session, PolicyKind.PROGRAMME, ours)
    with pytest.raises(FieldUnfit):
        office.begin(EntryKind.ASSESSMENT, needs=["medical"], risk="extreme")
    dina = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with office.working(dina) as session:
        approve_policy(session, proposed)
    with office.working(dina) as session:
        activate_policy(session, proposed)
    with office.team.zone(Zone.CASEWORK) as session:
        assert "extreme" in programme_in_force(session).lists["risk"]
    assessment = office.begin(EntryKind.ASSESSMENT, needs=["medical"], risk="extreme")
    with pytest.raises(StepImpossible):
        office.go_on(assessment, Act.SETTLE)
    office.go_on(assessment, Act.SUBMIT)
