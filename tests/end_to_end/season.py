"""A season of work at the screens, from the first search to a restored backup, with a canary wherever somebody types.

`live_through` tells it in order. What colleagues are answered is kept in `Season.answers`; what is made to leave (a sealed
access pack, an export, a partner's list, backups) is written to `Season.folder`.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

import httpx
from pyrage import x25519

from app.backups.backup import back_up
from app.backups.restore import restore_backup
from app.keys.key_operations import rotate
from app.records.destroy_remains import destroy_remains
from casework import duplicates, read_person
from casework.consent import ConsentState, Statement, record_consent
from casework.store import NewPerson, write_persons
from core.access import Access, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone, connect
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, UnitKind
from core.identity.service_tokens import add_token
from core.identity.units import add_unit
from core.permissions import Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM
from core.sealing.shared_tokens import create_salt, read_salt
from forms import RecordPart
from tests.blank_database import administrate
from tests.end_to_end.colleagues import Colleague
from tests.end_to_end.filled_forms import OPERATION
from tests.end_to_end.season_casework import lead_a_case
from tests.end_to_end.season_setting import Season

__all__ = ["live_through"]

NAME: Final = "person/identity/prs_First_Name"
NAMES: Final = ("prs_First_Name", "prs_Second_Name")
PARTNER: Final = "HELP"
PARTNERS_LIST: Final = 20  # persons; a shorter list is refused
CLINIC: Final = "lake-clinic"
PAGES: Final = (
    "work", "persons", "duplicates", "exports", "erasures", "rights-requests", "approvals", "audit", "audit/readers",
)  # fmt: skip
AGREED = {"use": "referral", "basis": "consent", "state": "given", "given_by": "self"}


def live_through(season: Season) -> None:
    """All of it, once what phones sent is admitted."""
    (amal, sara), (dina, omar), eve, boss = _staff(season)
    person = _search(season, amal)
    _merge_and_undo(season, sara)
    _reveal_and_correct(season, amal, person)
    lead_a_case(season, amal, sara, person)
    _make_mistakes(season, amal, person)
    _share(season, sara, person)
    _break_the_glass(season, sara, person)
    _agree_and_restrict(season, sara, person)
    _hold(season, dina, person)
    _hand_out_access_pack(season, dina, person)
    _export(season, sara, dina, person)
    _match_with_a_partner(season)
    _keep_registers(season, dina)
    _erase(season, dina, omar)
    _destroy_remains(season)
    _rotate_keys(season, boss, dina)
    _read_under_the_new_key(season, amal, person)
    _look_without_asking(season, (amal, sara, dina, eve, boss), person)
    _keep_accounts(boss)
    _back_up_and_restore(season, person)


def _staff(season: Season) -> tuple[tuple[Colleague, Colleague], tuple[Colleague, Colleague], Colleague, Colleague]:
    officers = season.hire("dina", Role.DATA_PROTECTION_OFFICER), season.hire("omar", Role.DATA_PROTECTION_OFFICER)
    workers = season.hire("amal", Role.CASEWORKER), season.hire("sara", Role.SUPERVISOR)
    return workers, officers, season.hire("eve", Role.AUDITOR), season.hire("boss", Role.ADMINISTRATOR)


def _search(season: Season, amal: Colleague) -> UUID:
    words = season.canaries.words
    found = amal.do("/persons", page="/persons", case_reference=words["case_reference"])
    amal.do("/persons", page="/persons", case_reference=season.word("a reference of nobody"))
    amal.do("/persons", page="/persons", phone=words["screening_interview/prs_MobilePhone"], sees=True)
    full = {"given": season.first_name, "family": words["screening_interview/prs_Second_Name"], "birth_year": "1990"}
    amal.do("/persons/named", page="/persons", sees=True, **full)
    status = HTTPStatus.OK if season.searches_freely else HTTPStatus.SERVICE_UNAVAILABLE
    amal.do("/persons/like", page="/persons", sees=season.searches_freely, status=status, name=season.first_name)
    return UUID(found.url.path.rpartition("/")[2])


def _merge_and_undo(season: Season, sara: Colleague) -> None:
    [pair] = set(re.findall(r'href="(/duplicates/[0-9a-f-]{36})\?', sara.look("/duplicates")))
    page = sara.look(pair)
    assert season.first_name in sara.do(pair, page=pair, reveal="identity/prs_First_Name", sees=True).text
    persons = re.findall(r'name="person[01]" value="([0-9a-f-]{36})"', page)
    sides = {"person0": persons[0], "person1": persons[1], "survivor": "0", "choice:prs_Second_Name": "1"}
    for _ in range(2):  # undone, and done again
        merged = sara.do(f"{pair}/merge", page=pair, **sides).text
        sara.do(f"/persons/{persons[0]}", page=f"/persons/{persons[0]}", reveal=NAME, sees=True)
        [undo] = re.findall(r'action="(/persons/[^"]+/part/[^"]+)"', merged)
        sara.do(undo, page=f"/persons/{persons[0]}")


def _reveal_and_correct(season: Season, amal: Colleague, person: UUID) -> None:
    at = f"/persons/{person}"
    assert season.first_name in amal.do(at, page=at, reveal=NAME, sees=True).text
    for part in (RecordPart.IDENTITY, RecordPart.CONTACT):
        sent = _correction(season, amal, at, part)
        amal.do(f"{at}/correct/save", page=at, sees=True, status=HTTPStatus.UNPROCESSABLE_ENTITY, **sent)
        amal.do(f"{at}/correct/save", page=at, **sent, reason=season.word("a reason to correct"))
        amal.do(f"{at}/correct/save", page=at, sees=True, status=HTTPStatus.CONFLICT, **sent, reason="too late, again")
        amal.do(f"{at}/former", page=at, part=part.value, sees=True)
    for file in re.findall(rf'action="({at}/files/[^"]+)"', amal.look(at)):
        amal.do(file, page=at, sees=True)


def _correction(season: Season, amal: Colleague, at: str, part: RecordPart) -> dict[str, str]:
    """The form to correct a part as a page gives it, one answer changed."""
    page = amal.do(f"{at}/correct", page=at, part=part.value, sees=True).text
    shown = dict(re.findall(r'name="(shown:[^"]+)" value="([^"]*)"', page))
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    answers = {name.replace("shown:", "answer:"): value for name, value in shown.items()}
    changed = next(name for name in answers if name.endswith(("prs_Second_Name", "prs_MailingCity")))
    answers[changed] = season.word(f"corrected {changed} of version {version}")
    return {"part": part.value, "version": version, **shown, **answers}


def _make_mistakes(season: Season, amal: Colleague, person: UUID) -> None:
    """Pages that say no, and one that breaks in the middle, with words in what was asked."""
    at, word = f"/persons/{person}", season.word("typed in vain")
    amal.look(f"/persons/{word}", status=HTTPStatus.NOT_FOUND)
    amal.look(f"/{word}?{word}={word}", status=HTTPStatus.NOT_FOUND)
    amal.do(f"{at}/consent", page=at, status=HTTPStatus.UNPROCESSABLE_ENTITY, **AGREED, recipient=f"Dr {word}")
    amal.do(f"{at}/share", page=at, status=HTTPStatus.NOT_FOUND, account=word, part="identity", reason=word)
    amal.do(f"{at}/files/{word}", page=at, status=HTTPStatus.NOT_FOUND)
    forged = amal.client.post(f"{at}/correct/save", data={"answer:prs_First_Name": word, "form_token": word})
    assert forged.status_code == HTTPStatus.FORBIDDEN
    stranger = httpx.Client(transport=season.transport, base_url=season.address)
    stranger.event_hooks = {"response": [amal.keep]}
    stranger.post("/sign-in", data={"name": word, "password": season.word("a password")})
    sent = _correction(season, amal, at, RecordPart.IDENTITY)
    with season.broken_table("casework.former_version"):
        amal.do(f"{at}/correct/save", page=at, status=HTTPStatus.INTERNAL_SERVER_ERROR, **sent, reason=word)


def _share(season: Season, sara: Colleague, person: UUID) -> None:
    """With a partner, until it is ended."""
    at = f"/persons/{person}"
    with season.program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        partner = add_unit(session, UnitKind.ORGANISATION, "Partner")
    dora = season.hire("dora", Role.PARTNER, organisation=partner)
    why = {"account": "dora", "part": ["identity"], "days": "7", "reason": season.word("a reason to share")}
    ours = sara.do(f"{at}/share", page=at, sees=True, **why).text
    assert season.first_name in dora.do(at, page=at, reveal=NAME, sees=True).text
    sara.do(re.findall(rf'action="({at}/openings/[^"]+/end)"', ours)[0])
    dora.look(at, status=HTTPStatus.NOT_FOUND)


def _break_the_glass(season: Season, sara: Colleague, person: UUID) -> None:
    """A record in the hands of one team is opened by another in an emergency, and that is judged."""
    with season.program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        one, two = (add_unit(session, UnitKind.TEAM, name, parent=ours) for name in ("One", "Two"))
    at = f"/persons/{person}"
    sara.do(f"{at}/hand-over", page=at, unit=str(one))
    badr = season.hire("badr", Role.CASEWORKER, team=two)
    badr.look(at, status=HTTPStatus.NOT_FOUND)
    why = {"reason": season.word("a reason to break glass"), "part": ["identity"]}
    badr.do("/broken-glass", page="/broken-glass", status=HTTPStatus.NOT_FOUND, case_reference=season.word("no case"), **why)
    badr.do("/broken-glass", page="/broken-glass", case_reference=season.canaries.words["case_reference"], **why)
    assert season.first_name in badr.do(at, page=at, reveal=NAME, sees=True).text
    review = sara.look("/broken-glass/review", sees=True)
    assert why["reason"] in review
    [opening] = re.findall(r'action="(/broken-glass/review/[0-9a-f-]+)"', review)
    sara.do(opening, page="/account", justified="no")
    badr.look(at, status=HTTPStatus.NOT_FOUND)


def _agree_and_restrict(season: Season, sara: Colleague, person: UUID) -> None:
    at = f"/persons/{person}"
    for recipient in (CLINIC, PARTNER):
        said = AGREED | {"recipient": recipient, "language": "ar", "note": season.word("a note on consent")}
        sara.do(f"{at}/consent", page=at, **said)
    page = sara.do(f"{at}/restrict", page=at, reason="objection").text
    [lift] = re.findall(r'action="(/persons/[^"]+/lift)"', page)
    sara.do(lift, page=at)


def _hold(season: Season, dina: Colleague, person: UUID) -> None:
    at = f"/persons/{person}"
    dina.do(f"{at}/hold", page=at, reason=season.word("a reason to hold"), sees=True)
    holds = dina.look("/holds", sees=True)
    assert season.canaries.words["a reason to hold"] in holds
    dina.do(re.findall(r'action="(/holds/[^"]+/lift)"', holds)[0], page="/account")


def _hand_out_access_pack(season: Season, dina: Colleague, person: UUID) -> None:
    at = f"/persons/{person}"
    dina.do(f"{at}/requests", page=at, kind="access")
    offered = dina.do(f"{at}/access-pack", page=at, language="ar").text
    assert "secret" in offered
    pack = dina.do(f"{at}/access-pack/download", page=at, secret=season.word("the passphrase of a pack"), language="ar")
    (season.folder / "access-pack.zip.age").write_bytes(pack.content)
    [request] = re.findall(r'action="(/rights-requests/[^"]+)"', dina.look("/rights-requests"))
    dina.do(request, page="/account", outcome="granted")


def _export(season: Season, sara: Colleague, dina: Colleague, person: UUID) -> None:
    """To a clinic, by two people; the file is kept as the clinic gets it."""
    clinic = {"code": CLINIC, "name": "Intake", "organisation": "Lake clinic", "public_key": _public_key()}
    sara.do("/exports/recipients", page="/exports", **clinic)
    dina.do(re.findall(r'action="(/exports/recipients/[^"]+)"', dina.look("/exports"))[0], page="/exports")
    [recipient] = re.findall(r'<option value="([0-9a-f-]{36})">Intake', sara.look("/exports"))
    wanted = {"fields": "identity/prs_First_Name narrative/interviewer_notes", "purpose": "referral", "basis": "consent"}
    sara.do("/exports", page="/exports", recipient=recipient, persons=str(person), **wanted)
    [export] = re.findall(r'action="(/exports/[0-9a-f-]{36})"', dina.look("/exports"))
    dina.do(export, page="/exports", agree="yes")
    sealed = sara.do(f"{export}/file", page="/exports")
    (season.folder / "export.zip.age").write_bytes(sealed.content)


def _public_key() -> str:
    return str(x25519.Identity.generate().to_public())


def _match_with_a_partner(season: Season) -> None:
    """Twenty who agreed; the partner's list is ours again, as if both knew the same persons."""
    program, officer = season.program, Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    names = [{name: season.word(f"{name} {number}") for name in NAMES} for number in range(PARTNERS_LIST)]
    born = [{"prs_Birthdate": f"1990-02-{number + 1:02}"} for number in range(PARTNERS_LIST)]
    people = [
        NewPerson({RecordPart.IDENTITY: named | day, RecordPart.CONTACT: {}, RecordPart.FACTS: {}})
        for named, day in zip(names, born, strict=True)
    ]
    said = Statement(
        Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", recipient=PARTNER, text_version="2026080101", language="ar"
    )
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="import") as session:
        write_persons(session, program.ring, OPERATION, people)
        for one in people:
            record_consent(session, program.ring, one.id, said)
    if season.command:
        _match_by_commands(season, season.command)
        return
    create_salt(season.folder / "salt")
    salt = read_salt(season.folder / "salt")
    with program.database.transaction(Zone.CASEWORK, access=officer) as session:
        ours = duplicates.export_list(session, program.ring, salt, partner=PARTNER, purpose=Purpose.REFERRAL)
    (season.folder / "our-list.json").write_bytes(ours)
    with program.database.transaction(Zone.CASEWORK, access=officer) as session:
        matches = duplicates.compare_lists(session, program.ring, salt, ours, purpose=Purpose.REFERRAL)
    (season.folder / "matches.json").write_text(json.dumps([repr(match) for match in matches]))


def _match_by_commands(season: Season, command: Callable[..., str]) -> None:
    """The same as an officer types it; a program's token stands for the officer, who would be asked for a password."""
    with season.program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, season.program.ring, "matching", "matching", kind=AccountKind.SERVICE)
        grant = give_role(session, account, Role.DATA_PROTECTION_OFFICER, OPERATION, Reach())
        rights = [Right.MATCH_WITH_PARTNER, Right.READ_IDENTITY, Right.READ_CONTACT, Right.READ_FACTS]
        _, token = add_token(session, grant, rights, 1)
    (season.folder / "token").write_text(token)
    told = {"WAYSTATION_TOKEN_FILE": str(season.folder / "token")}
    salt, ours = season.folder / "salt", season.folder / "our-list.json"
    also = ("--salt-file", str(salt), "--purpose", "referral", "--out")
    command("match", "salt", str(salt))
    command("match", "export", OPERATION, "--with", PARTNER, *also, str(ours), **told)
    command("match", "compare", OPERATION, str(ours), *also, str(season.folder / "matches.json"), **told)
    assert json.loads((season.folder / "matches.json").read_text())


def _keep_registers(season: Season, dina: Colleague) -> None:
    """Officers write there what happened to whom."""
    noticed = (now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    breach = {name: season.word(f"breach: {name}") for name in ("title", "what", "happened", "measures", "told")}
    asked = ("title", "legal_basis", "risks", "measures", "decided_by")
    assessment = {name: season.word(f"assessment: {name}") for name in asked}
    entered = {
        "breaches": {**breach, "records": "1", "noticed_at": noticed},
        "assessments": {**assessment, "purposes": ["assistance"], "residual_risk": "low", "review_on": "2999-01-01"},
    }
    for register, fields in entered.items():
        new = f"/registers/{register}/new"
        page = dina.do(new, page=new, sees=True, **fields)
        assert fields["title"] in page.text
        unfit = {**fields, "version": "1", "title": ""}
        dina.do(page.url.path, page="/account", sees=True, status=HTTPStatus.UNPROCESSABLE_ENTITY, **unfit)
    dina.look("/registers", sees=True)


def _erase(season: Season, dina: Colleague, omar: Colleague) -> None:
    """Somebody asked for it: proposed by one officer, approved by another, carried out and certified."""
    found = dina.do("/persons", page="/persons", case_reference=season.canaries.words["erased: case_reference"])
    person = found.url.path.rpartition("/")[2]
    dina.do(f"/persons/{person}/erase", page=f"/persons/{person}", reason="person_asked")
    [proposal] = re.findall(r'action="/approvals/([^"]+)/approve"', omar.look("/approvals"))
    omar.do(f"/approvals/{proposal}/approve", page="/approvals")
    dina.do(f"/erasures/{proposal}/carry-out", page="/erasures", sure="yes")
    for kind in ("json", "txt"):
        dina.look(f"/erasures/{proposal}/certificate.{kind}")


def _destroy_remains(season: Season) -> None:
    """What the erased key leaves in the server's files."""
    if season.command:
        season.command("erase", "remains")
    else:
        destroy_remains(season.owner)


def _rotate_keys(season: Season, boss: Colleague, dina: Colleague) -> None:
    """A new key while everybody works: two people agree, and every record key is wrapped anew."""
    before = season.program.ring.current
    if season.command:
        _rotate_by_commands(season, season.command, boss, dina)
    else:
        keeper = Access.of_system("administrator", "")
        rewrapped = rotate(season.program, keeper, lambda _session, _subject: None, lambda _count: None, anew=True)
        assert rewrapped.refused == []
    assert season.program.ring.newest()[0] == before + 1


def _rotate_by_commands(season: Season, command: Callable[..., str], boss: Colleague, dina: Colleague) -> None:
    """Who keeps the keys signs in to each command; the officer signs in to the screens and approves there."""
    keeper = boss.prove(season.program, season.word("the administrator's password"))
    officer = dina.prove(season.program, season.word("the officer's password"))
    said = command("keys", "rotate", "--propose", "--operation", OPERATION, typed=keeper.typed())
    [proposal] = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said))
    dina.sign_in(officer)
    dina.do(f"/approvals/{proposal}/approve", page="/approvals")
    command("keys", "rotate", "--anew", "--operation", OPERATION, "--proposal", proposal, typed=keeper.typed())
    command("keys", "verify")


def _read_under_the_new_key(season: Season, amal: Colleague, person: UUID) -> None:
    """What was written before the rotation is read as before."""
    at = f"/persons/{person}"
    assert season.first_name in amal.do(at, page=at, reveal=NAME, sees=True).text


def _look_without_asking(season: Season, staff: tuple[Colleague, ...], person: UUID) -> None:
    """Each of them opens every page that is open to them; nobody reveals a thing. Only who keeps the accounts sees names."""
    for colleague in staff:
        for page in (*PAGES, f"persons/{person}", f"persons/{person}/history"):
            colleague.try_to_look(f"/{page}")


def _keep_accounts(boss: Colleague) -> None:
    boss.look("/accounts", sees=True)


def _back_up_and_restore(season: Season, person: UUID) -> None:
    """Into another database of the same server, whose files are searched as well."""
    program, name = season.program, f"restored_{uuid4().hex[:8]}"
    administrate(season.cluster, f"CREATE DATABASE {name}")
    owner, backup = season.cluster.url(ADMINISTRATOR, name).render_as_string(), season.folder / "backup"
    if season.command:
        season.command("backup", str(backup))
        data, keys = (next(backup.glob(f"*-{part}.waystation")) for part in ("data", "keys"))
        season.command("restore", str(data), "--keys", str(keys), WAYSTATION_DATABASE_OWNER_URL=owner)
    else:
        made = back_up(program.database, program.ring, season.owner, backup, actor="administrator")
        restore_backup(owner, PROGRAM, program.ring, data=made.files["data"], keys=made.files["keys"], actor="administrator")
    restored = connect(season.cluster.url(PROGRAM, name))
    with restored.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        read = read_person(session, program.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
    assert read.parts[RecordPart.IDENTITY]["prs_First_Name"] == season.first_name
    restored.close()
