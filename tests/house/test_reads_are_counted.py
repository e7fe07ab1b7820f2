"""Whoever opens a record for an account counts it towards what the account may read in a day (`casework.store.bulk_limit`).

Read from the code: every function of casework's faces that leads to a key opening something leads to `count_reading` too, or
stands here with the reason why it does not.
"""

import ast
from collections.abc import Callable

import pytest

from tests.house.calls import Place, calls_of
from tests.house.test_everything_is_audited import FUNCTIONS as AUDITED

COUNT = ("casework.store.bulk_limit", "count_reading")
FUNCTIONS = {name: function for name, function in AUDITED.items() if name.startswith("casework.")}
UNCOUNTED = {
    "casework.admit_again": "the program admits; nobody is shown anything",
    "casework.admit_awaiting": "likewise",
    "casework.admit_lone_reports": "likewise",
    "casework.admit_submission": "likewise",
    "casework.compare_form": "the program compares; nobody is shown anything",
    "casework.compare_pairs": "the program alone may, and gives rates of difference",
    "casework.look_again": "the program looks; nobody is shown anything",
    "casework.repaired": "what was set aside is no record of anybody yet; it shows nothing, and puts an answer in its place",
    "casework.propose_after_correction": "the program compares; nobody is shown anything",
    "casework.caseload_facts": "the program alone may, for the anonymizer, and gives coarse facts that name nobody",
    "casework.case_facts": "the program alone may, for the anonymizer, and gives coarse facts that name nobody",
    "casework.date_interviews": "the program alone may, and nothing that was opened leaves it",
    "casework.date_entries": "likewise",
    "casework.movement_facts": "the anonymizer counts; it gives facts without their reporters",
    "casework.verify_records": "the program alone may, and nothing that was opened leaves it",
    "casework.carry_out_export": "two people agreed on its records, each by id",
    "casework.leave_export": "likewise: it carries such an export out",
    "casework.export_list": "gives tokens, of at most 5,000 persons who agreed that this partner sees them",
    "casework.compare_lists": "likewise",
    "casework.carry_out_erasure": "two people agreed; it reads what files are called to erase their copies, and gives counts",
    "casework.openings_to_review": "gives what a colleague wrote, to be judged: oversight does not end with the day's reading",
    "casework.page_to_review": "likewise",
    "casework.list_holds": "gives why an authority asked, and nothing of the record",
    "casework.page_holds": "likewise",
    "casework.read_consents": "is given a key that its callers took out; they count",
}


def opens(target: Place | None, call: ast.expr) -> bool:
    """A key opens something. What a key opens of its own (`self.open`) says which versions it sealed, and nothing else."""
    on_itself = isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "self"
    return target is None and isinstance(call, ast.Attribute) and call.attr in {"open", "opened"} and not on_itself


def led_to(function: Callable[..., object]) -> tuple[bool, bool]:
    """Whether it opens something, and whether it counts."""
    calls = list(calls_of(function.__module__, function.__name__))
    return any(opens(*call) for call in calls), any(target == COUNT for target, _ in calls)


OPENING = sorted(name for name, function in FUNCTIONS.items() if led_to(function)[0])


def test_it_knows_what_opens() -> None:
    assert {"casework.read_person", "casework.read_report", "casework.list_files", "casework.former_answers"} <= set(OPENING)
    assert "casework.list_cases" not in OPENING


@pytest.mark.parametrize("name", sorted(set(OPENING) - set(UNCOUNTED)))
def test_who_opens_a_record_counts_it(name: str) -> None:
    assert led_to(FUNCTIONS[name])[1], "call count_reading, or say in UNCOUNTED why not"


@pytest.mark.parametrize("name", sorted(UNCOUNTED))
def test_the_exceptions_are_still_exceptions(name: str) -> None:
    assert name in OPENING
    assert not led_to(FUNCTIONS[name])[1]
