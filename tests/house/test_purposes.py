"""Whoever reads identified data, or takes it out, says why: a face's functions are told a purpose, or have one of their own."""

import importlib
import inspect
from collections.abc import Callable, Iterator

import pytest

from core.audit import Purpose
from tests.house.test_house_rules import ROOMS

FACES = (
    "ingest",
    "casework",
    *(f"casework.{room}" for room in sorted(ROOMS["casework"])),
    "anonymizer",
    *(f"anonymizer.{room}" for room in ("asking", "weeks", "officer", "trials", "elsewhere", "ledger")),
)
# Reads for one purpose only, which they name themselves in the line that they leave.
OWN_PURPOSE = {
    "casework.page_to_fetch": Purpose.REFERRAL,
    "casework.case_facts": Purpose.STATISTICS,
    "casework.caseload_facts": Purpose.STATISTICS,
    "casework.date_entries": Purpose.STATISTICS,
    "casework.date_interviews": Purpose.STATISTICS,
    "casework.give_access_pack": Purpose.RIGHTS,
    "casework.kept_from": Purpose.PROTECTION,
    "casework.movement_facts": Purpose.STATISTICS,
    "casework.openings_of": Purpose.SECURITY,
    "casework.openings_to_review": Purpose.SECURITY,
    "casework.page_referrals": Purpose.REFERRAL,
    "casework.page_to_review": Purpose.SECURITY,
    "casework.outline_record": Purpose.RIGHTS,
    "casework.read_all_names": Purpose.ASSISTANCE,
    "casework.read_names": Purpose.ASSISTANCE,
    "casework.give_answer": Purpose.REFERRAL,
    "casework.read_referral": Purpose.REFERRAL,
    "casework.propose_package": Purpose.REFERRAL,
    "casework.restrictions_in_force": Purpose.RIGHTS,
    "casework.write_list": Purpose.ASSISTANCE,
    "anonymizer.fresh_facts": Purpose.STATISTICS,
    "anonymizer.load_counts": Purpose.STATISTICS,
    "anonymizer.verify_proofs": Purpose.VERIFICATION,
}
# What neither opens a ciphertext nor gives anything that a person said: states, ids, and the writing of what arrives.
OPENS_NOTHING = {
    "casework.count_day",
    "casework.drop_list",
    "casework.keep_list",
    "casework.kept_lists",
    "casework.person_to_hand_over",
    "casework.report_forms",
    "ingest.awaiting_submissions",
    "ingest.mark_handled",
    "ingest.quarantined",
    "ingest.receive_submission",
    "ingest.set_aside",
    "ingest.submissions_set_aside",
    "anonymizer.case_facts_are_fresh",
    "anonymizer.find_asked",
    "anonymizer.find_trial",
    "anonymizer.keep_outcome",
    "anonymizer.last_told",
    "anonymizer.load_protected",
    "anonymizer.take_trial",
    "anonymizer.tell_of_trial",
    "anonymizer.unfinished_trials",
    "anonymizer.weeks_to_read",
    # Methods, variables and weeks; and totals that others published, proposed and approved like a policy.
    "anonymizer.activate_publication",
    "anonymizer.approve_publication",
    "anonymizer.known_elsewhere",
    "anonymizer.known_then",
    "anonymizer.known_where_it_agrees",
    "anonymizer.propose_publication",
    "anonymizer.require_suppression",
    "anonymizer.weekly_tables",
    "anonymizer.write_down_protected",
    # Reads the facts by `fresh_facts`, for the purpose that this names.
    "anonymizer.count_week",
    "anonymizer.policy_in_force",
    "anonymizer.read_weekly_policy",
    "anonymizer.stale_case_weeks",
    "anonymizer.store_protected",
    # Admission reads for Purpose.COLLECTION, through ingest's own functions, and gives back ids.
    "casework.count_screenings",  # numbers of what waits, without opening or naming any
    "casework.count_left",  # a number, without opening or naming any
    "casework.count_awaiting",  # likewise
    "casework.count_referrals",  # likewise
    "casework.waiting_work",  # numbers of what waits, without opening or naming any
    "casework.admit_again",
    "casework.compare_form",  # likewise, with the eyes of admission
    "casework.compare_pairs",  # likewise; it gives rates
    "casework.decide",  # opens nothing: it seals a comment
    "casework.look_again",
    "casework.tell_back_check",  # likewise
    "casework.admit_awaiting",
    "casework.admit_lone_reports",
    "casework.admit_submission",
    # Whether something is allowed, which ids there are, what is due.
    "ingest.chain_of",
    "ingest.received_before",
    "ingest.unopened_submissions",
    "casework.find_overdue",
    "casework.programme_in_force",
    "casework.programme_text",
    "casework.has_cases",
    "casework.package_recipients",
    "casework.packages_of",
    # A day in numbers, lists of filters, whose case is meant, a flag: nothing is opened.
    "casework.is_alone",
    "casework.offered_cases",
    "casework.page_overdue",
    "casework.tag_of_list",
    "casework.withdrawn",
    "casework.may_share_with",
    "casework.merges_of",
    "casework.case_sources",
    "casework.movement_sources",
    "casework.newest_consents",
    "casework.refuse_held",
    "casework.restrictions_turned",
    # Deeds that leave a line of their own, for a purpose that goes with the deed.
    "casework.hold_record",
    "casework.keep_from",
    "casework.let_read_again",
    "casework.lift_hold",
    "casework.lift_restriction",
    "casework.list_all",
    "casework.propose_erasure",
    "casework.propose_overdue",
    "casework.record_consent",
    "casework.restrict_record",
    "casework.review_opening",
    "casework.withdraw_consent",
    "casework.withdraw_report",
    # Opens for Purpose.COLLECTION, to prove that all of it came, and gives back what became of it.
    "ingest.open_encrypted",
    # An erasure opens what the phone called each answer, to find the copies of it, and gives back what it counted.
    "ingest.erase_submissions",
    "casework.carry_out_erasure",
    "casework.find_certificate",
    # Opens each unit's blocks for Purpose.STATISTICS, by the function that leaves the lines.
    "anonymizer.load_case_facts",
    # Seals what casework read, which left the line.
    "anonymizer.store_case_facts",
    # Reads the facts by `casework.movement_facts`, and gives back how many weeks it has filed anew.
    "anonymizer.refresh_fact_blocks",
    # Periods to be protected, as they are on record: codes and numbers of goals.
    "anonymizer.ask_for",
    "anonymizer.asides",
    "anonymizer.keep_aside",
    "anonymizer.no_longer_aside",
    "anonymizer.asked_periods",
    "anonymizer.count_unprotected",  # a number of weeks
    "anonymizer.populations_of",  # which tables there are
    "anonymizer.done_with",
    "anonymizer.take_asked",
    "anonymizer.tell_of_asked",
    # An export's purpose, and that of each read in it, is part of its specification, which two people agreed on.
    "casework.carry_out_export",
    "casework.choose_persons",
    "casework.propose_export",
    "casework.leave_export",
    # Ciphertext for somebody outside, and how far it is: what it holds was told, with its purpose, when it was left.
    "casework.count_to_fetch",
    "casework.end_overdue",
    "casework.fetch_export",
    "casework.left_of",
    "casework.say_received",
    "casework.take_back_left",
    # Recipients, exports and windows as they are on record: names of organisations, ids and counts.
    "casework.add_recipient",
    "casework.confirm_recipient",
    "casework.export_log",
    "casework.find_export",
    "casework.list_recipients",
    "casework.open_bulk_window",
    "casework.open_windows",
    "casework.trace_export",
    "casework.waiting_exports",
    "casework.withdraw_recipient",
    # Compares for the program itself, as admission does, and gives nothing back.
    "casework.propose_after_correction",
    # Given the record's key by callers within casework, who leave the line.
    "casework.read_consents",
}


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Everything that a face shows and that works inside a transaction."""
    for place in FACES:
        face, stage = importlib.import_module(place), place.partition(".")[0]
        for name in getattr(face, "__all__", ()):
            shown = getattr(face, name)
            inner = [getattr(shown, each) for each in shown.__all__] if inspect.ismodule(shown) else [shown]
            for one in inner:
                if inspect.isfunction(one) and "session" in inspect.signature(one).parameters:
                    yield f"{stage}.{one.__name__}", one


FUNCTIONS = dict(functions())
REQUESTS = {
    "casework.open_requests",
    "casework.page_requests",
    "casework.receive_request",
    "casework.answer_request",
}  # always for Purpose.RIGHTS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_purpose_is_named_on_every_read(name: str) -> None:
    takes_one = "purpose" in inspect.signature(FUNCTIONS[name]).parameters
    assert takes_one or name in {*OWN_PURPOSE, *OPENS_NOTHING, *REQUESTS}, "name a purpose, or say here why there is none"


def test_no_purpose_is_assumed() -> None:
    """Why somebody reads is theirs to say; the one exception writes, and always for the purpose that collecting has."""
    named = {name: inspect.signature(function).parameters.get("purpose") for name, function in FUNCTIONS.items()}
    assumed = {name for name, purpose in named.items() if purpose and purpose.default is not inspect.Parameter.empty}
    assert assumed == {"casework.write_persons"}


@pytest.mark.parametrize("name", sorted({*OWN_PURPOSE, *REQUESTS}))
def test_a_read_without_choice_names_its_one_purpose_itself(name: str) -> None:
    source = inspect.getsource(inspect.getmodule(FUNCTIONS[name]) or FUNCTIONS[name])
    assert f"purpose=Purpose.{OWN_PURPOSE.get(name, Purpose.RIGHTS).name}" in source


def test_the_exceptions_are_still_there() -> None:
    """A name that was taken away or given a purpose is taken from the lists as well."""
    assert {*OWN_PURPOSE, *OPENS_NOTHING, *REQUESTS} <= set(FUNCTIONS)
    assert not {
        name for name in {*OWN_PURPOSE, *OPENS_NOTHING, *REQUESTS} if "purpose" in inspect.signature(FUNCTIONS[name]).parameters
    }
