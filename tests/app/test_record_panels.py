"""Around a record: consent, restrictions, corrections, files, hands, history, and the rights of its person, over HTTP."""

import io
import re
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from pyrage import passphrase

from casework.models import SearchAllowance
from core.access import Access, Custody, Grant
from core.audit import Action, Purpose, audited_entries, record
from core.clock import now
from core.database import Zone
from core.permissions import Role
from tests.app.test_record_pages import FIELD, NAME, Browser, SignIn, Teams, give_to
from tests.app.test_record_pages import person as person  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

CORRECTED = "answer:prs_First_Name"
SAID = {"use": "referral", "basis": "consent", "state": "given", "given_by": "self"}
PANEL_FORMS = {
    "consent": SAID | {"use": "statistics"},
    "consent/withdraw": {"use": "assistance", "recipient": "-"},
    "restrict": {"reason": "objection"},
    "correct": {"part": "identity"},
    "correct/save": {"part": "identity", "version": "1", CORRECTED: "Else", "reason": "misheard"},
    "former": {"part": "identity"},
    "requests": {"kind": "access"},
    "access-pack": {},
    "access-pack/download": {"secret": "abcd-efgh-jkmn-pqrs"},
}


def at(person: UUID, panel: str = "") -> str:
    return f"/persons/{person}/{panel}".rstrip("/")


def opened(browser: Browser, person: UUID, part: str = "identity") -> dict[str, str]:
    """The fields of the correction form as the page gives them."""
    page = browser.send(at(person, "correct"), part=part, purpose="rights").text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    shown = {name.replace("shown:", "answer:"): value for name, value in hidden.items() if name.startswith("shown:")}
    return {**hidden, **shown, "reason": "She spelled it for us."}


@pytest.mark.parametrize("panel", PANEL_FORMS)
def test_a_record_out_of_reach_answers_no_panel(
    signed_in: SignIn, field_team: Field, person: UUID, teams: Teams, panel: str
) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    role = Role.DATA_PROTECTION_OFFICER if panel.startswith("access-pack") else Role.SUPERVISOR
    answer = signed_in("badr", role, team=teams.two).send(at(person, panel), **PANEL_FORMS[panel])
    assert answer.status_code == 404
    assert NAME not in answer.text


@pytest.mark.parametrize("panel", PANEL_FORMS)
def test_a_form_without_its_token_does_nothing(signed_in: SignIn, person: UUID, panel: str) -> None:
    assert signed_in("amal", Role.SUPERVISOR).client.post(at(person, panel), data=PANEL_FORMS[panel]).status_code == 403


@pytest.mark.parametrize("panel", PANEL_FORMS)
def test_an_auditor_is_denied_every_panel(signed_in: SignIn, person: UUID, panel: str) -> None:
    answer = signed_in("eve", Role.AUDITOR).send(at(person, panel), **PANEL_FORMS[panel])
    assert answer.status_code == 403
    assert NAME not in answer.text


def test_an_ended_session_is_sent_to_sign_in(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.SUPERVISOR)
    amal.send("/sign-out")
    assert amal.client.get("/rights-requests", follow_redirects=False).headers["Location"].startswith("/sign-in")


def test_a_statement_is_recorded_and_taken_back_and_the_page_says_so_at_once(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    said = SAID | {"recipient": "clinic", "language": "ar", "said_at": "2026-02-11"}
    page = amal.send(at(person, "consent"), **said).text
    assert "clinic" in page
    assert "asked in <bdi>ar</bdi>" in page
    page = amal.send(at(person, "consent/withdraw"), use="referral", recipient="clinic").text
    assert "taken back" in page
    assert "consent withdrawn" in page  # the restriction that follows


def test_a_name_is_no_recipients_code(signed_in: SignIn, person: UUID) -> None:
    answer = signed_in("amal", Role.CASEWORKER).send(at(person, "consent"), **SAID, recipient="Doctor Lake", language="ar")
    assert answer.status_code == 422
    assert "Doctor Lake" not in answer.text


@pytest.mark.parametrize(
    "unfit",
    [{"state": "perhaps"}, {"state": "withdrawn"}, {"basis": ""}, {"given_by": "nobody at all"}, {"use": "sale"}]
    + [{"valid_until": day} for day in ("22/06/2018", "ሰኔ 22 2018", "tomorrow")],
    ids=str,
)
def test_what_a_form_does_not_say_clearly_is_no_consent(signed_in: SignIn, person: UUID, unfit: dict[str, str]) -> None:
    """A day that is not read would make a consent that never ends; a state that is none, one that nobody gave."""
    amal = signed_in("amal", Role.CASEWORKER)
    [field] = unfit
    answer = amal.send(at(person, "consent"), **SAID | {"recipient": "clinic"} | unfit)
    assert answer.status_code == 422
    assert field in answer.text
    assert "clinic" not in amal.get(at(person)).text


def test_another_basis_than_consent_is_not_a_caseworkers_to_decide(signed_in: SignIn, person: UUID) -> None:
    said = {"use": "protection", "basis": "vital_interest", "state": "given"}
    assert signed_in("amal", Role.CASEWORKER).send(at(person, "consent"), **said).status_code == 403
    assert "Vital interest" in signed_in("sara", Role.SUPERVISOR).send(at(person, "consent"), **said).text


def test_a_restricted_record_shows_why_and_no_answer_until_it_is_lifted(signed_in: SignIn, person: UUID) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    page = sara.send(at(person, "restrict"), reason="objection").text
    assert "the person objects" in page
    assert "First name" not in page
    assert NAME not in sara.send(at(person), reveal=FIELD).text
    [lift] = re.findall(r'action="(/persons/[^"]+/lift)"', page)
    assert "First name" in sara.send(lift, page=at(person)).text


def test_a_caseworker_sees_a_restriction_and_does_not_lift_it(signed_in: SignIn, person: UUID) -> None:
    page = signed_in("sara", Role.SUPERVISOR).send(at(person, "restrict"), reason="objection").text
    [lift] = re.findall(r'action="(/persons/[^"]+/lift)"', page)
    amal = signed_in("amal", Role.CASEWORKER)
    assert "/lift" not in amal.get(at(person)).text
    assert amal.send(lift).status_code == 403


def test_a_correction_is_written_and_what_stood_before_stays_readable(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amaal"})
    assert "Amaal" in amal.send(at(person), reveal=FIELD).text
    former = amal.send(at(person, "former"), part="identity").text
    assert f'<dd dir="auto">{NAME}</dd>' in former
    assert "She spelled it for us." in former


def test_an_edit_that_differs_from_a_correction_is_told_until_somebody_decides(signed_in: SignIn, field_team: Field) -> None:
    person = field_team.admit(field_team.send("screening", SCREENING, instance="first")).records[0]
    amal = signed_in("amal", Role.CASEWORKER)
    amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amina"})
    field_team.admit(field_team.send("screening", {**SCREENING, "prs_First_Name": "Amaal"}, edits="first"))
    told = "though the phone sent something else"
    page = amal.get(at(person)).text
    assert told in page
    assert "Amaal" not in page
    assert "Amaal" in amal.send(at(person, "former"), part="identity").text
    assert told not in amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amaal"}).text


def test_or_until_somebody_says_that_the_correction_stays(signed_in: SignIn, field_team: Field) -> None:
    person = field_team.admit(field_team.send("screening", SCREENING, instance="first")).records[0]
    amal = signed_in("amal", Role.CASEWORKER)
    amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amina"})
    field_team.admit(field_team.send("screening", {**SCREENING, "prs_First_Name": "Amaal"}, edits="first"))
    told = "though the phone sent something else"
    edit = {"edited": str(person), "reason": "The phone is not right."}
    assert signed_in("dina", Role.AUDITOR).send(at(person, "correct/stays"), **edit).status_code in {403, 404}
    page = amal.send(at(person, "correct/stays"), **edit).text
    assert "The correction stays." in page
    assert told not in page
    assert "Amina" in amal.send(at(person), reveal=FIELD).text
    assert "The phone is not right." in amal.send(at(person, "former"), part="identity").text
    assert amal.send(at(person, "correct/stays"), **edit).status_code == 404  # nothing waits any more


def test_who_was_slower_sees_both_and_loses_nothing_nor_writes_over_the_rest(signed_in: SignIn, person: UUID) -> None:
    amal, badr = signed_in("amal", Role.CASEWORKER), signed_in("badr", Role.CASEWORKER)
    slow = opened(badr, person)
    amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amaal", "answer:prs_Second_Name": "Seconde"})
    answer = badr.send(at(person, "correct/save"), **{**slow, CORRECTED: "Amel"})
    assert answer.status_code == 409
    assert 'value="Amel"' in answer.text
    assert "A colleague wrote meanwhile: <bdi>Amaal</bdi>" in answer.text
    assert 'name="answer:prs_Second_Name" dir="auto" value="Seconde"' in answer.text


def test_a_correction_without_a_reason_keeps_what_was_typed(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    answer = amal.send(at(person, "correct/save"), **{**opened(amal, person), CORRECTED: "Amaal", "reason": ""})
    assert answer.status_code == 422
    assert 'value="Amaal"' in answer.text
    assert "hreflang" not in answer.text, "another language would lose it"


def test_who_is_kept_from_a_part_does_not_correct_it_nor_read_what_it_was(signed_in: SignIn, person: UUID) -> None:
    amal, badr = signed_in("amal", Role.CASEWORKER), signed_in("badr", Role.CASEWORKER)
    amal.send(at(person, "keep-from"), account="badr", part="identity")
    assert badr.send(at(person, "correct"), part="identity").status_code == 403
    assert badr.send(at(person, "former"), part="identity").status_code == 403


@pytest.fixture
def with_file(field_team: Field) -> UUID:
    said = {**SCREENING, "case_reference": "SC-0077", "consent_signature": "amal interviewed.png"}
    person, *_ = field_team.admit(field_team.send("screening", said)).records
    return person


def file_of(browser: Browser, person: UUID) -> str:
    [file] = re.findall(r'action="(/persons/[^"]+/files/[^"]+)"', browser.get(at(person)).text)
    return str(file)


def test_a_file_is_an_attachment_that_is_neither_kept_nor_guessed_nor_named(signed_in: SignIn, with_file: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    assert "amal interviewed.png" not in amal.get(at(with_file)).text
    answer = amal.send(file_of(amal, with_file))
    assert answer.content == b"content"
    assert re.fullmatch(r'attachment; filename="file-[0-9a-f]{8}\.png"', answer.headers["Content-Disposition"])
    kept = {name: answer.headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "Content-Type")}
    assert kept == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/octet-stream",
    }


def test_who_may_not_read_files_downloads_none(signed_in: SignIn, with_file: UUID) -> None:
    file = file_of(signed_in("amal", Role.CASEWORKER), with_file)
    officer = signed_in("olga", Role.DATA_PROTECTION_OFFICER)
    assert "/files/" not in officer.get(at(with_file)).text
    assert officer.send(file).status_code == 403


def test_the_history_tells_roles_and_accounts_to_those_who_answer_for_the_record(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    amal.send(at(person), reveal=FIELD)
    assert amal.get(at(person, "history")).status_code == 403
    for role in (Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER):
        page = signed_in(f"who{role.value[0]}", role).get(at(person, "history")).text
        assert str(amal.account) in page
        assert "Caseworker" in page
        assert NAME not in page
        assert "amal" not in page.replace(str(amal.account), "")


def test_a_long_history_goes_on_on_the_next_page(signed_in: SignIn, field_team: Field, person: UUID) -> None:
    with field_team.zone(Zone.AUDIT) as session:
        for _ in range(205):
            record(session, Action.READ, f"casework.person:{person}", purpose=Purpose.ASSISTANCE)
    for role in (Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER):  # two ways to read it
        reader = signed_in(f"who{role.value[0]}", role)
        pages = [reader.get(at(person, "history")).text]
        while following := re.findall(r'href="(\?after=\d+)" rel="next"', pages[-1]):
            pages.append(reader.client.get(at(person, f"history{following[0]}")).text)
        assert [page.count("<tr><td") for page in pages[:2]] == [100, 100]
        assert sum(page.count("<tr><td") for page in pages) > 205


def test_the_history_of_a_record_out_of_reach_is_not_there(
    signed_in: SignIn, field_team: Field, person: UUID, teams: Teams
) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    assert signed_in("sara", Role.SUPERVISOR, team=teams.two).get(at(person, "history")).status_code == 404


def test_a_sharing_is_listed_and_ended(signed_in: SignIn, person: UUID, teams: Teams) -> None:
    amal, dora = signed_in("amal", Role.CASEWORKER), signed_in("dora", Role.PARTNER, organisation=teams.partner)
    why = {"reason": "Referred for medical care today.", "days": "7"}
    page = amal.send(at(person, "share"), account="dora", part=["identity"], **why).text
    assert str(dora.account) in page
    [end] = re.findall(r'action="(/persons/[^"]+/end)"', page)
    assert str(dora.account) not in amal.send(end, page=at(person)).text
    assert dora.get(at(person)).status_code == 404


def test_a_record_is_handed_to_a_team_chosen_by_name(signed_in: SignIn, field_team: Field, person: UUID, teams: Teams) -> None:
    sara, badr = signed_in("sara", Role.SUPERVISOR), signed_in("badr", Role.CASEWORKER, team=teams.two)
    assert f'<option value="{teams.two}">Ours › Two</option>' in sara.get(at(person)).text
    assert badr.get(at(person)).status_code == 404
    assert sara.send(at(person, "hand-over"), unit=teams.two).status_code == 200
    assert badr.get(at(person)).status_code == 200
    assert badr.send(at(person, "hand-over"), unit=teams.one).status_code == 200
    assert badr.get(at(person)).status_code == 404


def test_a_request_is_received_and_the_overdue_stand_first(signed_in: SignIn, person: UUID) -> None:
    amal, officer = signed_in("amal", Role.CASEWORKER), signed_in("olga", Role.DATA_PROTECTION_OFFICER)
    amal.send(at(person, "requests"), kind="correction")
    amal.send(at(person, "requests"), kind="access", received_at="2024-01-02")
    page = officer.get("/rights-requests").text
    assert page.index("To see what is held") < page.index("To correct it")
    assert page.count("overdue:") == 1
    assert "/rights-requests/" not in amal.get("/rights-requests").text
    first = re.findall(r'action="(/rights-requests/[^"]+)"', page)[0]
    assert amal.send(first, outcome="granted").status_code == 403
    assert "overdue:" not in officer.send(first, outcome="granted").text


def test_the_pack_is_sealed_to_the_passphrase_shown_once(signed_in: SignIn, person: UUID) -> None:
    officer = signed_in("olga", Role.DATA_PROTECTION_OFFICER)
    page = officer.send(at(person, "access-pack"), language="en").text
    [secret] = re.findall(r"<code>([a-z0-9-]{29})</code>", page)
    answer = officer.send(at(person, "access-pack/download"), secret=secret, language="en")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="access-pack.zip.age"'
    assert NAME.encode() not in answer.content
    with zipfile.ZipFile(io.BytesIO(passphrase.decrypt(answer.content, secret))) as pack:
        assert NAME.encode() in pack.read("about-you.html")


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_no_pack_but_from_who_answers_for_rights(signed_in: SignIn, person: UUID, role: Role) -> None:
    amal = signed_in("amal", role)
    assert "access-pack" not in amal.get(at(person)).text
    assert amal.send(at(person, "access-pack/download"), secret="abcd-efgh-jkmn-pqrs").status_code == 403


def test_by_name_and_year_those_found_are_listed_by_name(signed_in: SignIn, field_team: Field) -> None:
    field_team.admit(field_team.send("screening", {**SCREENING, "case_reference": "SC-0099", "prs_YearOfBirth": "1990"}))
    answer = signed_in("amal", Role.CASEWORKER).send("/persons/named", given=NAME, family="Interviewed", birth_year="1990")
    assert answer.status_code == 200
    assert str(answer.url).endswith("/persons/named")
    partner = signed_in("dora", Role.PARTNER).send("/persons/named", given=NAME, family="Interviewed", birth_year="1990")
    assert partner.status_code == 403


def test_without_its_worker_the_free_search_says_so(signed_in: SignIn, person: UUID) -> None:
    answer = signed_in("amal", Role.CASEWORKER).send("/persons/like", name=NAME)
    assert answer.status_code == 503
    assert "is not running at the moment" in answer.text


def test_a_used_up_allowance_says_when_to_search_again(signed_in: SignIn, field_team: Field, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    own = Access(str(amal.account), OPERATION, (Grant(Role.CASEWORKER),))
    with field_team.database.transaction(Zone.CASEWORK, access=own) as session:
        session.add(SearchAllowance(operation=OPERATION, actor=str(amal.account), searches=0, at=now() + timedelta(hours=1)))
    answer = amal.send("/persons/like", name=NAME)
    assert answer.status_code == 429
    assert "Wait half a minute" in answer.text


def test_a_data_protection_officer_does_not_search_freely(signed_in: SignIn, field_team: Field, person: UUID) -> None:
    officer = signed_in("olga", Role.DATA_PROTECTION_OFFICER)
    assert "/persons/like" not in officer.get("/persons").text
    assert officer.send("/persons/like", name=NAME).status_code == 403
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.DENIED)
    assert line.detail == {"right": "search_freely"}


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_every_page_speaks_three_languages(signed_in: SignIn, person: UUID, language: str, direction: str) -> None:
    officer = signed_in("olga", Role.DATA_PROTECTION_OFFICER)
    officer.send(at(person, "requests"), kind="access")
    for path in (at(person), at(person, "history"), "/rights-requests", "/persons"):
        assert f'<html lang="{language}" dir="{direction}">' in officer.get(path, lang=language).text
