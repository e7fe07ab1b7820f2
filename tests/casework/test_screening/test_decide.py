"""The screening proposes, somebody decides: by the rules, or apart from them with somebody else's opinion."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from casework import list_cases
from casework.case_file import Act, EntryKind, Step
from casework.case_file.errors import FieldsMissing, OwnStep, StepImpossible
from casework.consent import RestrictionReason, restrict_record
from casework.errors import RecordRestricted
from casework.programme import OURS
from casework.records import keep_from
from casework.screening import (
    AwaitingWhat,
    DecisionWaits,
    OutcomeUnfit,
    ProposalChanged,
    Screening,
    SecondOpinionNeeded,
    count_screenings,
    page_screenings,
    view_screening,
)
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field
from tests.casework.test_case_file.conftest import AMAL, BADR, CARLA, CUSTODY, EMIL, Office

SHOWN = {"vic_Methods_of_Control": "DebtBondage PhysicalThreats", "vic_TypeOfExploitation": "ForcedLabour"}
NOTHING = {"vic_Methods_of_Control": "NoneOfThese", "vic_TypeOfExploitation": "NoneOfThese", "vic_TraffickingStatus": "not"}
AUDITOR = Access("ivo", OPERATION, (Grant(Role.AUDITOR),))


def opened(team: Field, **said: str) -> Office:
    """An office with the case that a screening opened."""
    submission = team.send("screening", {**SCREENING, **said})
    person, case, _ = team.admit(submission).records
    with team.changing() as session:
        session.connection().exec_driver_sql("UPDATE casework.person SET custody = %s", (str(CUSTODY),))
    return Office(team, case, person)


def screening(office: Office, access: Access = AMAL) -> Screening:
    with office.working(access) as session:
        return view_screening(session, office.team.ring, office.case, purpose=Purpose.ASSISTANCE)


def decide(office: Office, act: Act = Act.SETTLE, access: Access = AMAL, **said: str) -> UUID:
    return office.begin(EntryKind.DECISION, act, access, **({"reasons": "By what she told."} | said))


@pytest.fixture
def shown(field_team: Field) -> Office:
    return opened(field_team, **SHOWN)


def test_what_was_told_is_scored_as_the_form_declares_and_the_rules_propose(shown: Office) -> None:
    seen = screening(shown)
    assert seen.told.score.groups == {"recruitment": 0, "coercion": 6, "exploitation": 5}
    assert (seen.told.score.total, seen.told.score.open, seen.told.said) == (11, (), "possible")
    assert [found.code for found in seen.told.score.found] == ["DebtBondage", "PhysicalThreats", "ForcedLabour"]
    assert (seen.proposal.name, seen.proposal.status, seen.proposal.eligible) == ("exploited_by_means", "actual", True)
    assert "DebtBondage" not in repr(seen)


def test_the_age_that_counts_is_the_lower_one(field_team: Field) -> None:
    office = opened(field_team, prs_Age="31", vic_AgeWhenTrafficked="15", vic_TypeOfExploitation="Servitude")
    assert screening(office).proposal.name == "child_exploited"


def test_a_question_that_was_not_answered_is_not_a_no(field_team: Field) -> None:
    said = {**NOTHING, "vic_TypeOfExploitation": ""}
    assert screening(opened(field_team, **said)).proposal.name == "interviewer_says_no"


def test_where_every_answer_says_no_the_rules_say_no(field_team: Field) -> None:
    assert screening(opened(field_team, **NOTHING)).proposal.name == "nothing_found"


def test_the_row_and_the_score_are_kept_with_the_decision_and_who_took_it(shown: Office) -> None:
    decide(shown, status="actual", eligible="yes", wants_assistance="yes", outcome="assist", rule="exploited_by_means")
    [entry] = shown.file().entries
    assert entry.fields
    assert (entry.fields["rule"], entry.fields["score"], entry.steps[0].by) == ("exploited_by_means", "11", "amal")
    assert shown.file().state == "eligible"


def test_nobody_decides_by_a_proposal_that_is_no_longer_made(shown: Office) -> None:
    with pytest.raises(ProposalChanged, match="exploited_by_means"):
        decide(shown, status="actual", eligible="yes", rule="otherwise")
    assert shown.file().entries == ()


def test_who_refuses_what_the_rules_propose_does_not_decide_alone(shown: Office) -> None:
    refusal = {"status": "not", "eligible": "no", "outcome": "close"}
    with pytest.raises(SecondOpinionNeeded, match="exploited_by_means"):
        decide(shown, **refusal)
    waiting = decide(shown, Act.SUBMIT, **refusal)
    assert shown.file().state == "eligible"  # as the interview left it
    with pytest.raises(OwnStep):
        shown.go_on(waiting, Act.APPROVE, AMAL)
    with pytest.raises(FieldsMissing, match="answer"):
        shown.go_on(waiting, Act.SEND_BACK, CARLA)
    shown.go_on(waiting, Act.SEND_BACK, CARLA, answer="She spoke of debts.")
    assert [entry.state for entry in shown.file().entries] == ["sent_back"]
    again = decide(shown, Act.SUBMIT, **refusal)
    shown.go_on(again, Act.APPROVE, EMIL)
    assert (shown.file().state, shown.file().screening_outcome) == ("not_eligible", "not")


def test_a_row_asks_for_a_second_opinion_whatever_is_decided(field_team: Field) -> None:
    office = opened(field_team, vic_TraffickingStatus="not")
    with pytest.raises(SecondOpinionNeeded, match="interviewer_says_no"):
        decide(office, status="possible", eligible="yes")
    office.go_on(decide(office, Act.SUBMIT, status="possible", eligible="yes"), Act.APPROVE, CARLA)
    assert office.file().state == "eligible"


@contextmanager
def departing(office: Office, monkeypatch: pytest.MonkeyPatch, departure: str) -> Iterator[None]:
    """With another programme in force."""
    text = OURS.read_text(encoding="utf-8").replace('departure = "refusal"', f'departure = "{departure}"')
    with monkeypatch.context() as patched:
        patched.setattr("casework.programme.read_programme.active_policy", lambda *_: text)
        yield


def test_the_programme_says_which_departures_need_a_second_opinion(shown: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with departing(shown, monkeypatch, "any"), pytest.raises(SecondOpinionNeeded):
        decide(shown, status="possible", eligible="yes")
    with departing(shown, monkeypatch, "none"):
        decide(shown, status="not", eligible="no")
    assert shown.file().state == "not_eligible"


def test_while_a_decision_waits_there_is_no_other(shown: Office) -> None:
    waiting = decide(shown, Act.SUBMIT, status="not", eligible="no")
    for act in (Act.SETTLE, Act.SUBMIT):
        with pytest.raises(DecisionWaits):
            decide(shown, act, CARLA, status="actual", eligible="yes")
    shown.go_on(waiting, Act.SEND_BACK, CARLA, answer="She spoke of debts.")
    decide(shown, access=CARLA, status="actual", eligible="yes")
    assert shown.file().state == "eligible"


def test_anybody_may_ask_for_a_second_opinion(shown: Office) -> None:
    decide(shown, Act.SUBMIT, status="actual", eligible="yes")
    assert [entry.state for entry in shown.file().entries] == ["submitted"]


def test_a_wish_not_to_be_assisted_is_respected_and_it_can_be_decided_anew(shown: Office) -> None:
    decide(shown, status="actual", eligible="yes", wants_assistance="no", outcome="close")
    assert shown.file().state == "not_eligible"
    with pytest.raises(StepImpossible):
        shown.begin(EntryKind.SERVICE, service_type="medical")
    decide(shown, status="actual", eligible="yes", wants_assistance="yes", outcome="assist")
    assert shown.file().state == "eligible"
    assert len(shown.file().entries) == 2


def test_who_is_referred_gets_the_draft_of_a_referral_that_goes_on_though_the_case_is_closed(shown: Office) -> None:
    decide(shown, status="actual", eligible="yes", wants_assistance="no", outcome="refer", referred_to="legal_partner")
    _, referral = shown.file().entries
    assert (shown.file().state, referral.kind, referral.state) == ("closed_referred", "referral", "draft")
    assert referral.fields == {"provider": "legal_partner"}
    with pytest.raises(FieldsMissing, match="reason"):
        shown.go_on(referral.id, Act.SEND)
    shown.go_on(referral.id, Act.CHANGE, reason="Legal advice on her papers.")
    with pytest.raises(StepImpossible):
        shown.begin(EntryKind.TASK, task="Something else")


def test_a_decision_that_is_sent_twice_begins_one_referral(shown: Office) -> None:
    said = {"status": "actual", "eligible": "yes", "wants_assistance": "no", "outcome": "refer", "reasons": "Her wish."}
    step = Step(EntryKind.DECISION, Act.SETTLE, fields={**said, "referred_to": "legal_partner"})
    assert shown.take(step) == shown.take(step)
    assert len(shown.file().entries) == 2


@pytest.mark.parametrize(
    "said",
    [
        {"eligible": "yes", "outcome": "close"},
        {"eligible": "yes", "wants_assistance": "no", "outcome": "assist"},
        {"eligible": "no", "outcome": "assist"},
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(shown: Office, said: dict[str, str]) -> None:
    with pytest.raises(OutcomeUnfit):
        decide(shown, Act.SUBMIT, status="actual", **said)


def test_to_refer_says_to_whom(shown: Office) -> None:
    with pytest.raises(FieldsMissing, match="referred_to"):
        decide(shown, Act.SUBMIT, status="not", eligible="no", outcome="refer")


def test_the_case_opens_with_the_needs_that_were_named(field_team: Field) -> None:
    office = opened(field_team, **SHOWN, needs="medical legal")
    decide(office, status="actual", eligible="yes")
    _, assessment = office.file().entries
    assert (assessment.kind, assessment.state, assessment.fields) == ("assessment", "draft", {"needs": ["medical", "legal"]})
    decide(office, status="possible", eligible="yes")
    assert [entry.kind for entry in office.file().entries].count(EntryKind.ASSESSMENT) == 1


def test_the_needs_of_the_newest_interview_count(field_team: Field) -> None:
    office = opened(field_team, **SHOWN, needs="medical")
    field_team.send("assistance", {**ASSISTANCE, "case_reference": SCREENING["case_reference"], "needs": "legal training"})
    field_team.admit_awaiting()
    assert screening(office).needs == ("legal", "training")


def test_an_interview_whose_raw_answer_is_gone_is_scored_by_the_newest_form(
    shown: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.screening.read_screening.forms_of", lambda *_: {})
    assert screening(shown).proposal.name == "exploited_by_means"


@pytest.mark.parametrize("part", [RecordPart.NARRATIVE, RecordPart.FACTS])
def test_who_is_kept_from_what_was_told_neither_sees_the_score_nor_decides(shown: Office, part: RecordPart) -> None:
    with shown.working(CARLA) as session:
        keep_from(session, shown.team.ring, shown.person, part, "amal")
    with pytest.raises(NotAllowed):
        screening(shown)
    with pytest.raises(NotAllowed):
        decide(shown, status="actual", eligible="yes")
    assert EntryKind.DECISION not in shown.file().begin


def test_a_restricted_record_is_not_scored(shown: Office) -> None:
    with shown.working(CARLA) as session:
        restrict_record(session, shown.team.ring, shown.person, RestrictionReason.OBJECTION)
    with pytest.raises(RecordRestricted):
        screening(shown)


def waiting(office: Office, access: Access = AMAL) -> dict[AwaitingWhat, list[UUID]]:
    with office.working(access) as session:
        rows = {
            what: page_screenings(session, office.team.ring, what, purpose=Purpose.ASSISTANCE).rows for what in AwaitingWhat
        }
        assert {what: count_screenings(session, office.team.ring, what) for what in rows} == {
            what: len(found) for what, found in rows.items()
        }
    return {what: [row.id for row in found] for what, found in rows.items()}


def test_what_waits_is_listed_by_ids_until_it_is_decided(shown: Office) -> None:
    assert waiting(shown) == {AwaitingWhat.DECISION: [shown.case], AwaitingWhat.SECOND_OPINION: []}
    assert waiting(shown, BADR) == {AwaitingWhat.DECISION: [], AwaitingWhat.SECOND_OPINION: []}
    asked = decide(shown, Act.SUBMIT, status="actual", eligible="yes")
    assert waiting(shown) == {AwaitingWhat.DECISION: [], AwaitingWhat.SECOND_OPINION: []}  # one's own waits for others
    assert waiting(shown, CARLA) == {AwaitingWhat.DECISION: [], AwaitingWhat.SECOND_OPINION: [shown.case]}
    shown.go_on(asked, Act.SEND_BACK, CARLA, answer="Say why.")
    assert waiting(shown) == {AwaitingWhat.DECISION: [shown.case], AwaitingWhat.SECOND_OPINION: []}
    decide(shown, status="actual", eligible="yes")
    assert waiting(shown) == {AwaitingWhat.DECISION: [], AwaitingWhat.SECOND_OPINION: []}


def test_an_auditor_is_shown_nothing_that_waits(shown: Office) -> None:
    with shown.working(AUDITOR) as session:
        assert [count_screenings(session, shown.team.ring, what) for what in AwaitingWhat] == [0, 0]
        with pytest.raises(NotAllowed):
            page_screenings(session, shown.team.ring, AwaitingWhat.DECISION, purpose=Purpose.ASSISTANCE)


def test_lists_of_cases_still_show_the_state_that_was_decided(shown: Office) -> None:
    decide(shown, status="actual", eligible="yes")
    with shown.working() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
    assert (case.state, case.screening_outcome) == ("eligible", "actual")
