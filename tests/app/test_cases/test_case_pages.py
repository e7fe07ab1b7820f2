"""A case led on screen: every act through its form, by who may, and shown again where it could not be done."""

import re
from uuid import UUID, uuid4

from casework.case_file import TRANSITIONS, Act, EntryKind, asked_fields
from casework.case_file.transitions import Approval
from casework.consent import RestrictionReason, restrict_record
from core.database import Zone
from core.identity.grants import Reach, give_role, grants_given, take_back
from core.permissions import Role
from tests.app.test_cases.conftest import Office, plain
from tests.casework.conftest import OPERATION, SCREENING

# What is filled in for whatever act asks for it.
FILLED: dict[EntryKind, dict[str, object]] = {
    EntryKind.DECISION: {"status": "actual", "eligible": "yes", "reasons": "Debt bondage."},
    EntryKind.ASSESSMENT: {"needs": ["medical", "legal"]},
    EntryKind.PLAN: {"aim": "A safe place to live", "agreed": "yes"},
    EntryKind.GOAL: {"goal": "A room of her own"},
    EntryKind.SERVICE: {"service_type": "medical", "date": "2026-02-20", "cost": "40,5", "currency": "EUR"},
    EntryKind.REFERRAL: {"provider": "own", "reason": "She asked for it.", "answer": "They have no place."},
    EntryKind.TRANSFER: {"reason": "She moved."},
    EntryKind.VISIT: {"purpose": "How she is"},
    EntryKind.RETURN: {
        "country": "Marenda",
        "voluntary": "yes",
        "counselled": "2026-02-20",
        "departed": "2026-02-21",
        "arrived": "2026-02-22",
        "reintegration": "A shop of her own.",
    },
    EntryKind.TASK: {"task": "Call the clinic"},
    EntryKind.NOTE: {"text": "She slept well."},
    EntryKind.FLAG: {"reason": "Threatened on the phone"},
    EntryKind.CLOSURE: {"outcome": "goals_met", "reason": "Lives safely.", "reopening": "She was approached again."},
    EntryKind.REPORT: {"purpose": "court", "recipient": "court", "language": "fr", "text": "Vu.", "signed_as": "Amal"},
    EntryKind.EARLIER_CASE: {"again": "yes"},
}
EVERY = {"answer": "Not yet."}
# Ways from nothing through the table, so that every row of it that the programme has is taken once.
WALKS: dict[EntryKind, list[list[Act]]] = {
    EntryKind.DECISION: [[Act.SETTLE]],
    EntryKind.ASSESSMENT: [[Act.WRITE, Act.CHANGE, Act.SETTLE], [Act.WRITE, Act.CANCEL]],
    EntryKind.PLAN: [
        [Act.WRITE, Act.CHANGE, Act.SUBMIT, Act.SEND_BACK, Act.SUBMIT, Act.APPROVE, Act.END],
        [Act.WRITE, Act.CANCEL],
    ],
    EntryKind.GOAL: [[Act.WRITE, Act.CHANGE, Act.COMPLETE], [Act.WRITE, Act.CANCEL], [Act.WRITE, Act.FAIL]],
    EntryKind.SERVICE: [
        [Act.WRITE, Act.CHANGE, Act.START, Act.COMPLETE],
        [Act.WRITE, Act.COMPLETE],
        [Act.WRITE, Act.START, Act.FAIL],
        [Act.WRITE, Act.CANCEL],
    ],
    EntryKind.REFERRAL: [
        [Act.WRITE, Act.CHANGE, Act.SEND, Act.ACCEPT, Act.COMPLETE],
        [Act.WRITE, Act.SEND, Act.REJECT],
        [Act.WRITE, Act.SEND, Act.REVOKE],
        [Act.WRITE, Act.SEND, Act.ACCEPT, Act.REVOKE],
        [Act.WRITE, Act.CANCEL],
    ],
    EntryKind.VISIT: [[Act.WRITE, Act.CHANGE, Act.COMPLETE], [Act.WRITE, Act.CANCEL], [Act.WRITE, Act.FAIL]],
    EntryKind.RETURN: [
        [Act.WRITE, Act.CHANGE, Act.CANCEL],
        [Act.WRITE, Act.AGREE, Act.CANCEL],
        [Act.WRITE, Act.AGREE, Act.DEPART, Act.ARRIVE, Act.COMPLETE],
    ],
    EntryKind.TASK: [[Act.WRITE, Act.CHANGE, Act.COMPLETE], [Act.WRITE, Act.CANCEL]],
    EntryKind.NOTE: [[Act.WRITE, Act.CHANGE]],
    EntryKind.FLAG: [[Act.WRITE, Act.COMPLETE]],
    EntryKind.CLOSURE: [[Act.SUBMIT, Act.SEND_BACK], [Act.SUBMIT, Act.APPROVE, Act.REOPEN]],
    EntryKind.REPORT: [
        [Act.WRITE, Act.CHANGE, Act.SUBMIT, Act.SEND_BACK, Act.SUBMIT, Act.APPROVE, Act.CHANGE, Act.CANCEL],
        [Act.WRITE, Act.SUBMIT, Act.APPROVE, Act.SIGN, Act.CHANGE, Act.SUBMIT, Act.APPROVE, Act.SIGN, Act.REVOKE],
    ],
    EntryKind.EARLIER_CASE: [[Act.WRITE, Act.CANCEL]],
    # Last, for then the case leaves the reach of who worked on it.
    EntryKind.TRANSFER: [[Act.WRITE, Act.REJECT], [Act.WRITE, Act.REVOKE], [Act.WRITE, Act.ACCEPT]],
}


def offered(html: str) -> set[tuple[str, Act]]:
    """By entry (the kind, for a new one), the acts that a page offers, as links and as buttons."""
    links = re.findall(r"step\?kind=(\w+)&amp;act=(\w+)(?:&amp;entry=([0-9a-f-]+))?", html)
    found = {(entry or kind, Act(act)) for kind, act, entry in links}
    for form in re.findall(r'<form method="post" action="/cases/[0-9a-f-]+/step">.*?</form>', html, re.DOTALL):
        [entry] = re.findall(r'name="entry" value="([0-9a-f-]+)"', form)
        found |= {(entry, Act(act)) for act in re.findall(r'name="act" value="(\w+)"', form)}
    return found


def filled_in(office: Office, kind: EntryKind, page: str) -> dict[str, object]:
    """What somebody types into the fields that the form shows, and no others."""
    ids = {EntryKind.TRANSFER: {"unit": str(office.two)}, EntryKind.EARLIER_CASE: {"earlier": str(office.earlier)}}
    filled = FILLED[kind] | EVERY | ids.get(kind, {})
    asked = set(re.findall(r'name="field:(\w+)"', page))
    return {name: said for name, said in filled.items() if name in asked}


def test_every_row_of_the_table_is_taken_by_its_form_and_by_who_may(office: Office) -> None:
    """One case, from one kind of entry to the next; each row is offered on a page to who may, and to nobody else."""
    walked: dict[object, dict[str, object]] = {}  # by row, what its form asked for: a row that comes again needs no second look
    office.agree("court")
    for kind, walks in WALKS.items():
        for walk in walks:
            entry = ""
            for act in walk:
                state = office.stands(UUID(entry))[1] if entry else ""
                [row] = [it for it in TRANSITIONS if (it.kind, it.act, it.before) == (kind, act, state)]
                who, other = (office.carla, office.amal) if row.by_another else (office.amal, office.carla)
                if row.by_another and row not in walked:
                    assert (entry, act) in offered(who.get(f"{office.address}/entries/{entry}").text)
                    assert (entry, act) not in offered(other.get(f"{office.address}/entries/{entry}").text)
                    assert office.go_on(other, UUID(entry), act, **EVERY).status_code == 403
                sent = walked.get(row, {})
                if row not in walked and asked_fields(kind, act, state, {}):
                    asked = {"kind": kind.value, "act": act.value} | ({"entry": entry} if entry else {})
                    form = who.get(f"{office.address}/step", **asked)
                    assert form.history == [], f"{kind} {act} is not offered"
                    sent = filled_in(office, kind, form.text)
                answer = office.go_on(who, UUID(entry), act, **sent) if entry else office.begin(who, kind, act, **sent)
                assert answer.status_code == 303, plain(answer)
                entry = entry or str(office.newest())
                assert office.stands(UUID(entry))[1] == row.after
                walked[row] = sent
    assert {row for kind in EntryKind for row in office_rows(kind)} - walked.keys() == set()
    assert len(office.carla.get(office.address).content) < 100_000


def office_rows(kind: EntryKind) -> set[object]:
    """The rows that the programme that Waystation comes with has: assessments are settled, the others approved."""
    asked = kind in {EntryKind.PLAN, EntryKind.CLOSURE, EntryKind.REPORT}
    without = Approval.NOT_ASKED if asked else Approval.ASKED
    rows = {row for row in TRANSITIONS if row.kind is kind and row.approval is not without}
    never = {(EntryKind.ASSESSMENT, "submitted"), (EntryKind.DECISION, "submitted")}
    return {row for row in rows if (row.kind, row.before) not in never}


def test_the_page_shows_the_case_and_not_who_it_is(office: Office) -> None:
    office.begin(office.amal, EntryKind.NOTE, subject="First talk", text="She slept well.\nFor once.")
    assert office.carla.account
    office.begin(office.amal, EntryKind.TASK, task="Call the clinic", due="2026-03-01", assignee="carla")
    page = office.amal.get(office.address)
    for said in ("First talk", "She slept well.", "Call the clinic", "1 Mar 2026", "carla", "Team One", "active"):
        assert said in page.text
    for said in (SCREENING["prs_First_Name"] + "<", SCREENING["prs_Second_Name"], SCREENING["prs_MobilePhone"]):
        assert said not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert re.findall(r"<script[^>]*src=\"([^\"]+)\"", page.text) == ["/static/unsaved_work.js"]
    assert page.text.count("<script") == 1
    assert f'href="/persons/{office.person}' in page.text
    assert f'href="{office.address}?purpose=assistance"' in office.amal.get(f"/persons/{office.person}").text


def test_who_may_not_read_a_case_file_is_denied_every_page_of_it(office: Office) -> None:
    for role in set(Role) - {Role.CASEWORKER, Role.SUPERVISOR}:
        eve = office.sit(role.value, role)
        pages = [eve.get(office.address + end) for end in ("", "/timeline", "/print")]
        pages += [eve.get(f"{office.address}/step", kind="note", act="write"), eve.get("/cases/awaiting-approval")]
        pages += [office.begin(eve, EntryKind.NOTE, text="I was here")]
        assert {page.status_code for page in pages} == {403}, role
    assert office.file().entries == ()


def test_a_case_out_of_reach_is_answered_like_one_that_is_not_there(office: Office) -> None:
    nobody = str(uuid4())
    asked = {"kind": "note", "act": "write"}
    for end in ("", "/timeline", "/print", "/step"):
        there, nowhere = (office.badr.get(f"/cases/{case}{end}", **asked) for case in (office.case, nobody))
        assert there.status_code == nowhere.status_code == 404
        assert there.text.replace(str(office.case), "ID") == nowhere.text.replace(nobody, "ID")
    assert office.begin(office.badr, EntryKind.NOTE, text="I was here").status_code == 404


def test_nothing_is_given_to_a_colleague_who_could_not_open_it(office: Office) -> None:
    assert office.badr.account
    page = office.begin(office.amal, EntryKind.TASK, task="Call the clinic", assignee="badr")
    assert page.status_code == 422
    assert "Call the clinic" in page.text
    assert office.file().entries == ()


def test_what_is_missing_or_unfit_is_told_at_its_field_and_what_was_typed_is_kept(office: Office) -> None:
    page = office.begin(office.amal, EntryKind.REFERRAL, provider="medical_partner", reason="", service_type="magic")
    assert page.status_code == 422
    assert 'id="w-service_type"' in page.text
    page = office.begin(office.amal, EntryKind.REFERRAL, provider="", reason="She asks for a lawyer", service_type="legal")
    assert 'id="w-provider"' in page.text
    assert "She asks for a lawyer" in page.text
    assert re.search(r'<option value="legal" selected>', page.text)
    page = office.begin(office.amal, EntryKind.TASK, task="Call <the> clinic", due="soon", assignee="nobody.known")
    assert page.status_code == 422
    assert "Call &lt;the&gt; clinic" in page.text
    page = office.begin(office.amal, EntryKind.TASK, task="Call <the> clinic", assignee="nobody.known")
    assert page.status_code == 404
    assert 'value="nobody.known"' in page.text
    assert office.file().entries == ()


def test_a_double_click_is_one_step_and_so_is_a_form_that_is_sent_again(office: Office) -> None:
    sent = {"id": str(uuid4()), "task": "Call the clinic"}
    for _ in range(2):
        assert office.begin(office.amal, EntryKind.TASK, **sent).status_code == 303
    [task] = office.file().entries
    assert len(task.steps) == 1


def test_of_two_who_write_at_once_the_second_sees_both_texts_and_loses_neither(office: Office) -> None:
    office.begin(office.amal, EntryKind.NOTE, text="First")
    note, seen = office.newest(), office.file().entries[0].number
    office.go_on(office.carla, note, Act.CHANGE, text="By Carla")
    page = office.go_on(office.amal, note, Act.CHANGE, text="By Amal", seen=str(seen), id=str(uuid4()))
    assert page.status_code == 409
    assert "By Amal</textarea>" in page.text
    assert "By Carla" in plain(page)
    [now_seen] = re.findall(r'name="seen" value="(\d+)"', page.text)
    [step] = re.findall(r'name="id" value="([0-9a-f-]+)"', page.text)
    assert office.go_on(office.amal, note, Act.CHANGE, text="Both", seen=now_seen, id=step).status_code == 303
    assert office.file().entries[0].fields == {"text": "Both"}


def test_who_loses_their_right_while_they_write_writes_nothing(office: Office) -> None:
    page = office.amal.get(f"{office.address}/step", kind="note", act="write")
    with office.site.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        for grant in grants_given(session, OPERATION):
            if grant.account == office.amal.account:
                take_back(session, grant.id)
        give_role(session, office.amal.account, Role.PARTNER, OPERATION, Reach(organisation=office.ours))
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', page.text))
    step = {"kind": "note", "act": "write", "id": str(uuid4()), "seen": "0", "field:text": "Too late"}
    assert office.amal.client.post(f"{office.address}/step", data={"form_token": token, **step}).status_code == 403
    assert office.file().entries == ()


def test_a_restricted_record_shows_no_file_and_lets_another_purpose_be_chosen(office: Office) -> None:
    office.begin(office.amal, EntryKind.NOTE, text="She slept well.")
    with office.team.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        restrict_record(session, office.team.ring, office.person, RestrictionReason.OBJECTION)
    page = office.amal.get(office.address)
    assert page.status_code == 403
    assert "slept" not in page.text
    assert "slept" in office.amal.get(office.address, purpose="rights").text


def test_a_file_of_many_long_entries_stays_a_light_page(office: Office) -> None:
    long = "م" * 3_000
    for number in range(12):
        office.begin(office.amal, EntryKind.NOTE, subject=f"Talk {number}", text=long)
    page = office.amal.get(office.address, lang="ar")
    assert len(page.content) < 100_000
    assert "(12)" in page.text
    everything = office.amal.get(office.address, kind="note", lang="ar")
    assert everything.text.count('<article class="entry"') == 12
    assert len(everything.content) < 100_000
    assert long in office.amal.get(f"{office.address}/entries/{office.newest()}").text


def test_what_was_typed_is_shown_as_text_and_never_as_markup(office: Office) -> None:
    office.begin(office.amal, EntryKind.NOTE, subject="<b>bold</b>", text="<script>alert(1)</script>")
    for page in (office.address, f"{office.address}/entries/{office.newest()}", f"{office.address}/print"):
        html = office.amal.get(page).text
        assert "<script>" not in html
        assert "<b>bold" not in html
        assert "&lt;b&gt;bold" in html


def test_codes_that_are_none_and_strange_addresses_are_not_there(office: Office) -> None:
    asked = [{"kind": "magic", "act": "write"}, {"kind": "note", "act": "magic"}, {"kind": "note"}]
    assert {office.amal.get(f"{office.address}/step", **codes).status_code for codes in asked} == {404}
    assert {office.amal.get(f"{office.address}/entries/{end}").status_code for end in ("1", uuid4())} == {404}
    impossible = office.amal.get(f"{office.address}/step", kind="plan", act="approve")
    assert str(impossible.url).endswith(f"{office.address}?purpose=assistance")
