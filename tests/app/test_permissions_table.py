"""Every denial is as testable as every permission: for each right something real that needs it, tried by every role.

Within reach the roles of the table succeed, and the others are refused with a line in the audit log. Beyond reach nobody
succeeds. A right that nothing here uses, or that the code never asks for, fails the first two tests.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from app.program import Program
from app.releases.release_period import protect_week
from casework import (
    RecordUnknown,
    list_cases,
    records,
)
from casework.case_file import Act as CaseAct
from casework.case_file import EntryKind, Step, take_step
from casework.errors import OpeningUnknown
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone, connect
from core.keys.keyring import KeyRing
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role
from core.places import add_places
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.second_person import Act, ProposalUnknown, propose
from core.settings import Settings
from forms import RecordPart, publish_form, read_form_definition
from ingest import receive_submission
from ingest.collectors import add_collector
from tests.app.deeds import AS_THE_PROGRAM, CUSTODY, DEEDS, WEEK, World
from tests.casework.conftest import ARRIVAL, OPERATION, PLACES, SCREENING, Field, write_answers
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414  (a fixture)

PROJECT = Path(__file__).resolve().parents[2]
HIDDEN = (RecordUnknown, OpeningUnknown, ProposalUnknown)  # out of reach is told like what does not exist
WHY = "She came in at night and her worker is away."
C = Zone.CASEWORK


@pytest.fixture(scope="module")
def world(
    cluster: EmbeddedCluster, ring: KeyRing, xforms: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    name = f"permissions_{uuid4().hex[:12]}"
    engine = create_engine(cluster.url(ADMINISTRATOR, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.execute(text(f"CREATE DATABASE {name} TEMPLATE pattern"))
        database = connect(cluster.url(PROGRAM, name))
        yield furnished(Program(Settings(var=tmp_path_factory.mktemp("var")), database, ring), xforms)
        database.close()
        server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def furnished(program: Program, xforms: Mapping[str, bytes]) -> World:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
        session.flush()
        add_places(session, OPERATION, PLACES)
        for xform in xforms.values():
            publish_form(session, OPERATION, xform, {})
        add_collector(session, OPERATION, "tablet 7", custody=CUSTODY)
    team = Field(program.database, program.ring, {kind: read_form_definition(xform) for kind, xform in xforms.items()})
    for number in range(2):
        team.send("screening", {**SCREENING, "case_reference": f"SC-{number}"})
    team.send("movement", ARRIVAL)
    team.admit_awaiting()
    with team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
        case, second = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        person, other = case.person, second.person
        report = session.execute(text("SELECT id FROM casework.movement_event")).scalar_one()
    badr = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with program.database.transaction(C, access=replace(badr, system=True)) as session:
        wanted = [RecordPart.IDENTITY]
        records.break_glass(session, program.ring, badr, person, parts=wanted, reason=WHY, purpose=Purpose.PROTECTION)
        opening = session.execute(text("SELECT id FROM casework.opening")).scalar_one()
    made = World(program, person, other, report, opening, _submission(team), case.id, _plan(team, case.id))
    proposer = Access("proposer", OPERATION, tuple(Grant(role) for role in Role))
    where = {Act.POLICY_CHANGE: (Zone.ANONYMIZER, []), Act.PROGRAMME_CHANGE: (C, []), Act.KEY_OPERATION: (Zone.KEYS, [])}
    where[Act.OUTSIDE_TOTALS] = Zone.ANONYMIZER, []
    for act in Act:
        zone, custodies = where.get(act, (C, [CUSTODY]))
        with program.database.transaction(zone, access=proposer) as session:
            made.proposals = {
                **made.proposals,
                act: propose(session, act, "a.subject:1", purpose=Purpose.LEGAL, custodies=custodies),
            }
    protect_week(program, OPERATION, WEEK, actor="officer")  # so that a release has something to release
    return made


def _plan(team: Field, case: UUID) -> UUID:
    """A plan that waits for somebody's approval."""
    with team.zone() as session:
        wrote = Step(EntryKind.PLAN, CaseAct.WRITE, fields={"aim": "Shelter", "agreed": "yes"})
        plan = take_step(session, team.ring, case, wrote, purpose=Purpose.ASSISTANCE)
        take_step(session, team.ring, case, Step(EntryKind.PLAN, CaseAct.SUBMIT, plan, seen=1), purpose=Purpose.ASSISTANCE)
    return plan


def _submission(team: Field) -> UUID:
    """A report that a phone of the team sent."""
    xml = write_answers(team.definitions["movement"], ARRIVAL, {}, "theirs", "")
    given = {"operation": OPERATION, "collector": "phone", "custody": CUSTODY}
    with team.zone(Zone.COLLECTION) as session:
        kept = receive_submission(session, team.ring, xml=xml, files=[], **given).submission_id  # type: ignore[arg-type]
    assert kept
    return kept


class _Undone(Exception):
    """The deed was done; nothing of it is to stay for the next."""


def tried(world: World, right: Right, grant: Grant) -> tuple[str, Exception | None]:
    """Who tried, and what refused them (none: it was done, and undone)."""
    deed, who = DEEDS[right], Access(f"a-{uuid4().hex[:12]}", OPERATION, (grant,))
    access = replace(who, system=True) if right in AS_THE_PROGRAM else who
    try:
        with world.database.transaction(deed.zone, access=access) as session:
            deed.do(world, session, who)
            raise _Undone  # noqa: TRY301  (this is how a transaction is undone)
    except _Undone:
        return who.actor, None
    except Exception as ending:
        if deed.ends_in is not None and isinstance(ending, deed.ends_in):
            return who.actor, None
        if not isinstance(ending, (NotAllowed, *HIDDEN)):
            raise
        return who.actor, ending


def denied_in_the_log(world: World, actor: str) -> bool:
    with world.database.transaction(Zone.AUDIT) as session:
        return actor in {entry.actor for entry in audited_entries(session, action=Action.DENIED, newest=3)}


def test_every_right_is_tried_here() -> None:
    assert set(DEEDS) == set(Right) == set(PERMISSIONS)


def test_every_right_is_asked_for_in_the_code() -> None:
    folders = ("core", "forms", "ingest", "casework", "anonymizer", "exports", "app")
    files = [file for folder in folders for file in (PROJECT / folder).rglob("*.py") if file.name != "permissions.py"]
    asked = {name for file in files for name in re.findall(r"\bRight\.([A-Z_]+)\b", file.read_text(encoding="utf-8"))}
    assert {right.name for right in Right} - asked == set()


@pytest.mark.parametrize("right", Right)
def test_within_reach_those_of_the_table_may_and_nobody_else(world: World, right: Right) -> None:
    for role in Role:
        actor, refusal = tried(world, right, replace(DEEDS[right].within, role=role))
        if role in PERMISSIONS[right]:
            assert refusal is None, f"{role} may {right}, and was refused: {refusal}"
        else:
            assert isinstance(refusal, NotAllowed), f"{role} may not {right}: {refusal}"
            assert denied_in_the_log(world, actor)


@pytest.mark.parametrize("right", [right for right, deed in DEEDS.items() if deed.beyond])
def test_beyond_reach_nobody_may(world: World, right: Right) -> None:
    for role in Role:
        grant = DEEDS[right].beyond
        assert grant
        actor, refusal = tried(world, right, replace(grant, role=role))
        assert isinstance(refusal, (NotAllowed, *HIDDEN)), f"{role} did {right} beyond their reach"
        if isinstance(refusal, NotAllowed):
            assert denied_in_the_log(world, actor)


@pytest.mark.parametrize("right", Right)
def test_who_holds_no_role_may_nothing(world: World, right: Right) -> None:
    nobody = Access("nobody", OPERATION)
    access = replace(nobody, system=True) if right in AS_THE_PROGRAM else nobody
    with pytest.raises((NotAllowed, *HIDDEN)), world.database.transaction(DEEDS[right].zone, access=access) as session:
        DEEDS[right].do(world, session, nobody)
