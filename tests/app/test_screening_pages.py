"""A screening is decided on its page: what was told, what the rules propose, one's own decision or somebody else's opinion."""

import re
from uuid import UUID, uuid4

from casework.records import keep_from
from core.access import Access, Custody, Grant
from core.audit import Purpose, audited_entries
from core.database import Zone
from core.languages import LANGUAGES
from core.permissions import Role
from forms import RecordPart
from tests.app.test_record_pages import Browser, SignIn, Teams, give_to
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SHOWN = {"vic_Methods_of_Control": "DebtBondage PhysicalThreats", "vic_TypeOfExploitation": "ForcedLabour", "needs": "legal"}
REASONS = "She owes them for the journey."
ASSIST = {"status": "actual", "eligible": "yes", "wants_assistance": "yes", "outcome": "assist", "reasons": REASONS}
REFUSE = {"status": "not", "eligible": "no", "outcome": "close", "reasons": REASONS}
SUPERVISOR = Access("sara", OPERATION, (Grant(Role.SUPERVISOR),))


@begun
def case(field_team: Field) -> UUID:
    """Of somebody in the custody of nobody yet, whose interview shows coercion and exploitation."""
    return field_team.admit(field_team.send("screening", {**SCREENING, **SHOWN})).records[1]


def person_of(team: Field, case: UUID) -> UUID:
    with team.zone() as session:
        found: UUID = session.connection().exec_driver_sql("SELECT person FROM casework.case").scalar_one()
        return found


def at(case: UUID, act: str = "") -> str:
    return f"/cases/{case}/screening/{act}".rstrip("/")


def hidden(page: str) -> dict[str, str]:
    """What the page's last form sends along."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.rpartition("<form")[2] or page))


def decide(browser: Browser, case: UUID, act: str = "settle", **said: str):  # type: ignore[no-untyped-def]
    page = browser.get(at(case)).text
    return browser.send(at(case), page=at(case), **(hidden(page) | said | {"act": act}))


def answer(browser: Browser, case: UUID, act: str, **said: str):  # type: ignore[no-untyped-def]
    page = browser.get(at(case)).text
    sent = dict(re.findall(r'type="hidden" name="(step|seen|entry)" value="([^"]*)"', page))
    return browser.send(at(case, act), page=at(case), **(sent | said))


def test_the_page_shows_what_was_told_and_which_row_of_the_table_fits(signed_in: SignIn, case: UUID) -> None:
    page = signed_in("amal", Role.CASEWORKER).get(at(case)).text
    assert "Debt bondage</bdi>" in page
    assert "Forced labour</bdi>" in page
    assert "Exploitation is shown, and so is coercion." in page
    [fitting] = re.findall(r'<tr class="fits".*?</tr>', page, re.DOTALL)
    assert "this row fits" in fitting.lower()
    assert SCREENING["prs_First_Name"] not in page
    assert SCREENING["interviewer_notes"] not in page


def test_it_speaks_six_languages_and_stays_small(signed_in: SignIn, case: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    decide(amal, case, **ASSIST)
    for language in LANGUAGES:
        answered = amal.get(at(case), lang=language)
        assert f'<html lang="{language}"' in answered.text
        assert len(answered.content) < 100_000
        assert amal.get("/screenings", lang=language).status_code == 200


def test_a_decision_opens_the_case_with_what_is_known(signed_in: SignIn, case: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = decide(amal, case, **ASSIST).text
    assert "The decision holds." in page
    assert "Legal aid" in page
    assert f"Decided: <bdi>{'amal'}</bdi>" in page
    assert REASONS in page
    assert "(Score: 11)" in page


def test_a_refusal_against_the_rules_is_not_stored_and_what_was_typed_is_shown_again(signed_in: SignIn, case: UUID) -> None:
    refused = decide(signed_in("amal", Role.CASEWORKER), case, **REFUSE)
    assert refused.status_code == 422
    assert "ask for a second opinion on this decision" in refused.text
    assert REASONS in refused.text
    assert 'value="not" checked' in refused.text
    assert 'value="settle"' not in refused.text
    assert "Nobody has decided yet." in refused.text


def test_somebody_else_confirms_or_sends_back(signed_in: SignIn, case: UUID) -> None:
    amal, sara = signed_in("amal", Role.CASEWORKER), signed_in("sara", Role.SUPERVISOR)
    page = decide(amal, case, "submit", **REFUSE).text
    assert "Somebody else has to look at it" in page
    assert "Confirm the decision" not in page
    assert answer(sara, case, "send-back").status_code == 422
    assert "Spoke of debts." in answer(sara, case, "send-back", answer="Spoke of debts.").text
    decide(amal, case, "submit", **REFUSE)
    assert "not eligible" in answer(sara, case, "confirm").text
    assert "Waits for" not in sara.get(at(case)).text


def test_nobody_confirms_their_own(signed_in: SignIn, case: UUID) -> None:
    amal, sara = signed_in("amal", Role.CASEWORKER), signed_in("sara", Role.SUPERVISOR)
    decide(amal, case, "submit", **REFUSE)
    sent = dict(re.findall(r'type="hidden" name="(step|seen|entry)" value="([^"]*)"', sara.get(at(case)).text))
    assert amal.send(at(case, "confirm"), page=at(case), **sent).status_code == 403


def test_to_refer_begins_a_referral_and_says_to_whom(signed_in: SignIn, case: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    wish = {**ASSIST, "wants_assistance": "no", "outcome": "refer"}
    assert "referred_to" in decide(amal, case, **wish).text
    page = decide(amal, case, **wish, referred_to="legal_partner").text
    assert "closed, referred" in page
    assert "The legal aid partner of this operation" in page
    assert "Decide anew" in page


def test_out_of_reach_or_without_the_right_nothing_is_done(
    signed_in: SignIn, field_team: Field, teams: Teams, case: UUID
) -> None:
    give_to(field_team, person_of(field_team, case), Custody(team=str(teams.one)))
    auditor, stranger = signed_in("eve", Role.AUDITOR), signed_in("badr", Role.CASEWORKER, team=teams.two)
    sara = signed_in("sara", Role.SUPERVISOR)
    said = {**ASSIST, "step": str(uuid4()), "entry": str(uuid4()), "seen": "1", "answer": "Why?"}
    assert stranger.get(at(case)).status_code == 404
    for act in ("", "confirm", "send-back"):
        assert [who.send(at(case, act), page="/account", **said).status_code for who in (stranger, auditor)] == [404, 403]
        assert sara.client.post(at(case, act), data=said).status_code == 403  # no page of hers
    assert "Nobody has decided yet." in sara.get(at(case)).text


def test_who_may_not_decide_sees_no_page(signed_in: SignIn, case: UUID) -> None:
    dana = signed_in("dana", Role.DATA_PROTECTION_OFFICER)
    assert [dana.get(path).status_code for path in (at(case), "/screenings")] == [403, 403]


def test_who_is_kept_from_the_narrative_sees_neither_score_nor_reasons(
    signed_in: SignIn, field_team: Field, case: UUID
) -> None:
    sara, amal = signed_in("sara", Role.SUPERVISOR), signed_in("amal", Role.CASEWORKER)
    decide(sara, case, **ASSIST)
    with field_team.database.transaction(Zone.CASEWORK, access=SUPERVISOR) as session:
        keep_from(session, field_team.ring, person_of(field_team, case), RecordPart.NARRATIVE, str(amal.account))
    page = amal.get(at(case))
    assert page.status_code == 200
    assert "Closed to you" in page.text
    for told in (REASONS, "Debt bondage", "Exploitation is shown", 'name="reasons"'):
        assert told not in page.text


def test_a_restricted_record_is_not_shown(signed_in: SignIn, field_team: Field, case: UUID) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    sara.send(f"/persons/{person_of(field_team, case)}/restrict", reason="objection")
    answered = sara.get(at(case))
    assert answered.status_code == 403
    assert "Debt bondage" not in answered.text


def test_what_waits_is_counted_and_listed_by_ids(signed_in: SignIn, field_team: Field, case: UUID) -> None:
    amal, sara = signed_in("amal", Role.CASEWORKER), signed_in("sara", Role.SUPERVISOR)
    assert "Screenings that nobody has decided" in amal.get("/work").text
    assert str(case) in amal.get("/screenings").text
    decide(amal, case, "submit", **ASSIST)
    assert "Decisions that wait for a second opinion" in sara.get("/work").text
    answer(sara, case, "confirm")
    assert str(case) not in sara.get("/screenings").text
    assert f"/cases/{case}/screening" in sara.get(f"/persons/{person_of(field_team, case)}").text


def test_nothing_that_was_told_or_decided_is_in_the_audit_log(signed_in: SignIn, field_team: Field, case: UUID) -> None:
    decide(signed_in("amal", Role.CASEWORKER), case, **ASSIST)
    with field_team.database.transaction(Zone.AUDIT, operation=OPERATION, actor="auditor") as session:
        lines = " ".join(str(vars(line)) for line in audited_entries(session))
    assert "decision" in lines
    for told in (REASONS, "DebtBondage", "exploited_by_means", "legal"):
        assert told not in lines
    assert Purpose.ASSISTANCE.value in lines
