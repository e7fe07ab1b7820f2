"""What the protection officer sees of an operation's periods: why, and never how many; and what if."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from anonymizer import Population, attack, default_policy, officer, trials
from anonymizer.attacker import Attacker, identity
from anonymizer.inside.outcome import with_numbers
from anonymizer.loss import Loss
from anonymizer.officer.as_one_system import as_one_system, name_in, within_the_widest
from anonymizer.officer.look_inside import open_period
from anonymizer.officer.read_losses import tell_levels
from anonymizer.protect import draft_tables
from anonymizer.tool.cell_names import read_cell, write_cell
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.permissions import Role
from tests.officer_setting import MONTH, OFFICER, WEEK, Setting

WHY = Purpose.STATISTICS
Ask = Callable[..., Any]


@pytest.fixture
def setting(database: Database, ring: KeyRing) -> Setting:
    return Setting.of(database, ring)


@pytest.fixture
def ask(setting: Setting) -> Ask:
    """Asks as the officer, or as `access`, in a transaction of its own."""

    def asked(question: Callable[..., Any], *given: object, access: Access = OFFICER, **named: object) -> Any:
        with setting.database.transaction(Zone.ANONYMIZER, access=access) as session:
            return question(session, *given, purpose=WHY, **named)

    return asked


def tried(setting: Setting, trial: UUID) -> trials.Trial | None:
    """The trial after its next choice."""
    with setting.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        opened = trials.open_choice(session, setting.ring, trial, purpose=WHY)
        return trials.keep_outcome(session, trial, opened.outcome()) if opened else None


def hidden(marked: list[officer.MarkedTable]) -> Iterator[tuple[str, officer.Reason]]:
    """Each hidden cell as it is written, and why."""
    for each in marked:
        for key, reason in each.reasons.items():
            yield write_cell(each.table.dimensions, key), reason


def test_every_hidden_cell_has_its_reason_and_no_other_cell_has(setting: Setting, ask: Ask) -> None:
    kept = setting.protect(WEEK)
    for each, truth in zip(ask(officer.mark_cells, setting.ring, WEEK), kept.counted, strict=True):
        assert each.reasons.keys() == {key for key, number in each.table.cells.items() if number is None}
        for key, reason in each.reasons.items():
            count = truth.count(key)
            small = 0 < count.persons < kept.protected.policy.threshold
            assert (reason is officer.Reason.FEW_PERSONS) == small
            assert (reason is officer.Reason.HIDDEN_ZERO) == (count.persons == 0)


def test_what_is_left_open_of_a_cell_is_what_anybody_can_work_out(setting: Setting, ask: Ask) -> None:
    kept = setting.protect(WEEK)
    open_of = attack(kept.protected.tables)
    first = {reason: cell for cell, reason in reversed(list(hidden(ask(officer.mark_cells, setting.ring, WEEK))))}
    assert len(first) == 4
    for reason, cell in first.items():
        told = ask(officer.explain_cell, setting.ring, WEEK, cell)
        name = read_cell(cell, kept.protected.tables)
        assert told.reason is reason
        table, key = next(at for at in open_of if identity_of(kept.protected.tables, *at) == name)
        assert told.interval == open_of[table, key]


def identity_of(tables: Any, name: str, key: tuple[str, ...]) -> object:
    return identity(next(table.dimensions for table in tables if table.name == name), key)


def test_a_cell_that_protects_others_says_which_and_they_would_be_known(setting: Setting, ask: Ask) -> None:
    kept = setting.protect(WEEK)
    for cell, reason in hidden(ask(officer.mark_cells, setting.ring, WEEK)):
        told = ask(officer.explain_cell, setting.ring, WEEK, cell) if reason is officer.Reason.FOR_OTHERS else None
        if told and told.betrayed:
            break
    assert told
    tables = kept.protected.tables
    name = read_cell(told.cell, tables)
    truth = next(t for t in kept.counted if dict(name).keys() <= {along.name for along in t.dimensions})
    number = truth.count(tuple(dict(name).get(along.name, "_T") for along in truth.dimensions)).persons
    for other in told.betrayed:
        assert other.period == WEEK
        betrayed = read_cell(other.cell, tables)
        before, after = (Attacker(tables, known=known).interval(betrayed) for known in ({}, {name: number}))
        assert after.low > before.low or (after.high or 0) < (before.high or 10**9)


def test_a_week_is_attacked_together_with_its_month_and_the_other_weeks(setting: Setting, ask: Ask) -> None:
    """And a cell of the month with the weeks: what they published narrows what is open."""
    month = setting.protect_month()
    with setting.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        opened = [open_period(session, setting.ring, "TEST", each, Population.MOVEMENTS) for each in (MONTH, *MONTH.weeks)]
    system = as_one_system(opened)
    assert sum(len(table.cells) for table in system.published) == 5 * sum(len(table.cells) for table in month.tables)
    alone, together = Attacker(opened[1].published), Attacker(system.published)
    for period in (WEEK, MONTH):
        cell, _ = next(hidden(ask(officer.mark_cells, setting.ring, period)))
        told = ask(officer.explain_cell, setting.ring, period, cell)
        name = read_cell(cell, month.tables)
        assert told.interval == together.interval(name_in(name, period, system))
        if period == WEEK:
            assert told.interval.low >= alone.interval(name).low


def test_periods_that_lie_in_one_another_stand_together() -> None:
    weeks, other = MONTH.weeks, MONTH.weeks[-1].plus(1)
    assert within_the_widest(WEEK, [*weeks, other]) == [WEEK]
    assert within_the_widest(WEEK, [other, *weeks, MONTH]) == [MONTH, *weeks]
    assert within_the_widest(MONTH, [other, *weeks, MONTH]) == [MONTH, *weeks]


def test_losses_are_shares_and_never_the_sum_of_one_or_two_cells(setting: Setting, ask: Ask) -> None:
    kept = setting.protect(WEEK)
    found = ask(officer.read_losses, setting.ring, WEEK)
    assert sum(level.cells for level in found.levels) == kept.protected.proof.published + kept.protected.proof.suppressed
    assert sum(level.hidden for level in found.levels) == kept.protected.proof.suppressed
    few = [Loss("t", (1,), ("d",), 9, 9, unsafe, beside, 5, 40, 7) for unsafe, beside in ((1, 0), (0, 1), (2, 0), (1, 1))]
    assert [level.percent for level in tell_levels(few)] == [None] * 4
    assert tell_levels([Loss("t", (1,), ("d",), 9, 9, 2, 1, 0, 40, 7)])[0].percent == 18
    assert tell_levels([Loss("t", (1,), ("d",), 9, 9, 0, 0, 5, 40, 0)])[0].percent == 0


def test_no_answer_holds_the_number_of_a_hidden_cell(setting: Setting, ask: Ask) -> None:
    """Unless it is what the release leaves open at one of the ends, as it is for anybody."""
    setting.protect(WEEK)
    marked = ask(officer.mark_cells, setting.ring, WEEK)
    told = ask(officer.explain_cell, setting.ring, WEEK, next(hidden(marked))[0])
    for answer in (told, *marked, ask(officer.read_losses, setting.ring, WEEK)):
        assert not re.search(r"persons=\d|Count\(", repr(answer))


def test_what_if_hides_what_protecting_so_would_hide(setting: Setting, ask: Ask) -> None:
    kept = setting.protect(WEEK)
    trial = ask(trials.ask_trial, setting.ring, WEEK, thresholds=[3, 4], contributors=[], coarser=["origin=3"])
    assert [(it.threshold, it.coarser) for it in trial.choices] == [(k, c) for c in ((), ("origin=3",)) for k in (3, 4)]
    while not trial.finished:
        trial = tried(setting, trial.id)
    for first in trial.tried[:1]:
        rules = with_numbers(default_policy(), first.choice.threshold, first.choice.contributors)
        tables = draft_tables(kept.counted, rules)
        assert sum(it.hidden for it in first.levels) == sum(n is None for table in tables for n in table.cells.values())
    fine, coarse = (sum(it.cells for it in trial.tried[at].levels) for at in (0, 2))
    assert coarse < fine
    assert ask(trials.read_trial, WEEK) == trial
    assert ask(trials.open_choice, setting.ring, trial.id) is None


def test_to_ask_anew_takes_the_place_of_what_was_asked(setting: Setting, ask: Ask) -> None:
    setting.protect(WEEK)
    first, second = (ask(trials.ask_trial, setting.ring, WEEK, thresholds=[k], contributors=[], coarser=[]) for k in (3, 4))
    assert ask(trials.open_choice, setting.ring, first.id) is None
    assert ask(trials.read_trial, WEEK) == second


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"coarser": ["colour=2"]}, "no table has a dimension colour"),
        ({"coarser": ["origin=9"]}, "level 9 cannot be left out"),
        ({"coarser": ["origin:"]}, "it is not DIMENSION=CODE"),
        ({"thresholds": [0]}, "threshold"),
        ({"thresholds": list(range(2, 30))}, "at most 24"),
    ],
)
def test_what_cannot_be_tried_is_refused_and_nothing_written(
    setting: Setting, ask: Ask, given: dict[str, list[object]], reason: str
) -> None:
    setting.protect(WEEK)
    with pytest.raises(trials.TrialUnfit, match=reason):
        ask(trials.ask_trial, setting.ring, WEEK, **{"thresholds": [], "contributors": [], "coarser": [], **given})
    assert ask(trials.read_trial, WEEK) is None


def test_of_a_week_without_reports_nothing_can_be_asked(setting: Setting, ask: Ask) -> None:
    with pytest.raises(trials.PeriodUnknown):
        ask(trials.ask_trial, setting.ring, Week.parse("2020-W01"), thresholds=[], contributors=[], coarser=[])


def test_each_look_leaves_its_line_with_a_purpose(setting: Setting, ask: Ask) -> None:
    setting.protect(WEEK)
    ask(officer.list_periods)
    ask(officer.read_losses, setting.ring, WEEK)
    cell, _ = next(hidden(ask(officer.mark_cells, setting.ring, WEEK)))
    ask(officer.explain_cell, setting.ring, WEEK, cell)
    trial = ask(trials.ask_trial, setting.ring, WEEK, thresholds=[], contributors=[], coarser=[])
    tried(setting, trial.id)
    ask(trials.read_trial, WEEK)
    with setting.database.transaction(Zone.AUDIT) as session:
        lines = [it for it in audited_entries(session, action=Action.READ) if it.subject.startswith("anonymizer.inside")]
    told = {(it.detail["kind"], it.actor, it.purpose) for it in lines}
    kinds = ("periods", "losses", "table", "cell", "ask", "try", "trial")
    assert told == {(kind, "paul", WHY) for kind in kinds}
    assert [it.detail["code"] for it in lines if it.detail["kind"] == "cell"] == [cell]


def test_a_grant_in_a_part_of_the_operation_is_not_enough(setting: Setting, ask: Ask) -> None:
    setting.protect(WEEK)
    team = Access("tom", "TEST", (Grant(Role.PROTECTION_OFFICER, team="one"),))
    with pytest.raises(NotAllowed):
        ask(officer.read_losses, setting.ring, WEEK, access=team)


def test_what_is_kept_of_a_trial_is_what_is_told(setting: Setting, ask: Ask) -> None:
    """No code, no cell, and no number of persons stands in the row."""
    setting.protect(WEEK)
    trial = ask(trials.ask_trial, setting.ring, WEEK, thresholds=[3], contributors=[], coarser=[])
    tried(setting, trial.id)
    with setting.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        [[told]] = session.scalars(text("SELECT outcomes FROM anonymizer.trial")).all()
    fields = {"table", "level", "names", "cells", "unsafe", "beside", "zeros", "percent"}
    assert all(set(level) == fields for level in told["levels"])
