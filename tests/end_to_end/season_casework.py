"""A case led on screen during a season: decided, planned, written about, printed; and the people around its person."""

import re
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from tests.end_to_end.colleagues import Colleague
from tests.end_to_end.season_setting import Season

__all__ = ["lead_a_case"]

WRITTEN: Final = {
    "assessment": ("situation", "wishes"),
    "plan": ("aim",),
    "service": ("note",),
    "visit": ("purpose", "note"),
    "task": ("task", "note"),
    "note": ("subject", "text"),
    "flag": ("reason",),
}
CHOSEN: Final = {"service": {"field:service_type": "medical"}, "plan": {"field:agreed": "yes"}}
NAME: Final = "person/identity/prs_First_Name"


def lead_a_case(season: Season, amal: Colleague, sara: Colleague, person: UUID) -> None:
    """All of it; what is typed in vain is shown again to who typed it, and to nobody else."""
    _decide_screening(season, amal, sara, person)
    file = min(re.findall(r'href="(/cases/[0-9a-f-]{36})[?"]', amal.look(f"/persons/{person}")))
    for kind, fields in WRITTEN.items():
        _write(season, amal, file, kind, fields)
    for page in (file, f"{file}/timeline", f"{file}/print"):
        sara.look(page, sees=True)
    sara.do(f"{file}/print", page="/account", sees=True, reveal=NAME)
    for page in ("/cases", "/tasks", "/work", "/screenings"):
        amal.look(page)
    _tell_of_others(season, amal, person)
    _report_on_it(season, amal, sara, file, person)


def _write(season: Season, amal: Colleague, file: str, kind: str, fields: tuple[str, ...]) -> None:
    """First with a day that is none, then so that it can be kept, then changed by who did not look."""
    form = f"{file}/step?kind={kind}&act=write"
    sent: dict[str, object] = {"id": str(uuid4()), "kind": kind, "act": "write", "seen": "0", "purpose": "assistance"}
    sent |= {f"field:{name}": season.word(f"{name} of a {kind}") for name in fields} | CHOSEN.get(kind, {})
    due = {"due": season.word(f"a day of a {kind}")}
    amal.fill_in(f"{file}/step", sent | due, page=form, sees=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    amal.fill_in(f"{file}/step", sent, page=form, sees=True)


def _tell_of_others(season: Season, amal: Colleague, person: UUID) -> None:
    """A member of the household who has no record yet, what was done to the person, and by whom."""
    at = f"/persons/{person}"
    household = re.search(rf'action="({at}/household/[0-9a-f-]{{36}}/add)"', amal.look(f"{at}/family"))
    assert household
    member = {
        "name": season.word("the name of a new member"),
        "age": "9",
        "gender": "female",
        "language": "en",
        "given_by": "self",
    }
    amal.do(household[1], page=f"{at}/family", sees=True, **member)
    for what in ("history", "perpetrators"):
        asked = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', amal.look(f"{at}/{what}/apart")))
        told = {name: season.word(f"{name} of {what}") for name in sorted(asked - {"form_token", "purpose", "shown", "reveal"})}
        amal.do(f"{at}/{what}/apart/add", page=f"{at}/{what}/apart", sees=True, **told)


def _report_on_it(season: Season, amal: Colleague, sara: Colleague, file: str, person: UUID) -> None:
    """Drafted from all that was told, changed, approved, signed and printed; and looked up as a court would ask."""
    yes = {"use": "referral", "basis": "consent", "state": "given", "recipient": "court", "language": "en", "given_by": "self"}
    amal.do(f"/persons/{person}/consent", page=f"/persons/{person}", sees=True, **yes)
    wish = {"for": "court", "recipient": "court", "language": "en", "in_words": "yes", "id": str(uuid4())}
    drafted = amal.fill_in(f"{file}/reports/new", wish, page=f"{file}/reports/new", sees=True)
    entry = str(drafted.url.params["entry"])
    text = {"purpose": "court", "recipient": "court", "language": "en", "text": season.word("the text of a report")}
    step = {"kind": "report", "entry": entry, "purpose": "assistance"}
    written = [re.findall(r'name="seen" value="(\d+)"', drafted.text)[0]]
    for who, act, fields in (
        (amal, "change", text),
        (amal, "submit", {}),
        (sara, "approve", {}),
        (amal, "sign", {"signed_as": season.word("the name under a report")}),
    ):
        seen = {"id": str(uuid4()), "act": act, "seen": written[-1], **{f"field:{name}": said for name, said in fields.items()}}
        who.fill_in(f"{file}/step", step | seen, page="/account", sees=True)
        written.append(str(int(written[-1]) + 1))
    for form in ("print", "pdf"):
        sheet = amal.do(f"{file}/reports/{entry}/{form}", sees=True)
        assert sheet.status_code == HTTPStatus.OK
    amal.do("/reports/check", page="/reports/check", sees=True, number=entry, digest="0" * 64)


def _decide_screening(season: Season, amal: Colleague, sara: Colleague, person: UUID) -> None:
    """In vain, since the outcome does not fit; then with somebody else's opinion."""
    at = min(re.findall(r'href="(/cases/[0-9a-f-]{36}/screening)', amal.look(f"/persons/{person}")))
    sent = dict[str, object](re.findall(r'type="hidden" name="(step|rule)" value="([^"]*)"', amal.look(at)))
    sent |= {"act": "submit", "status": "actual", "eligible": "yes", "reasons": season.word("reasons of a decision")}
    amal.fill_in(at, sent | {"outcome": "close"}, page=at, sees=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    waiting = amal.fill_in(at, sent | {"outcome": "assist"}, page=at, sees=True).text
    [entry] = re.findall(r'<div class="panel" id="([0-9a-f-]{36})"', waiting)
    seen = {"step": str(uuid4()), "entry": entry, "seen": "1", "answer": season.word("an answer to a decision")}
    sara.do(f"{at}/send-back", page="/screenings", sees=True, **seen)
