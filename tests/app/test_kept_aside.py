"""Movements of a week come out also where its screenings or cases are refused; these are told, and can be tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

import exports
from anonymizer import Method, Population, asking, weeks
from anonymizer.register import Departure
from app.cli.main import commands
from app.demonstration.run_demonstration import GAZETTEER
from app.program import Program, open_program
from app.releases.kept_aside import KeptAside, require_whole
from app.releases.operation_ledger import register_of
from app.releases.release_period import protect_sum, protect_week, release_period
from core.access import Access
from core.database import Zone
from core.models import Operation
from core.periods.month import Month
from core.periods.period import Period
from core.periods.week import Week
from core.places import add_places, read_gazetteer
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from tests.app.test_release_pages import PROTECT, RELEASE, officer, row
from tests.app.test_release_period import LAST, write
from tests.app.test_release_screenings import FEW, protected, screen, total
from tests.app.test_release_screenings import program as program  # noqa: PLC0414  (a fixture)

OFFICER = Access.of_system("officer", "TEST")
SCREENINGS, CASEWORK = Population.SCREENINGS, Population.CASEWORK
NOISE_FIRST, DAMAGED = "ANON-103", "CORE-110"


def aside(program: Program) -> dict[tuple[Period, Population], str]:
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return {(it.period, it.population): it.code for it in asking.asides(session, "TEST")}


def told(program: Program, period: Period) -> set[Population]:
    """Of whom a period has protected tables."""
    found = set()
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        for population in Population:
            try:
                weeks.load_protected(session, program.ring, "TEST", period, population)
            except weeks.PeriodNotProtected:
                continue
            found.add(population)
    return found


@contextmanager
def a_damaged_record(program: Program) -> Iterator[None]:
    """As whoever owns the database leaves it; put right in the end."""
    engine = create_engine(program.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        [person, kept] = connection.execute(text("SELECT id, facts FROM casework.person ORDER BY id LIMIT 1")).one()
        connection.execute(text("UPDATE casework.person SET facts = facts || '\\x00'::bytea WHERE id = :id"), {"id": person})
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE casework.person SET facts = :kept WHERE id = :id"), {"kept": kept, "id": person})
        engine.dispose()


@contextmanager
def damaged_counts(program: Program, week: Week, population: Population) -> Iterator[None]:
    """The same of what was counted when a week was protected."""
    engine = create_engine(program.database.engine.url.set(username=ADMINISTRATOR))
    of_week = {"week": str(week), "population": population.value}
    where = "FROM anonymizer.sealed_evidence WHERE period = :week AND population = :population"
    update = "UPDATE anonymizer.sealed_evidence SET content = :content WHERE period = :week AND population = :population"
    with engine.begin() as connection:
        kept = connection.execute(text(f"SELECT content {where}"), of_week).scalar_one()
        connection.execute(text(update), {**of_week, "content": bytes(kept) + b"\0"})
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(update), {**of_week, "content": kept})
        engine.dispose()


def noise_of_household_sizes(program: Program, week: Week) -> None:
    """Their numbers left by another method before, which a rule keeps apart from suppression for good."""
    left = Departure("TEST", Method.DIFFERENTIAL_PRIVACY, frozenset({"household_size"}), frozenset({str(week)}), {"rho": 0.1})
    write(register_of(program, OFFICER), left)


def test_what_a_rule_refuses_keeps_neither_movements_nor_cases_back(program: Program) -> None:
    noise_of_household_sizes(program, LAST)
    for _ in range(2):  # tried again, it is refused again, and nothing else changes
        protect_week(program, "TEST", LAST, actor="officer")
        assert told(program, LAST) == {Population.MOVEMENTS, CASEWORK}
        assert aside(program) == {(LAST, SCREENINGS): NOISE_FIRST}


def test_a_month_leaves_out_what_a_week_of_it_keeps_aside(program: Program) -> None:
    month = Month.of(LAST).plus(-1)
    refused = month.weeks[1]
    noise_of_household_sizes(program, refused)
    protect_sum(program, "TEST", month, actor="officer")
    assert told(program, month) == {Population.MOVEMENTS, CASEWORK}
    assert aside(program) == {(refused, SCREENINGS): NOISE_FIRST}
    with pytest.raises(KeptAside, match=f"screenings of {refused} \\({NOISE_FIRST}\\)"):
        require_whole(program, OFFICER, month)


def test_a_month_keeps_aside_what_is_refused_of_itself(program: Program) -> None:
    month = Month.of(LAST).plus(-1)
    for week in month.weeks:
        protect_week(program, "TEST", week, actor="officer")
    with damaged_counts(program, month.weeks[0], CASEWORK):
        first = protect_sum(program, "TEST", month, actor="officer")
        assert told(program, month) == {Population.MOVEMENTS, SCREENINGS}
        assert aside(program) == {(month, CASEWORK): DAMAGED}
    assert protect_sum(program, "TEST", month, actor="officer").proof.digests == first.proof.digests
    assert (told(program, month), aside(program)) == ({Population.MOVEMENTS, SCREENINGS, CASEWORK}, {})


def test_what_was_refused_is_tried_again_and_stands_from_then_on(program: Program) -> None:
    persons = [screen(program, LAST, number) for number in range(6)]
    with a_damaged_record(program):
        protect_week(program, "TEST", LAST, actor="officer")
        assert told(program, LAST) == {Population.MOVEMENTS}
        assert aside(program) == {(LAST, SCREENINGS): DAMAGED, (LAST, CASEWORK): DAMAGED}
    screen(program, LAST, len(persons))  # counted with the others: nothing of them was told before
    protect_week(program, "TEST", LAST, actor="officer")
    assert (told(program, LAST), aside(program)) == ({Population.MOVEMENTS, SCREENINGS, CASEWORK}, {})
    assert total(program, LAST)["households"] == len(persons) + 1
    first = protected(program, LAST).proof.digests
    screen(program, LAST, len(persons) + 1)
    protect_week(program, "TEST", LAST, actor="officer")
    assert protected(program, LAST).proof.digests == first


def test_once_the_week_is_released_it_stays_without(program: Program) -> None:
    screen(program, LAST, 1)
    folder = program.settings.releases / "TEST" / str(LAST)
    with a_damaged_record(program):
        protect_week(program, "TEST", LAST, actor="officer")
        first = release_period(program, "TEST", LAST, folder, actor="officer")
    protect_week(program, "TEST", LAST, actor="officer")
    assert told(program, LAST) == {Population.MOVEMENTS}
    assert set(aside(program)) == {(LAST, SCREENINGS), (LAST, CASEWORK)}
    assert release_period(program, "TEST", LAST, folder, actor="officer").sha256 == first.sha256
    assert not (first.folder / "screenings").exists()


def test_where_the_program_ends_in_between_nothing_is_forgotten(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(BaseException):
        pass

    def end(*_: object, **__: object) -> None:
        raise Ended

    with monkeypatch.context() as ending:
        ending.setattr("app.releases.release_period.fresh_case_facts", end)
        with pytest.raises(Ended):
            protect_week(program, "TEST", LAST, actor="officer")
    assert told(program, LAST) == {Population.MOVEMENTS}
    assert aside(program) == {(LAST, SCREENINGS): "", (LAST, CASEWORK): ""}
    with pytest.raises(KeptAside, match=r"screenings of .* \(not tried yet\)"):
        require_whole(program, OFFICER, LAST)
    protect_week(program, "TEST", LAST, actor="officer")
    assert aside(program) == {}
    require_whole(program, OFFICER, LAST)


def test_the_officer_is_told_before_it_is_too_late_and_tries_again(program: Program) -> None:
    screen(program, LAST, 1)
    with a_damaged_record(program):
        protect_week(program, "TEST", LAST, actor="officer")
        paul = officer(program)
        page = row(paul.get("/protection").text)
        assert "Screenings are kept aside" in page
        assert DAMAGED in page
        assert f'href="{PROTECT}"' in page
        assert "Cases are kept aside" in paul.get(f"/protection/{LAST}").text
        assert "will be missing for good" in paul.get(RELEASE).text
    assert "counted as the records stand" in paul.get(PROTECT).text
    paul.send(PROTECT, page=PROTECT)
    page = row(paul.get("/protection").text)
    assert "aside" not in page
    assert paul.get(PROTECT).status_code == 404
    assert "missing for good" not in paul.get(RELEASE).text
    assert "kept aside" not in paul.get(f"/protection/{LAST}").text


def test_what_is_released_without_it_offers_no_other_try(program: Program) -> None:
    screen(program, LAST, 1)
    with a_damaged_record(program):
        protect_week(program, "TEST", LAST, actor="officer")
    paul = officer(program)
    paul.send(RELEASE, page=RELEASE)
    with program.database.transaction(Zone.STATISTICS) as session:
        assert [it.period for it in exports.list_releases(session)] == [LAST]
    page = row(paul.get("/protection").text)
    assert "Screenings are kept aside" in page
    assert f'href="{PROTECT}"' not in page
    assert paul.get(PROTECT).status_code == 404


@pytest.fixture
def commanded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An operation that commands find."""
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")
    with open_program(settings) as program, program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        session.add(Operation(code="TEST", names={}))
        session.flush()
        add_places(session, "TEST", [place for place in read_gazetteer(GAZETTEER) if place.code in FEW])
    return settings


def test_the_command_releases_no_month_silently_of_which_itself_something_is_refused(commanded: Settings) -> None:
    month = Month.of(LAST).plus(-1)
    with open_program(commanded) as program:
        for week in month.weeks:
            protect_week(program, "TEST", week, actor="officer")
        with damaged_counts(program, month.weeks[0], CASEWORK):
            refused = CliRunner().invoke(commands, ["release", "month", "TEST", str(month)])
    assert isinstance(refused.exception, KeptAside)
    assert f"casework of {month} ({DAMAGED})" in str(refused.exception)
    assert str(month) not in CliRunner().invoke(commands, ["release", "list"]).output


def test_the_command_releases_nothing_silently(commanded: Settings) -> None:
    with open_program(commanded) as program:
        noise_of_household_sizes(program, LAST)
    asked = ["release", "week", "TEST", str(LAST)]
    refused = CliRunner().invoke(commands, asked)
    assert isinstance(refused.exception, KeptAside)
    assert f"screenings of {LAST} ({NOISE_FIRST})" in str(refused.exception)
    assert str(LAST) not in CliRunner().invoke(commands, ["release", "list"]).output
    assert "screenings" in CliRunner().invoke(commands, ["release", "status", "TEST"]).output
    done = CliRunner().invoke(commands, [*asked, "--leave-out"])
    assert done.exit_code == 0, done.output
    assert str(LAST) in CliRunner().invoke(commands, ["release", "list"]).output
