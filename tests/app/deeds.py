"""Something real for each right: what somebody who holds it can do, and nobody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer import elsewhere, officer
from app.program import Program
from app.releases.release_period import protect_as, release_as
from casework import (
    consent,
    duplicates,
    erasure,
    family,
    find_case,
    read_person,
    read_report,
    records,
    rights,
    trafficking,
)
from casework.case_file import Act as CaseAct
from casework.case_file import EntryKind, Step, read_case_file, take_step
from casework.duplicates.errors import ListOutOfBounds
from casework.export_errors import BulkReadUnapproved
from casework.left_to_fetch import page_to_fetch
from casework.referrals import page_referrals
from casework.reviewing import decide
from casework.search import search_freely
from casework.store import open_in_bulk
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Database, Zone
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.permissions import Right, Role
from core.policies import PolicyKind, propose_policy
from core.registers import Assessment, list_entries
from core.sealing.shared_tokens import SharedSalt
from core.search_audit import AuditSearch, search_audit
from core.second_person import Act, approve, propose
from forms import RecordPart
from forms.classes import list_form_versions, set_classes
from ingest.collectors import add_collector, carry_cases
from ingest.handed_in import Said, keep_persons
from ingest.models import CollectorRow
from ingest.reviews import ReviewState
from tests.casework.conftest import OPERATION
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414  (a fixture)

__all__ = ["AS_THE_PROGRAM", "CUSTODY", "DEEDS", "WEEK", "World"]

CUSTODY = Custody("org", "north", "team-1", "amal")
WEEK = Week.parse("2026-W07")
BULLETIN = elsewhere.Publication(WEEK, "Ministry", "Bulletin 12", date(2026, 2, 20), "destination,total\nXM,5\n")
DECIDED = {"status": "actual", "eligible": "yes", "reasons": "Documents were taken."}
WHY = "She came in at night and her worker is away."


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
    Right.HAND_IN_PERSONS: Deed(
        Zone.CASEWORK, lambda w, s, _: keep_persons(s, w.ring, Said("persons.json"), b"[]", custody=CUSTODY)
    ),
    Right.FETCH_EXPORTS: OfTheOperation(C, lambda _w, s, _: page_to_fetch(s)),
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
