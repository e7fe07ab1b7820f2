"""Every denial is as testable as every permission: for each right something real that needs it, tried by every role.

Within reach the roles of the table succeed, and the others are refused with a line in the audit log. Beyond reach nobody
succeeds. A right that nothing here uses, or that the code never asks for, fails the first two tests.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from anonymizer import elsewhere, officer
from app.program import Program
from app.release_period import protect_as, protect_week, release_as
from casework import (
    RecordUnknown,
    consent,
    duplicates,
    erasure,
    family,
    find_case,
    list_cases,
    read_person,
    read_report,
    records,
    rights,
    trafficking,
)
from casework.case_file import Act as CaseAct
from casework.case_file import EntryKind, Step, read_case_file, take_step
from casework.duplicates.errors import ListOutOfBounds
from casework.errors import OpeningUnknown
from casework.export_errors import BulkReadUnapproved
from casework.referrals import page_referrals
from casework.reviewing import decide
from casework.search import search_freely
from casework.store import open_in_bulk
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Database, Zone, connect
from core.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.keyring import KeyRing
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role
from core.places import add_places
from core.policies import PolicyKind, propose_policy
from core.registers import Assessment, list_entries
from core.search_audit import AuditSearch, search_audit
from core.second_person import Act, ProposalUnknown, approve, propose
from core.settings import Settings
from core.shared_tokens import SharedSalt
from core.week import Week
from forms import RecordPart, publish_form, read_form_definition
from forms.classes import list_form_versions, set_classes
from ingest import receive_submission
from ingest.collectors import add_collector, carry_cases
from ingest.models import CollectorRow
from ingest.reviews import ReviewState
from tests.casework.conftest import ARRIVAL, OPERATION, PLACES, SCREENING, Field, write_answers
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414  (a fixture)

PROJECT = Path(__file__).resolve().parents[2]
CUSTODY = Custody("org", "north", "team-1", "amal")
WEEK = Week.parse("2026-W07")
BULLETIN = elsewhere.Publication(WEEK, "Ministry", "Bulletin 12", date(2026, 2, 20), "destination,total\nXM,5\n")
DECIDED = {"status": "actual", "eligible": "yes", "reasons": "Documents were taken."}
WHY = "She came in at night and her worker is away."
HIDDEN = (RecordUnknown, OpeningUnknown, ProposalUnknown)  # out of reach is told like what does not exist


# Their roles are exchanged for each role in turn.
IN_THE_TEAM = Grant(Role.CASEWORKER, organisation="org", team="team-1")
ELSEWHERE = Grant(Role.CASEWORKER, organisation="other")
IN_THE_OPERATION = Grant(Role.CASEWORKER)


@dataclass
class World:
    """One installation for all tests here: two persons in the custody of team 1, a movement report, proposals."""

    program: Program
    person: UUID
    other: UUID
    report: UUID
    opening: UUID
    submission: UUID
    case: UUID
    plan: UUID  # of that case, submitted for approval
    proposals: Mapping[Act, UUID] = field(default_factory=dict)

    @property
    def ring(self) -> KeyRing:
        return self.program.ring

    @property
    def database(self) -> Database:
        return self.program.database


@dataclass(frozen=True)
class Deed:
    """What needs the right, and where one must work to do it. `ends_in`: how it ends once the right was not the obstacle."""

    zone: Zone
    do: Callable[[World, Session, Access], object]
    within: Grant = IN_THE_TEAM
    beyond: Grant | None = ELSEWHERE
    ends_in: type[Exception] | None = None


@dataclass(frozen=True)
class OfTheOperation(Deed):
    """Concerns no single record: the right is held or it is not."""

    beyond: Grant | None = None


@dataclass(frozen=True)
class OfTheWhole(Deed):
    """Concerns everybody in the operation: a grant within a team is not enough."""

    within: Grant = IN_THE_OPERATION
    beyond: Grant | None = IN_THE_TEAM


def reading(part: RecordPart) -> Deed:
    return Deed(
        Zone.CASEWORK,
        lambda world, session, _: read_person(session, world.ring, world.person, parts=[part], purpose=Purpose.ASSISTANCE),
    )


def proposing(act: Act, *custodies: Custody) -> Callable[[World, Session, Access], object]:
    return lambda _world, session, _who: propose(session, act, "a.subject:1", purpose=Purpose.LEGAL, custodies=custodies)


def approving(act: Act) -> Callable[[World, Session, Access], object]:
    return lambda world, session, _who: approve(session, world.proposals[act])


def stepping(step: Step) -> Callable[[World, Session, Access], object]:
    return lambda world, session, _who: take_step(session, world.ring, world.case, step, purpose=Purpose.ASSISTANCE)


def break_glass(world: World, session: Session, who: Access) -> None:
    """The transaction is the program's own, under the actor's name: who breaks the glass cannot see the record yet."""
    wanted = [RecordPart.IDENTITY]
    records.break_glass(session, world.ring, who, world.other, parts=wanted, reason=WHY, purpose=Purpose.PROTECTION)


def share(world: World, session: Session, _: Access) -> None:
    records.share_record(
        session,
        world.ring,
        world.person,
        account="dora",
        parts=[RecordPart.IDENTITY],
        until=now() + timedelta(days=1),
        reason=WHY,
        purpose=Purpose.REFERRAL,
        recipient=consent.OURS,
    )


def correct(world: World, session: Session, _: Access) -> None:
    rights.correct_record(
        session,
        world.ring,
        world.person,
        part=RecordPart.IDENTITY,
        answers={"prs_Second_Name": "Corrected"},
        seen_version=1,
        reason="She spelled it for us.",
        purpose=Purpose.RIGHTS,
    )


def classify(_world: World, session: Session, _who: Access) -> None:
    form = next(form for form in list_form_versions(session, OPERATION) if form.questions)
    set_classes(session, OPERATION, form.form_id, form.version, {})


def let_carry(_world: World, session: Session, _who: Access) -> None:
    phone = session.scalars(select(CollectorRow.id).where(CollectorRow.name == "tablet 7")).one()
    carry_cases(session, phone, [RecordPart.FACTS])


C = Zone.CASEWORK
DEEDS: Mapping[Right, Deed] = {
    Right.FIND_PERSON: OfTheOperation(C, lambda w, s, _: find_case(s, w.ring, OPERATION, "SC-0", purpose=Purpose.ASSISTANCE)),
    Right.SEARCH_FREELY: OfTheOperation(
        C, lambda w, s, _: search_freely(s, w.ring, OPERATION, "Amal", lambda _question: [], purpose=Purpose.ASSISTANCE)
    ),
    Right.READ_IDENTITY: reading(RecordPart.IDENTITY),
    Right.READ_CONTACT: reading(RecordPart.CONTACT),
    Right.READ_NARRATIVE: reading(RecordPart.NARRATIVE),
    Right.READ_FACTS: reading(RecordPart.FACTS),
    Right.READ_FILES: Deed(C, lambda w, s, _: records.list_files(s, w.ring, w.person, purpose=Purpose.ASSISTANCE)),
    Right.READ_REPORT: OfTheOperation(
        C, lambda w, s, _: read_report(s, w.ring, w.report, parts=[RecordPart.IDENTITY], purpose=Purpose.VERIFICATION)
    ),
    Right.REVIEW_SUBMISSION: Deed(C, lambda w, s, _: decide(s, w.ring, w.submission, ReviewState.APPROVED)),
    Right.CORRECT_RECORD: Deed(C, correct),
    Right.KEEP_FAMILY: Deed(
        C, lambda w, s, _: family.relate(s, w.ring, w.person, w.other, family.RelationKind.SIBLING, purpose=Purpose.ASSISTANCE)
    ),
    Right.READ_TRAFFICKING_HISTORY: Deed(
        C, lambda w, s, _: trafficking.view_notes(s, w.ring, trafficking.HISTORY, w.person, purpose=Purpose.ASSISTANCE)
    ),
    Right.READ_PERPETRATORS: Deed(
        C, lambda w, s, _: trafficking.view_notes(s, w.ring, trafficking.PERPETRATORS, w.person, purpose=Purpose.ASSISTANCE)
    ),
    Right.READ_CASE_FILE: Deed(C, lambda w, s, _: read_case_file(s, w.ring, w.case, purpose=Purpose.ASSISTANCE)),
    Right.WORK_ON_CASE: Deed(C, stepping(Step(EntryKind.TASK, CaseAct.WRITE, fields={"task": "Call the clinic"}))),
    Right.DECIDE_SCREENING: Deed(C, stepping(Step(EntryKind.DECISION, CaseAct.SETTLE, fields=DECIDED))),
    Right.APPROVE_CASE_STEP: Deed(
        C, lambda w, s, who: stepping(Step(EntryKind.PLAN, CaseAct.APPROVE, w.plan, seen=2))(w, s, who)
    ),
    Right.ANSWER_REFERRAL: OfTheOperation(C, lambda _w, s, _: page_referrals(s)),
    Right.RESOLVE_DUPLICATES: Deed(
        C, lambda w, s, _: duplicates.merge_persons(s, w.ring, w.person, w.other, purpose=Purpose.ASSISTANCE)
    ),
    Right.MATCH_WITH_PARTNER: OfTheOperation(
        C,
        lambda w, s, _: duplicates.export_list(s, w.ring, SharedSalt(bytes(32)), partner="P", purpose=Purpose.REFERRAL),
        ends_in=ListOutOfBounds,  # two persons are too few for a list
    ),
    Right.SHARE_RECORD: Deed(C, share),
    Right.KEEP_FROM: Deed(C, lambda w, s, _: records.keep_from(s, w.ring, w.person, RecordPart.NARRATIVE, "colleague")),
    Right.BREAK_GLASS: OfTheOperation(C, break_glass),
    Right.REVIEW_BREAK_GLASS: Deed(C, lambda w, s, _: records.review_opening(s, w.ring, w.opening, justified=True)),
    Right.RECORD_CONSENT: Deed(C, lambda w, s, _: rights.receive_request(s, w.ring, w.person, rights.RequestKind.ACCESS)),
    Right.GIVE_ACCESS_PACK: Deed(C, lambda w, s, _: rights.give_access_pack(s, w.ring, w.person, uses=[])),
    Right.RESTRICT_RECORD: Deed(
        C, lambda w, s, _: consent.restrict_record(s, w.ring, w.person, consent.RestrictionReason.OBJECTION)
    ),
    Right.HOLD_RECORD: Deed(C, lambda w, s, _: rights.hold_record(s, w.ring, w.person, reason="A court asks.")),
    Right.PROPOSE_ERASURE: Deed(
        C, lambda w, s, _: erasure.propose_erasure(s, str(w.other), reason=erasure.ErasureReason.PERSON_ASKED)
    ),
    Right.APPROVE_ERASURE: Deed(C, approving(Act.ERASURE)),
    Right.EXPORT_IDENTIFIED: Deed(C, proposing(Act.IDENTIFIED_EXPORT, CUSTODY)),
    Right.APPROVE_EXPORT: Deed(C, approving(Act.IDENTIFIED_EXPORT)),
    Right.READ_IN_BULK: OfTheOperation(
        C,
        lambda w, s, _: list(
            open_in_bulk(s, w.ring, OPERATION, lambda rows: sum(1 for _ in rows), purpose=Purpose.STATISTICS, processes=0)
        ),
        ends_in=BulkReadUnapproved,  # the right is held, and a second person is still needed
    ),
    Right.APPROVE_BULK_READ: Deed(C, approving(Act.BULK_READ)),
    Right.PROTECT_WEEK: OfTheWhole(Zone.ANONYMIZER, lambda w, _, who: protect_as(w.program, who, WEEK)),
    Right.RELEASE_WEEK: OfTheWhole(
        Zone.RELEASE, lambda w, _, who: release_as(w.program, who, WEEK, w.program.settings.releases / OPERATION / str(WEEK))
    ),
    Right.CHANGE_POLICY: OfTheOperation(Zone.ANONYMIZER, proposing(Act.POLICY_CHANGE)),
    Right.APPROVE_POLICY: OfTheOperation(Zone.ANONYMIZER, approving(Act.POLICY_CHANGE)),
    Right.CHANGE_PROGRAMME: OfTheOperation(C, lambda _w, s, _: propose_policy(s, PolicyKind.PROGRAMME, "[lists]")),
    Right.APPROVE_PROGRAMME: OfTheOperation(C, approving(Act.PROGRAMME_CHANGE)),
    Right.CLASSIFY_FORM: OfTheOperation(Zone.COLLECTION, classify),
    Right.KEEP_COLLECTORS: Deed(Zone.COLLECTION, lambda _w, s, _: add_collector(s, OPERATION, "tablet", custody=CUSTODY)),
    Right.CARRY_CASES: Deed(Zone.COLLECTION, let_carry),
    Right.EXPLAIN_PROTECTION: OfTheWhole(
        Zone.ANONYMIZER, lambda w, s, _: officer.read_losses(s, w.ring, WEEK, purpose=Purpose.STATISTICS)
    ),
    Right.KEEP_OUTSIDE_TOTALS: OfTheOperation(
        Zone.ANONYMIZER, lambda w, s, _: elsewhere.propose_publication(s, w.ring, BULLETIN)
    ),
    Right.APPROVE_OUTSIDE_TOTALS: OfTheOperation(Zone.ANONYMIZER, approving(Act.OUTSIDE_TOTALS)),
    Right.READ_AUDIT: OfTheOperation(Zone.AUDIT, lambda _w, s, _: search_audit(s, AuditSearch())),
    Right.KEEP_REGISTERS: OfTheOperation(Zone.AUDIT, lambda w, s, _: list_entries(s, w.ring, Assessment)),
    Right.MANAGE_ACCOUNTS: OfTheOperation(Zone.IDENTITY, lambda _w, s, _: add_unit(s, UnitKind.ORGANISATION, "New")),
    Right.APPROVE_TOKEN: Deed(Zone.IDENTITY, approving(Act.SERVICE_TOKEN)),
    Right.MANAGE_KEYS: OfTheOperation(Zone.KEYS, proposing(Act.KEY_OPERATION)),
    Right.APPROVE_KEY_OPERATION: OfTheOperation(Zone.KEYS, approving(Act.KEY_OPERATION)),
}
# By a transaction of the program under the actor's name, which a right of the actor's own role must have opened before.
AS_THE_PROGRAM = {Right.BREAK_GLASS}


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
