"""From a case file to its part of a release: what was done in a week is printed from eleven events of eleven persons on."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

import exports
from anonymizer import TOTAL, Policy, Population, ProtectedPeriod, protect, trials, weeks
from anonymizer.red_team import ATTACKS, open_release
from anonymizer.tool import read_release
from anonymizer.weeks.casework_rules import casework_rules
from app.program import Program
from app.releases.case_facts import fresh_case_facts, refresh_case_facts
from app.releases.release_period import protect_sum, protect_week, release_period
from app.releases.try_out import try_out
from app.web.application import create_application
from casework.case_file import Act, EntryKind, Step, take_step
from casework.case_file_models import CaseStep
from casework.models import Case
from core.access import Access, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.periods.period import Period
from core.periods.week import Week
from core.periods.year import Year
from core.permissions import Role
from core.places import load_places
from tests.anonymizer.test_casework_year import MEDICAL, TRAINING, WITH_FEW, happened, only
from tests.anonymizer.test_count_casework import counted
from tests.app.signed_in_browser import Site
from tests.app.test_release_screenings import LAST, program, rows, screen

__all__ = ["program"]

YEAR = Year(LAST.year - 1)
SOME = "cases_by_gender", "cases_by_provider", "cases_by_wait"
WORKER = Access("amal", "TEST", (Grant(Role.CASEWORKER),))


def serve(program: Program, person: UUID, service: str, week: Week = LAST) -> None:
    """A service that was given to somebody on the Monday of a week, as a worker writes it down afterwards."""
    with program.database.transaction(Zone.CASEWORK, access=WORKER) as session:
        case = session.scalars(select(Case.id).where(Case.person == person)).one()
        planned = Step(EntryKind.SERVICE, Act.WRITE, fields={"service_type": service, "provider": "own"})
        entry = take_step(session, program.ring, case, planned, purpose=Purpose.ASSISTANCE)
        newest = session.scalar(select(func.max(CaseStep.number)).where(CaseStep.case == case)) or 0
        given = Step(EntryKind.SERVICE, Act.COMPLETE, entry, {"date": week.monday.isoformat()}, seen=newest)
        take_step(session, program.ring, case, given, purpose=Purpose.ASSISTANCE)


def protected(program: Program, period: Period, population: Population = Population.CASEWORK) -> ProtectedPeriod:
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        return weeks.load_protected(session, program.ring, "TEST", period, population)


def test_what_was_done_in_cases_is_released_in_a_part_of_its_own(program: Program) -> None:
    from_there = {"prs_Citizenship": "ET", "vic_TypeOfExploitation": "ForcedLabour", "journey_country": "YE"}
    persons = [screen(program, LAST, number, **from_there) for number in range(11)]
    for person in persons:
        serve(program, person, "legal")
    serve(program, persons[0], "medical")
    protect_week(program, "TEST", LAST, actor="officer")
    folder = release_period(program, "TEST", LAST, program.settings.releases / "TEST" / str(LAST), actor="officer").folder
    part = folder / "casework"
    told = {(row["event"], row["gender"]): row["events"] for row in rows(part / "data" / "cases_by_gender.csv")}
    assert told["service", "female"] == "12"
    assert (told["service_medical", "female"], told["service_legal", "female"]) == ("", "")  # the one would tell the other
    for table, code in (("nationality", "014"), ("exploitation", "labour"), ("route", "145")):
        assert {row["events"] for row in rows(part / "data" / f"cases_by_{table}.csv") if row[table] == code} == {"12", "0", ""}
    described = json.loads((part / "datapackage.json").read_text())
    assert {one["counts"]["unit"] for one in described["resources"] if "counts" in one} == {"events"}
    levels = {one["name"]: one["levels"] for one in described["resources"] if "levels" in one}
    assert levels == {"waits_by_nationality": {"nationality": 1}, "waits_by_route": {"route": 1}}
    assert described["confidentiality"]["policy"]["threshold"] == 11
    assert "too few figures can be shown for a table" in (part / "report.en.html").read_text(encoding="utf-8")
    assert "fewer than 11 events, come from fewer than 11 persons" in described["confidentiality"]["meaning"]
    for code, title in (("en", "Counted in events"), ("fr", "Comptés en événements"), ("ar", "بعدد الوقائع")):
        assert title in (part / f"report.{code}.html").read_text(encoding="utf-8")
        assert f'href="casework/report.{code}.html"' in (folder / f"report.{code}.html").read_text(encoding="utf-8")
    assert [table.digest for table in read_release(part).tables] == [one.digest for one in protected(program, LAST).tables]
    nothing_is_learned(part)
    assert b"Quintessa" not in b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    with program.database.transaction(Zone.STATISTICS) as session:
        counted = text("SELECT DISTINCT table_name FROM statistics.released_cell WHERE unit = 'events' ORDER BY table_name")
        assert [name for (name,) in session.execute(counted)] == sorted(table.name for table in protected(program, LAST).tables)
    the_page_shows_what_was_released(program)
    a_year_is_told_as_a_week_is(program)
    the_officer_sees_why_cells_of_casework_are_hidden(program)


def the_page_shows_what_was_released(program: Program) -> None:
    """A supervisor reads what the world may read: the number that is printed, and a mark for what is not."""
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    sara = Site(program.database, program.ring, application).sign_in("sara", Role.SUPERVISOR)
    assert 'href="/reports/casework"' in sara.get("/work").text
    page = sara.get("/reports/casework").text
    assert f'href="/releases/TEST/{LAST}/casework/report.en.html"' in page
    tables = {table.name: table for table in protected(program, LAST).tables}
    outcomes = protected(program, LAST, Population.SCREENINGS).tables[-1]
    kinds = {"service", "referral", "case_closed", TOTAL}  # of what is told by parts of the world, no more than these
    for name, table in {**tables, outcomes.name: outcomes}.items():
        by_world = table.dimensions[1].name in {"nationality", "route"}
        told = table.cells.items() if len(table.dimensions) == 2 else of_services(table.cells)
        printed = [number for (event, _), number in told if number is not None and (event in kinds or not by_world)]
        shown = sara.get("/reports/casework", period=str(LAST), table=name).text.rsplit("<h2>", 1)[1]
        assert sorted(map(int, re.findall(r'<td class="number" data-label="[^"]*">(\d+)</td>', shown))) == sorted(printed)
    assert "By who gave the service" in page
    assert ">Eastern Africa<" in sara.get("/reports/casework", table="cases_by_route").text
    assert "حسب مقدم الخدمة" in sara.get("/reports/casework", lang="ar").text
    assert "rep_" not in sara.get("/reports/casework", lang="so").text


def of_services(cells: Mapping[tuple[str, ...], int | None]) -> Iterator[tuple[tuple[str, ...], int | None]]:
    """Of a table of three dimensions what the page shows: how long had been waited for services of all types together."""
    return (((waited, who), number) for (event, waited, who), number in cells.items() if event == "service" and waited != "_Z")


def a_year_is_told_as_a_week_is(program: Program) -> None:
    """Its report says what it is the sum of, and the page finds it."""
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        movements, casework = (
            replace(weeks.load_protected(session, program.ring, "TEST", LAST, each), period=YEAR)
            for each in (Population.MOVEMENTS, Population.CASEWORK)
        )
        release = exports.build_release(
            movements,
            [],
            beside=[casework],
            operation_names={"en": "Test"},
            places=load_places(session, "TEST"),
            folder=program.settings.releases / "TEST" / str(YEAR),
            made_at=now(),
        )
        exports.publish_release(session, release)
    part = release.folder / "casework"
    for code, said in (("en", "Yearly casework report"), ("fr", "une année est donc tenue"), ("ar", "لذلك تُعد السنة")):
        assert said in (part / f"report.{code}.html").read_text(encoding="utf-8")
    assert {row["year"] for row in rows(part / "data" / "cases_by_wait.csv")} == {str(YEAR)}
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    sara = Site(program.database, program.ring, application).sign_in("lina", Role.SUPERVISOR)
    assert f'href="/releases/TEST/{YEAR}/casework/report.en.html"' in sara.get("/reports/casework", period=str(YEAR)).text


def the_officer_sees_why_cells_of_casework_are_hidden(program: Program) -> None:
    """Of each population by itself, with the cell's own rule; what was never asked about cases is not told of them."""
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    paul = Site(program.database, program.ring, application).sign_in("paul", Role.PROTECTION_OFFICER)
    here = f"/protection/{LAST}"
    losses = paul.get(here, of="casework").text
    assert re.findall(r'href="/protection/[^"]+\?of=(\w+)"[^>]*>([^<]+)</a>', losses)[-3:] == [
        ("movements", "Movements"), ("screenings", "Screenings"), ("casework", "Cases"),
    ]  # fmt: skip
    assert "what happened × gender" in losses
    page = paul.get(f"{here}/cells", of="casework").text
    few = next(unescape(it) for it in re.findall(r'name="cell" value="([^"]+)" class="m-own"', page) if "service_medical" in it)
    asking = f"{here}/cells?of=casework"
    told = paul.send(asking, page=asking, table="cases_by_gender", cell=few).text
    assert "It holds fewer persons or events than the threshold." in told
    assert "these would be known too well" in told
    assert paul.send(asking, page=asking, cell="origin=_T,reason=flood").status_code == 422
    assert paul.get(f"{here}/cells", of="angels").status_code == 404


def nothing_is_learned(part: Path) -> None:
    """The red team's attacks on what was printed, but for that which no rule guards against (tests/red_team/test_season.py)."""
    own = open_release(part)
    assert [finding.tells for name, attack in ATTACKS.items() if name != "groups" for finding in attack([own])] == []


def test_what_if_reads_cases_as_protecting_does(program: Program) -> None:
    """Of a week that is not protected they are read when it is tried, and not when it is asked for."""
    for number in range(12):
        serve(program, screen(program, LAST, number), "legal" if number else "medical")
    officers = Access.of_system("officer", "TEST")
    tried_of = {}
    for whom in (Population.SCREENINGS, Population.CASEWORK):
        with program.database.transaction(Zone.ANONYMIZER, access=officers) as session:
            asked = trials.ask_trial(
                session, program.ring, LAST, whom, thresholds=[], contributors=[], coarser=[], purpose=Purpose.STATISTICS
            )
        [tried_of[whom]] = try_out(program, officers, asked.id)
    protect_week(program, "TEST", LAST, actor="officer")
    for whom, trial in tried_of.items():
        [tried] = trial.tried
        proof = protected(program, LAST, whom).proof
        assert (sum(it.shown for it in tried.levels), sum(it.hidden for it in tried.levels)) == (
            proof.published,
            proof.suppressed,
        )
    assert proof.suppressed


def test_blocks_are_built_anew_when_a_case_file_changes_and_when_its_person_is_erased(program: Program) -> None:
    person = screen(program, LAST, 1)
    assert refresh_case_facts(program, "TEST", actor="worker") == 1
    serve(program, person, "legal", LAST.plus(-3))
    assert refresh_case_facts(program, "TEST", actor="worker") == 2  # the week of the service, and that of the interview
    assert events(program, LAST.plus(-3)) == 1
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :record"), {"record": person})
    refresh_case_facts(program, "TEST", actor="worker")
    assert (events(program, LAST.plus(-3)), events(program, LAST)) == (0, 0)


def events(program: Program, week: Week) -> int:
    fresh_case_facts(program, "TEST", week, actor="worker")
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return sum(
            facts.rows for unit, facts in weeks.load_case_facts(session, program.ring, "TEST", week).items() if unit == "event"
        )


def keep_weeks(program: Program, *, before_an_upgrade: int) -> None:
    """The weeks of a year as they were protected, empty of movements; so many of them with other tables of casework."""
    rules = casework_rules(Policy())
    now_counted = {at: only(counted(happened(at)), *SOME) for at in (*range(6), WITH_FEW)}
    done = {at: protect(week, rules) for at, week in now_counted.items()}
    before = only(counted([]), SOME[1], SOME[2])
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        empty = weeks.count_week(session, program.ring, "TEST", YEAR.weeks[0])
        moving = protect(empty, Policy())
        for at, week in enumerate(YEAR.weeks):
            like = at if at == WITH_FEW else at % 6
            older = at < before_an_upgrade
            casework = protect(before, rules) if older else done[like]
            tables = before.tables if older else now_counted[like].tables
            weeks.store_protected(session, program.ring, replace(moving, period=week), empty.tables)
            weeks.store_protected(session, program.ring, replace(casework, operation="TEST", period=week), tables)


def test_a_year_is_the_sum_of_its_weeks_casework(program: Program) -> None:
    keep_weeks(program, before_an_upgrade=0)
    protect_sum(program, "TEST", YEAR, actor="officer")
    [by_gender, *_] = protected(program, YEAR).tables
    weekly = {protected(program, week).tables[0].cells[TRAINING] for week in YEAR.weeks}
    assert weekly == {None, 40}
    assert by_gender.cells[TRAINING] == 40 * 43 + 8 * 9
    assert by_gender.cells[MEDICAL] is None


def test_weeks_of_before_an_upgrade_are_in_no_sum_of_casework(program: Program) -> None:
    """They lack tables that the others have, so neither their month nor its year has casework; movements are told."""
    keep_weeks(program, before_an_upgrade=1)
    first, second, *_ = YEAR.months
    for month in (first, second):
        protect_sum(program, "TEST", month, actor="officer")
        assert protected(program, month, Population.MOVEMENTS)
    assert protected(program, second)
    with pytest.raises(weeks.PeriodNotProtected):
        protected(program, first)
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    paul = Site(program.database, program.ring, application).sign_in("paul", Role.PROTECTION_OFFICER)
    said = "Casework is not told in this period", "This month has no caseload"
    assert [[text in paul.get(f"/protection/{month}").text for text in said] for month in (first, second)] == [
        [True, True],
        [False, True],
    ]
