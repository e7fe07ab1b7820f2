"""What other rules would hide in a period: tried once, by whoever comes first, and as protecting would find it."""

import os
from uuid import UUID

import pytest

from anonymizer import Population, ProtectedPeriod, trials
from app.program import Program
from app.releases.release_period import protect_period
from app.releases.try_out import try_asked, try_out, waiting_trials
from app.worker.tasks import TRY_AWAITING, build_worker
from core.access import Access
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.periods.month import Month
from core.periods.period import Period
from tests.app.test_release_period import LAST, report
from tests.app.test_release_period import program as program  # noqa: PLC0414  (a fixture)

OFFICER = Access.of_system("officer", "TEST")
WHY = Purpose.STATISTICS
MONTH = Month.of(LAST).plus(-1)


@pytest.fixture
def reported(program: Program) -> Program:
    """An operation with some reports in two weeks of a month that is over."""
    for week in MONTH.weeks[1:3]:
        for origin in ("XM0101", "XM0101", "XM0102", "XM0201"):
            report(program, week, origin=origin)
    return program


def ask(program: Program, period: Period, *thresholds: int, coarser: tuple[str, ...] = ()) -> trials.Trial:
    with program.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        return trials.ask_trial(
            session, program.ring, period, thresholds=thresholds, contributors=[], coarser=coarser, purpose=WHY
        )


def read(program: Program, period: Period) -> trials.Trial:
    with program.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        found = trials.read_trial(session, period, purpose=WHY)
    assert found
    return found


def hidden(tried: trials.Tried) -> int:
    return sum(level.hidden for level in tried.levels)


def suppressed(protected: ProtectedPeriod) -> int:
    return sum(number is None for table in protected.tables for number in table.cells.values())


def test_a_month_of_which_nothing_is_protected_is_tried_with_its_weeks(reported: Program) -> None:
    """What it would hide is what it hides once its weeks and it are protected; coarser codes are those of all of them."""
    trial = ask(reported, MONTH, coarser=("origin=3",))
    *_, after = try_out(reported, OFFICER, trial.id)
    as_it_is, coarser = after.tried
    assert sum(level.cells for level in coarser.levels) < sum(level.cells for level in as_it_is.levels)
    assert hidden(as_it_is) == suppressed(protect_period(reported, "TEST", MONTH, actor="officer")) > 0
    [unasked] = ask(reported, MONTH).choices
    assert (unasked.threshold, unasked.coarser) == (as_it_is.choice.threshold, ())


def test_weeks_that_are_protected_stand_as_they_were_published(reported: Program) -> None:
    """So another threshold is for the month's own cells, which cannot always meet it beside them, and its codes are theirs."""
    for week in MONTH.weeks:
        protect_period(reported, "TEST", week, actor="officer")
    trial = ask(reported, MONTH, 3, 50)
    *_, after = try_out(reported, OFFICER, trial.id)
    assert after.tried[1].refused.startswith("Table movements cannot be protected")
    assert hidden(after.tried[0]) == suppressed(protect_period(reported, "TEST", MONTH, actor="officer"))
    with pytest.raises(trials.TrialUnfit, match=f"{MONTH.weeks[0]} is protected, and its codes stand"):
        ask(reported, MONTH, coarser=("origin=3",))
    with reported.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        assert trials.levels_to_leave_out(session, MONTH, purpose=WHY) == []
        assert "origin=3" in trials.levels_to_leave_out(session, MONTH.weeks[0], purpose=WHY)


def test_how_far_a_choice_is_stands_beside_it_while_it_is_tried(reported: Program) -> None:
    trial, seen = ask(reported, MONTH), list[int]()
    for _ in try_out(reported, OFFICER, trial.id, lambda _: seen.append(read(reported, MONTH).hundredths)):
        pass
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert max(seen) == 100
    assert read(reported, MONTH).hundredths == 0


def test_whoever_asks_anew_ends_what_is_tried(reported: Program) -> None:
    trial, told = ask(reported, MONTH), list[int]()

    def ask_anew(hundredths: int) -> None:
        told.append(hundredths)
        if len(told) == 1:
            ask(reported, MONTH, 5)

    assert list(try_out(reported, OFFICER, trial.id, ask_anew)) == []
    assert len(told) == 1
    assert [choice.threshold for choice in read(reported, MONTH).choices] == [5]


def test_what_one_is_at_another_leaves_alone(reported: Program) -> None:
    trial, beside = ask(reported, MONTH.weeks[1]), list[trials.Trial]()
    for _ in try_out(reported, OFFICER, trial.id, lambda _: beside.extend(try_out(reported, OFFICER, trial.id))):
        pass
    assert beside == []
    assert read(reported, MONTH.weeks[1]).finished


def test_whoever_is_killed_leaves_the_rest_to_the_next_under_the_name_of_who_asked(reported: Program) -> None:
    week = MONTH.weeks[1]
    trial = ask(reported, week, 3, 4)
    killed = os.fork()
    if not killed:
        try:
            reported.database.engine.dispose(close=False)
            for _ in try_out(reported, OFFICER, trial.id):
                os.kill(os.getpid(), 9)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(killed, 0)[1]) == -9
    assert len(read(reported, week).tried) == 1
    assert waiting_trials(reported, "TEST") == [trial.id]
    build_worker(reported).tasks[TRY_AWAITING].apply_async()
    assert read(reported, week).finished
    assert waiting_trials(reported, "TEST") == []
    with reported.database.transaction(Zone.AUDIT, operation="TEST") as session:
        tries = [line.actor for line in audited_entries(session, action=Action.READ) if line.detail.get("kind") == "try"]
    assert tries == ["officer", "officer"]


def test_a_trial_that_is_gone_is_nothing_to_do(reported: Program) -> None:
    try_asked(reported, "TEST", UUID(int=1))


def test_of_cases_no_less_is_tried_than_holds(reported: Program) -> None:
    with (
        reported.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session,
        pytest.raises(trials.TrialUnfit, match="no less than a threshold of 11 and 11 who contribute"),
    ):
        trials.ask_trial(
            session, reported.ring, LAST, Population.CASEWORK, thresholds=[3], contributors=[], coarser=[], purpose=WHY
        )
