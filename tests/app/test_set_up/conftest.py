"""An operation that was set up and is at work, and another installation that has nothing yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import forms
from app.program import Program
from app.set_up import write_set_up
from casework.programme import OURS
from core.access import Access, Grant
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.models import AccountKind, UnitKind
from core.identity.own_roles import add_own_role
from core.identity.units import add_unit
from core.keys.keyring import KeyRing
from core.models import Operation
from core.permissions import Right, Role
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from core.postgres.embedded_cluster import EmbeddedCluster
from core.settings import Settings
from forms import PrivacyClass, classes
from ingest.collectors import add_collector
from ingest.quality import set_plan
from tests.beginning import Beginning
from tests.blank_database import BlankDatabase
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

PROGRAM = Access.of_system("administrator", OPERATION)
SONIA = Access("sonia", OPERATION, (Grant(Role.SUPERVISOR),))
CARLA = Access("carla", OPERATION, (Grant(Role.SUPERVISOR),))
DINA = Access("danuta", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
ADAM = Access("adam", OPERATION, (Grant(Role.ADMINISTRATOR),))
PROGRAMME = OURS.read_text(encoding="utf-8").replace("[lists.need]", '[lists.need]\ntelephone = { en = "A telephone" }', 1)
TOWNS = b"name,label\nt1,Canary Listed Person\n"
SURVEY = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Towns</h:title>
<model><submission action="https://canary-server.example/token-canary" method="post"/>
<instance><data id="towns" version="1"><town/><meta><instanceID/></meta></data></instance>
<instance id="towns" src="jr://file-csv/towns.csv"/><bind nodeset="/data/town" type="string"/></model></h:head>
<h:body><input ref="/data/town"><label>Town</label></input></h:body></h:html>"""
PLAN = """accuracy_metres = 20
[expected]
reports = 3
[expected.collectors]
"canary tablet" = 9
"""
CANARIES = (
    *("Canary Listed Person", "canary-server", "token-canary", "canary tablet", "canary-account", "Canary Colleague"),
    *("sonia", "carla", "danuta", "tester", "base64RsaPublicKey"),
    *(SCREENING[name] for name in ("prs_Second_Name", "prs_MobilePhone", "case_reference", "interviewer_notes")),
)


@dataclass
class Office:
    """An installation, and what a test may ask of it."""

    program: Program

    def decide(self, kind: PolicyKind, proposing: Access, approving: Access, content: str) -> None:
        """Put a policy in force, as two people do."""
        with self.program.database.transaction(Zone.CASEWORK, access=proposing) as session:
            policy = propose_policy(session, kind, content)
        with self.program.database.transaction(Zone.CASEWORK, access=approving) as session:
            approve_policy(session, policy)
        with self.program.database.transaction(Zone.CASEWORK, access=proposing) as session:
            activate_policy(session, policy)


@pytest.fixture
def at_work(field_team: Field, begin: Beginning, tmp_path: Path) -> Office:
    """Forms, one of them encrypted and one with a list of people; classes, a plan, units, a programme, phones and a person."""
    office = Office(Program(Settings(var=tmp_path / "here"), field_team.database, field_team.ring))

    def made() -> None:
        field_team.send("screening", SCREENING)
        field_team.admit_awaiting()
        with field_team.zone(Zone.COLLECTION) as session:
            forms.add_form_key(session, field_team.ring, OPERATION)
            forms.publish_form(session, OPERATION, SURVEY, {"towns.csv": TOWNS})
            add_collector(session, OPERATION, "canary tablet")
        with field_team.zone() as session:
            key = forms.newest_public_key(session, field_team.ring, OPERATION)
            set_plan(session, OPERATION, "wells", PLAN)
        with field_team.zone(Zone.COLLECTION) as session:
            sealed = SURVEY.replace(b'id="towns"', b'id="sealed"').replace(b"jr://file-csv/towns.csv", b"#none")
            forms.publish_form(session, OPERATION, forms.encrypt_form(sealed, key), {})
        with field_team.database.transaction(Zone.COLLECTION, access=DINA) as session:
            decided = {"/data/depth": classes.QuestionClass(PrivacyClass.SENSITIVE)}
            classes.set_classes(session, OPERATION, "wells", "", decided)
        with field_team.database.transaction(Zone.IDENTITY, operation=OPERATION, actor="administrator") as session:
            relief = add_unit(session, UnitKind.ORGANISATION, "Relief")
            add_unit(session, UnitKind.TEAM, "North", relief)
            add_own_role(session, "Interpreter", Role.CASEWORKER, [Right.READ_FACTS])
            add_account(session, field_team.ring, "canary-account", "Canary Colleague", kind=AccountKind.PERSON)
        office.decide(PolicyKind.PROGRAMME, SONIA, CARLA, PROGRAMME)

    begin(made)
    return office


@cache
def _kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def home_file(request: pytest.FixtureRequest) -> bytes:
    """The set-up of the office at work. It is always the same bytes, so it is made once."""
    kept = _kept()
    if not kept:
        office: Office = request.getfixturevalue("at_work")
        kept["file"] = write_set_up(office.program, SONIA)
    return kept["file"]


@pytest.fixture
def elsewhere(cluster: EmbeddedCluster, tmp_path: Path) -> Iterator[Office]:
    """An operation without places, forms or anybody, in a database and under keys of its own."""
    blank = BlankDatabase(cluster)
    blank.opened.ring = ring = KeyRing({1: bytes(range(7, 39))}, bytes(range(40, 72)))
    with blank.opened.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Elsewhere"}))
    yield Office(Program(Settings(var=tmp_path / "there"), blank.opened, ring))
    blank.drop()
