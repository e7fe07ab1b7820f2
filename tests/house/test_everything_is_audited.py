"""Every function of a face that works in a transaction leaves a line in the audit log, or has a reason here why it leaves none.

The first tests read the code: which of these functions reach `record`, through whatever they call. The last one does it: it
runs what a worker does with a record and looks for the line.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import casework
from casework import consent, duplicates, records, rights, search
from core.access import Access, Custody, Grant
from core.audit import Action, Purpose
from core.clock import now
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.house.calls import calls_of

ROOMS = (
    "counting",
    "records",
    "search",
    "duplicates",
    "consent",
    "family",
    "trafficking",
    "rights",
    "erasure",
    "store",
    "exporting",
    "left_to_fetch",
    "follow_up",
    "reviewing",
    "case_file",
    "caseload",
    "month_end",
    "programme",
    "screening",
    "referrals",
)
FACES = (
    "ingest",
    "ingest.collectors",
    "ingest.count_tables",
    "ingest.from_files",
    "ingest.handed_in",
    "ingest.mapped_sheets",
    "ingest.pull",
    "ingest.sources",
    "ingest.write_back",
    "ingest.quality",
    "ingest.figures",
    "ingest.reviews",
    "ingest.back_checks",
    "casework",
    *(f"casework.{room}" for room in ROOMS),
    "anonymizer",
    "anonymizer.asking",
    "anonymizer.weeks",
    "anonymizer.officer",
    "anonymizer.trials",
    "anonymizer.elsewhere",
    "anonymizer.ledger",
    "exports",
    "core.registers",
    "core.second_person",
    "core.search_audit",
    "core.verify_in_pieces",
)
RECORD = {("core.audit_line", "record"), ("core.audit_line", "record_each"), ("core.audit_line", "Deeds")}
# What leaves no line of its own, and why that hides nothing.
QUIET = {
    "anonymizer.case_facts_are_fresh": "whether digests agree, without opening any block",
    "anonymizer.policy_in_force": "the rules of suppression, which tell of nobody",
    "anonymizer.read_weekly_policy": "rules of suppression before they are proposed; to propose them leaves the line",
    "anonymizer.weekly_tables": "names and codes of tables, which tell of nobody",
    "anonymizer.known_elsewhere": "totals that others published",
    "anonymizer.known_then": "likewise",
    "anonymizer.known_where_it_agrees": "likewise, a step of an officer's question, which leaves the line",
    "anonymizer.require_suppression": "methods, variables and weeks, which tell of nobody",
    "anonymizer.last_told": "of which month a caseload was protected",
    "anonymizer.load_protected": "protected tables, which tell of nobody",
    "anonymizer.stale_case_weeks": "weeks whose digests do not agree, without opening any block",
    "anonymizer.store_case_facts": "a step of protecting, which leaves the line; reading the facts left its own",
    "casework.case_sources": "digests of which records there are, without opening any",
    "anonymizer.ask_for": "a note for workers; protecting, under the name of who asked, leaves the line",
    "anonymizer.count_unprotected": "how many weeks wait, without naming one; the list of them leaves the line",
    "anonymizer.populations_of": "of whom a period has tables; opening one leaves the line",
    "anonymizer.asked_periods": "codes of periods and numbers of goals",
    "anonymizer.find_asked": "likewise",
    "ingest.sources.begin_act": "that a server is asked, and when; adding, changing and deploying leave lines",
    "ingest.sources.end_act": "how that ended, as a code",
    "ingest.sources.source_acts": "moments and codes",
    "anonymizer.asides": "codes of weeks, of populations and of problems",
    "anonymizer.keep_aside": "a step of protecting, which leaves the line",
    "anonymizer.no_longer_aside": "a step of protecting, which leaves the line",
    "anonymizer.done_with": "a step of protecting, which leaves the line",
    "anonymizer.take_asked": "a step of protecting, which leaves the line",
    "anonymizer.tell_of_asked": "numbers of goals, or the code of a problem",
    "anonymizer.find_trial": "what was asked, for whoever is to try it; each choice that is tried leaves the line",
    "anonymizer.keep_outcome": "counts of cells and whole percents; to open the choice left the line",
    "anonymizer.take_trial": "whether another is at it",
    "anonymizer.tell_of_trial": "hundredths of a search",
    "anonymizer.unfinished_trials": "ids of what was asked",
    "anonymizer.weeks_to_read": "weeks, a step of trying, which leaves the line",
    "casework.count_day": "numbers of a worker's day, without opening or naming any case; the lists behind them leave lines",
    "casework.keep_list": "codes of an account's own filter, which tell of nobody",
    "casework.kept_lists": "likewise",
    "casework.drop_list": "likewise",
    "casework.person_to_hand_over": "an id, a step of handing over, which leaves the line",
    "casework.choose_persons": "ids, a step of proposing an export, which leaves the line",
    "casework.consent_in_force": "a step of what uses the record, which leaves the line",
    "casework.export_log": "ids, fields and counts of exports, which left their own lines",
    "casework.find_export": "likewise",
    "casework.count_to_fetch": "a number, without opening or naming any",
    "casework.left_of": "ids, states and moments of exports, which left their own lines",
    "casework.say_received": "the database leaves the line as it destroys (tests/casework/test_exporting)",
    "casework.take_back_left": "likewise",
    "casework.end_overdue": "likewise",
    "casework.offered_cases": "ids and versions of cases, a step of offering a list; what is fetched of it leaves the line",
    "casework.tag_of_list": "a keyed digest of these, which tells of nobody",
    "casework.withdrawn": "which of the ids that a phone names it has to let go of",
    "casework.forbidden_for": "yes or no, a step of exporting, which leaves the line",
    "casework.programme_in_force": "lists to choose from and rules, which tell of nobody",
    "casework.has_cases": "yes or no, which tells of nobody",
    "casework.programme_text": "the same, as it is written",
    "casework.list_recipients": "organisations and their public keys",
    "casework.package_recipients": "likewise",
    "casework.packages_of": "ids, fields and states of packages, which left their own lines",
    "casework.may_share_with": "yes or no, a step of sharing, which leaves the line",
    "casework.is_alone": "yes or no, a step of showing the record, which leaves the line",
    "casework.may_use": "yes or no, a step of using, which leaves the line",
    "casework.merges_of": "ids of merges; what they join is read through read_person",
    "casework.movement_sources": "digests of which reports there are, without opening any",
    "casework.newest_consents": "sealed rows, not opened",
    "casework.open_windows": "an account's own windows: counts and moments; opening one leaves a line",
    "casework.read_consents": "opened with a key that consent_history or the access pack took out; they leave the line",
    "casework.refuse_held": "a step of erasing and merging, which leave the line",
    "casework.require_unrestricted": "a step of using, which leaves the line",
    "casework.restrictions_turned": "ids of persons whose names the search worker reads again, which leaves the line",
    "casework.waiting_exports": "ids, fields and counts of exports, which left their own lines",
    "casework.count_awaiting": "a number, without opening or naming any",
    "casework.count_referrals": "a number, without opening or naming any",
    "casework.count_left": "a number, without opening or naming any",
    "casework.count_screenings": "numbers of what waits, without opening or naming any",
    "casework.waiting_work": "numbers of what waits, without opening or naming any",
    "core.registers.count_due": "a number, without opening any",
    "core.second_person.awaiting_decision": "proposals: ids, counts and hashes; every step of one leaves a line",
    "core.second_person.find_proposal": "likewise",
    "core.second_person.open_proposals": "likewise",
    "core.verify_in_pieces.newest_verification": "the result that a verification left, which left its own lines",
    "exports.list_releases": "what the world sees",
    "exports.released_cells": "what the world sees",
    "exports.released_codes": "what the world sees",
    "casework.report_forms": "ids and versions of forms",
    "ingest.awaiting_submissions": "ids; what is read of them leaves a line",
    "ingest.count_tables.counted_records": "a step of importing; what is taken in leaves its lines",
    "ingest.handed_in.count_own": "a number, of one's own files",
    "ingest.handed_in.count_to_take_in": "a number, without opening or naming any",
    "ingest.handed_in.custodies_of_files": "ids and units, by which the quarantine knows whose its entries are",
    "ingest.handed_in.list_handed_in": "who handed a file in, when and how far it is, without opening any",
    "ingest.handed_in.say_state": "how far it is; that it is tried or taken in has left its line",
    "ingest.reviews.count_found": "a number, without opening or naming any",
    "ingest.sources.note_round": "a moment and a code",
    "ingest.back_checks.pairs_of": "ids of interviews; comparing them leaves the lines",
    "ingest.chain_of": "ids",
    "ingest.quality.plan_of": "limits of checks, which tell of nobody",
    "ingest.quality.plans_in_force": "likewise",
    "ingest.reviews.chains_left_out": "ids, a step of counting, which leaves the line",
    "ingest.reviews.find_reviewed": "a step of reading or deciding, which leave the line",
    "ingest.reviews.forms_in_reach": "ids of forms",
    "ingest.reviews.newest_submissions": "ids; what is read of them leaves a line",
    "ingest.collectors.find_collector": "a step of receiving, which leaves the line",
    "ingest.collectors.list_collectors": "names of phones and teams",
    "ingest.mark_handled": "a step of admission, which leaves the line",
    "ingest.mapped_sheets.place_names": "codes and names of the gazetteer, which tell of nobody",
    "ingest.from_files.find_asked": "what forms ask",
    "ingest.pull.forms_of_page": "likewise",
    "ingest.pull.find_changed": "numbers of records, by blind tokens",
    "ingest.pull.key_for_files": "a key for writing, which reads nothing; keeping the files leaves a line",
    "ingest.quarantined": "codes and ids; reading one leaves a line",
    "ingest.received_before": "ids",
    "ingest.sources.find_source": "servers and forms, without their tokens",
    "ingest.sources.list_sources": "likewise",
    "ingest.sources.move_changes": "a moment; the changes up to it left their lines",
    "ingest.sources.source_progress": "numbers and moments",
    "ingest.sources.source_states": "servers, forms and counts",
    "ingest.submissions_set_aside": "ids",
    "ingest.unopened_submissions": "ids",
    "ingest.write_back.queue_review": "a step of a review, which leaves the line; that a server was told leaves one of its own",
    "ingest.write_back.say_unsent": "the code of a problem",
    "ingest.write_back.unsent_reviews": "ids and states",
}


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Everything that a face shows and that works inside a transaction, by the module that it lives in."""
    for face in FACES:
        shown = importlib.import_module(face)
        for name in shown.__all__:
            one = getattr(shown, name)
            if inspect.isfunction(one) and "session" in inspect.signature(one).parameters:
                yield f"{face.partition('.')[0] if face.startswith(('casework', 'anonymizer')) else face}.{name}", one


FUNCTIONS = dict(functions())


def leaves_a_line(name: str) -> bool:
    function = FUNCTIONS[name]
    return any(target in RECORD for target, _ in calls_of(function.__module__, function.__name__))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(QUIET)))
def test_it_leaves_a_line(name: str) -> None:
    assert leaves_a_line(name), "record what it does, or say in QUIET why not"


@pytest.mark.parametrize("name", sorted(QUIET))
def test_the_exceptions_are_still_exceptions(name: str) -> None:
    assert name in FUNCTIONS
    assert not leaves_a_line(name)


ASSIST, READS = Purpose.ASSISTANCE, [RecordPart.IDENTITY]
WHY = "She came in at night and her worker is away."
WORKER = Access("badr", OPERATION, (Grant(Role.CASEWORKER),))


def newest(session: Session, table: str) -> UUID:
    found: UUID = session.scalars(text(f"SELECT id FROM casework.{table}")).one()
    return found


# What a worker does with a record, in this order; each on the team's session, key ring, and the person.
DEEDS: dict[str, tuple[Action, Callable[[Session, Any, UUID], object]]] = {
    "find_case": (
        Action.SEARCHED,
        lambda s, r, _: casework.find_case(s, r, OPERATION, SCREENING["case_reference"], purpose=ASSIST),
    ),
    "find_persons": (
        Action.SEARCHED,
        lambda s, r, _: casework.find_persons(s, r, OPERATION, "00252 615550199", purpose=ASSIST),
    ),
    "list_cases": (Action.READ, lambda s, _r, _p: casework.list_cases(s, OPERATION, purpose=Purpose.ASSISTANCE)),
    "read_person": (Action.READ, lambda s, r, p: casework.read_person(s, r, p, parts=READS, purpose=ASSIST)),
    "view_record": (Action.READ, lambda s, r, p: records.view_record(s, r, p, purpose=ASSIST)),
    "list_files": (Action.READ, lambda s, r, p: records.list_files(s, r, p, purpose=ASSIST)),
    "read_names": (Action.READ, lambda s, r, p: search.read_names(s, r, OPERATION, [p])),
    "read_all_names": (Action.READ, lambda s, r, _: list(search.read_all_names(s, r, OPERATION))),
    "list_pairs": (Action.READ, lambda s, _r, _p: duplicates.list_pairs(s, purpose=Purpose.ASSISTANCE)),
    "kept_from": (Action.READ, lambda s, _r, p: records.kept_from(s, p)),
    "keep_from": (Action.KEPT_FROM, lambda s, r, p: records.keep_from(s, r, p, RecordPart.NARRATIVE, "badr")),
    "let_read_again": (Action.KEPT_FROM, lambda s, r, p: records.let_read_again(s, r, p, RecordPart.NARRATIVE, "badr")),
    "break_glass": (
        Action.BROKE_GLASS,
        lambda s, r, p: records.break_glass(s, r, WORKER, p, parts=READS, reason=WHY, purpose=ASSIST),
    ),
    "openings_to_review": (Action.READ, lambda s, r, _: records.openings_to_review(s, r)),
    "end_opening": (Action.SHARED, lambda s, r, _p: records.end_opening(s, r, newest(s, "opening"), purpose=ASSIST)),
    "consent_history": (Action.READ, lambda s, r, p: consent.consent_history(s, r, p, purpose=ASSIST)),
    "restrict_record": (
        Action.RESTRICTED,
        lambda s, r, p: consent.restrict_record(s, r, p, next(iter(consent.RestrictionReason))),
    ),
    "restrictions_in_force": (Action.READ, lambda s, _r, p: consent.restrictions_in_force(s, p)),
    "receive_request": (Action.REGISTERED, lambda s, r, p: rights.receive_request(s, r, p, rights.RequestKind.ACCESS)),
    "open_requests": (Action.READ, lambda s, _r, _p: rights.open_requests(s)),
    "answer_request": (
        Action.REVIEWED,
        lambda s, r, _p: rights.answer_request(s, r, newest(s, "rights_request"), rights.RequestOutcome.GRANTED),
    ),
    "hold_record": (
        Action.HELD,
        lambda s, r, p: rights.hold_record(s, r, p, reason=WHY, until=now() + timedelta(days=9)),
    ),
    "list_holds": (Action.READ, lambda s, r, _: rights.list_holds(s, r, OPERATION, purpose=Purpose.LEGAL)),
    "assign_custody": (
        Action.SHARED,
        lambda s, r, p: records.assign_custody(
            s, r, Access.of_system("tester", OPERATION), p, Custody(team="one"), purpose=ASSIST
        ),
    ),
}


def test_what_a_worker_does_is_in_the_log_in_that_order(field_team: Field) -> None:
    """Arrival, admission, and every deed above, each in a transaction of its own: its line is there, in the right operation."""
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    assert lines_since(field_team, 0, Action.RECEIVED)
    field_team.admit_awaiting()
    assert lines_since(field_team, 0, Action.ADMITTED)
    with field_team.zone() as session:
        person = casework.list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person
    missing = []
    for name, (action, deed) in DEEDS.items():
        before = last_line(field_team)
        with field_team.zone() as session:
            deed(session, field_team.ring, person)
        if not lines_since(field_team, before, action):
            missing.append((name, action))
    assert missing == []


LAST = text("SELECT coalesce(max(number), 0) FROM core.audit_entry")
SINCE = text("SELECT count(*) FROM core.audit_entry WHERE number > :after AND action = :action AND operation = :operation")


def last_line(team: Field) -> int:
    with team.zone(Zone.AUDIT) as session:
        found: int = session.scalars(LAST).one()
        return found


def lines_since(team: Field, after: int, action: Action) -> int:
    with team.zone(Zone.AUDIT) as session:
        asked = {"after": after, "action": action.value, "operation": OPERATION}
        found: int = session.scalars(SINCE, asked).one()
        return found
