"""An office on screen: one case in the hands of Amal's team, a supervisor above, and a colleague of another team."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from app.web.application import create_application
from casework import list_cases
from casework.case_file import Act, CaseFile, EntryKind, read_case_file
from core.access import Custody
from core.audit import Purpose
from core.database import Zone
from core.identity.grants import Reach
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.beginning import Beginning
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.casework.test_case_file.conftest import Office as CaseOffice
from tests.casework.test_case_file.conftest import say_yes

STANDS = text(
    "SELECT e.kind, e.state, max(s.number) FROM casework.case_entry e JOIN casework.case_step s ON s.entry = e.id "
    "WHERE e.id = :entry GROUP BY e.id"
)
NEWEST = text("SELECT entry FROM casework.case_step ORDER BY number DESC LIMIT 1")


@dataclass
class Office:
    """The case and the people around it. Whoever is named signs in when they are first needed."""

    team: Field
    site: Site
    case: UUID
    person: UUID
    ours: UUID
    one: UUID
    two: UUID
    seats: dict[str, Browser] = field(default_factory=dict)
    tokens: dict[UUID, str] = field(default_factory=dict)

    @cached_property
    def earlier(self) -> UUID:
        """A closed case that the person had before."""
        return CaseOffice(self.team, self.case, self.person).earlier()

    def agree(self, recipient: str) -> None:
        """The person's yes to sharing with a recipient."""
        with self.team.zone() as session:
            say_yes(session, self.team, self.person, recipient)

    def sit(self, name: str, *roles: Role, provider: str = "", **reach: UUID) -> Browser:
        if name not in self.seats:
            within = Reach(**reach, provider=provider)
            self.seats[name] = self.site.sign_in(name, *roles, operation=OPERATION, reach=within)
        return self.seats[name]

    @property
    def amal(self) -> Browser:
        return self.sit("amal", Role.CASEWORKER, team=self.one)

    @property
    def badr(self) -> Browser:
        return self.sit("badr", Role.CASEWORKER, team=self.two)

    @property
    def carla(self) -> Browser:
        return self.sit("carla", Role.SUPERVISOR, organisation=self.ours)

    @property
    def address(self) -> str:
        return f"/cases/{self.case}"

    def file(self) -> CaseFile:
        """The file as the program itself reads it."""
        with self.team.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            return read_case_file(session, self.team.ring, self.case, purpose=Purpose.ASSISTANCE)

    def send(self, who: Browser, **fields: object) -> Response:
        """Send a form of this case, with the token that all forms of this session carry; the answer is not followed."""
        if who.account not in self.tokens:
            [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/account").text))
            self.tokens[who.account] = token
        sent = {"form_token": self.tokens[who.account], **fields}
        return who.client.post(f"{self.address}/step", data=sent, follow_redirects=False)

    def begin(self, who: Browser, kind: EntryKind, act: Act = Act.WRITE, **sent: object) -> Response:
        """Fill in the form of a new entry. Names of fields as the form has them, or `due`, `assignee`."""
        return self.send(who, **(_hidden(kind, act) | _named(sent)))

    def go_on(self, who: Browser, entry: UUID, act: Act, **sent: object) -> Response:
        """The next act on an entry, by somebody who has just looked at it."""
        kind, _, seen = self.stands(entry)
        hidden = _hidden(kind, act) | {"entry": str(entry), "seen": str(seen)}
        return self.send(who, **(hidden | _named(sent)))

    def stands(self, entry: UUID) -> tuple[EntryKind, str, int]:
        """Of an entry, its kind, its state and the number of its newest step, without opening anything."""
        with self.team.zone() as session:
            kind, state, seen = session.execute(STANDS, {"entry": entry}).one()
        return EntryKind(kind), state, seen

    def newest(self) -> UUID:
        with self.team.zone() as session:
            entry: UUID = session.execute(NEWEST).scalar_one()
        return entry


def _hidden(kind: EntryKind, act: Act) -> dict[str, object]:
    return {"kind": kind.value, "act": act.value, "id": str(uuid4()), "seen": "0"}


def _named(sent: dict[str, object]) -> dict[str, object]:
    own = {"id", "seen", "entry", "due", "assignee"}
    return {name if name in own else f"field:{name}": said for name, said in sent.items()}


def plain(page: Response) -> str:
    """What a reader sees, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL))


@pytest.fixture
def office(field_team: Field, begin: Beginning) -> Office:
    database, ring = field_team.database, field_team.ring

    def made() -> tuple[UUID, ...]:
        with database.transaction(Zone.IDENTITY, actor="administrator") as session:
            ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
            one, two = (add_unit(session, UnitKind.TEAM, name, parent=ours) for name in ("Team One", "Team Two"))
        field_team.send("screening", SCREENING)
        field_team.send("assistance", ASSISTANCE)
        field_team.admit_awaiting()
        custody = str(Custody(str(ours), "-", str(one), "-"))
        with field_team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": custody})
            [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        return case.id, case.person, ours, one, two

    site = Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))
    return Office(field_team, site, *begin(made))
