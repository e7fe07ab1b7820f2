"""From admitted screenings to their part of a release: who may be counted at that moment, and nobody afterwards."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

import casework
import forms
import ingest
from anonymizer import TOTAL, Population, ProtectedPeriod, weeks
from anonymizer.red_team import ATTACKS, open_release
from anonymizer.tool import read_release
from app.demonstration.phone import fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.program import Program
from app.releases.case_facts import fresh_case_facts, refresh_case_facts
from app.releases.release_period import protect_sum, protect_week, release_period
from casework.consent import RestrictionReason, restrict_record
from casework.counting import case_sources
from core.audit import Purpose
from core.clock import now
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.periods.period import Period
from core.periods.week import Week
from core.places import add_places, read_gazetteer
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from tests import questionnaires

LAST = Week.of(now().date()).plus(-1)
FEW = {"XM", "XM01", "XM02", "XM0101", "XM0201"}


@pytest.fixture
def program(database: Database, ring: KeyRing, tmp_path: Path) -> Program:
    """An operation with its gazetteer and the screening form."""
    compiled = questionnaires.compiled("screening_interview")
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        add_places(session, "TEST", [place for place in read_gazetteer(GAZETTEER) if place.code in FEW])
        forms.publish_form(session, "TEST", compiled.xform, {})
    return Program(Settings(var=tmp_path), database, ring)


def screen(program: Program, week: Week, number: int, **said: str) -> UUID:
    """A screening of somebody of a household of two who agrees to be counted; the person interviewed."""
    answers = {
        "case_reference": f"SC-{number}",
        "interview_date": week.monday.isoformat(),
        "con_Consent": "yes",
        "con_Statistics": "yes",
        "prs_First_Name": f"Quintessa{number}",
        "prs_Second_Name": "Screened",
        "prs_Gender": "female",
        "prs_Age": "30",
        "residence_district": "XM0101",
        "household_size": "2",
        "household_member": [{"member_name": f"Zephyr{number}", "member_gender": "male", "member_age": "8"}],
        "vic_TraffickingStatus": "possible",
        "eligible": "yes",
        **said,
    }
    with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        form = forms.find_form(session, "TEST", "screening_interview", None)
        assert form
        xml = fill_form(form.xform, answers, uuid4())
        received = ingest.receive_submission(session, program.ring, operation="TEST", xml=xml, files=[], collector="1")
    assert received.submission_id
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        return casework.admit_submission(session, program.ring, received.submission_id).records[0]


def protected(program: Program, period: Period) -> ProtectedPeriod:
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        return weeks.load_protected(session, program.ring, "TEST", period, Population.SCREENINGS)


def total(program: Program, period: Period) -> Mapping[str, int | None]:
    return {table.name: table.cells[(TOTAL,) * len(table.dimensions)] for table in protected(program, period).tables}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_screenings_of_a_week_are_released_beside_its_movements_and_say_what_they_count(program: Program) -> None:
    persons = [screen(program, LAST, number) for number in range(8)]
    screen(program, LAST, 8, con_Statistics="no")
    with program.database.transaction(Zone.CASEWORK, operation="TEST", actor="amal") as session:
        restrict_record(session, program.ring, persons[0], RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
    protect_week(program, "TEST", LAST, actor="officer")
    screen(program, LAST, 9)  # comes late, and is not counted
    folder = release_period(program, "TEST", LAST, program.settings.releases / "TEST" / str(LAST), actor="officer").folder
    part = folder / "screenings"
    everybody = {file.stem: rows(file)[0] for file in sorted((part / "data").iterdir())}
    assert everybody["households"]["households"] == everybody["screened"]["persons"] == "7"
    assert rows(folder / "data" / "movements.csv")[0]["persons"] == "0"
    described = json.loads((part / "datapackage.json").read_text())
    units = {one["name"]: one["counts"]["unit"] for one in described["resources"] if "counts" in one}
    assert units == {"screened": "persons", "households": "households", "screened_by_outcome": "persons"}
    outcomes = [row for row in rows(part / "data" / "screened_by_outcome.csv") if row["gender"] == TOTAL]
    assert [row["persons"] for row in outcomes if row["screening_outcome"] in {TOTAL, "accepted"}] == ["7", ""]
    assert described["name"].endswith("-screenings")
    assert (
        "fewer than 5 persons or households, or come from fewer than 3 households." in described["confidentiality"]["meaning"]
    )
    for code, title in (("en", "Counted in households"), ("fr", "Comptés en ménages"), ("ar", "بعدد الأسر")):
        assert title in (part / f"report.{code}.html").read_text(encoding="utf-8")
        assert f'href="screenings/report.{code}.html"' in (folder / f"report.{code}.html").read_text(encoding="utf-8")
    assert [table.digest for table in read_release(part).tables] == [one.digest for one in protected(program, LAST).tables]
    whole, own = open_release(folder), open_release(part)
    assert not any(path.startswith("screenings/") for path in whole.files)
    assert [finding for name, attack in ATTACKS.items() if name != "groups" for finding in attack([own])] == []
    assert b"Quintessa" not in b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    with program.database.transaction(Zone.STATISTICS) as session:
        counted = text(
            "SELECT DISTINCT table_name, unit FROM statistics.released_cell WHERE unit <> 'events' ORDER BY table_name"
        )
        assert [tuple(row) for row in session.execute(counted)] == [
            *(("arrivals", "persons"), ("households", "households"), ("movements", "persons")),
            *(("screened", "persons"), ("screened_by_outcome", "persons")),
        ]


def test_blocks_are_built_anew_when_a_record_goes_and_stand_while_nothing_changes(program: Program) -> None:
    persons = [screen(program, LAST, number) for number in range(3)]
    assert refresh_case_facts(program, "TEST", actor="worker") == 1
    assert refresh_case_facts(program, "TEST", actor="worker") == 0
    assert blocks(program)["household"] == 3
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        for record in persons:
            session.execute(text("DELETE FROM casework.record_key WHERE record = :record"), {"record": record})
    assert refresh_case_facts(program, "TEST", actor="worker") == 1
    assert blocks(program)["household"] == 0


def blocks(program: Program) -> dict[str, int]:
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return {unit.value: facts.rows for unit, facts in weeks.load_case_facts(session, program.ring, "TEST", LAST).items()}


def test_neither_zone_reaches_what_the_other_sees(program: Program) -> None:
    screen(program, LAST, 0)
    fresh_case_facts(program, "TEST", LAST, actor="officer")
    for zone, table in ((Zone.ANONYMIZER, "casework.person"), (Zone.CASEWORK, "anonymizer.fact_column")):
        with pytest.raises(DBAPIError, match="permission denied"), program.database.transaction(zone) as session:
            session.execute(text(f"SELECT * FROM {table}"))


def test_a_month_is_the_sum_of_its_weeks_screenings(program: Program) -> None:
    month = Month.of(LAST).plus(-1)
    for at, week in enumerate(month.weeks[:3]):
        for number in range(4):
            screen(program, week, 10 * at + number)
    protect_sum(program, "TEST", month, actor="officer")
    tables = "screened", "households", "screened_by_outcome"
    assert total(program, month.weeks[0]) == dict.fromkeys(tables)  # four are too few to be shown
    assert total(program, month) == dict.fromkeys(tables, 12)
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        casework = weeks.load_protected(session, program.ring, "TEST", month, Population.CASEWORK)
    assert {number for table in casework.tables for number in table.cells.values()} == {0}  # proven too, with nothing in it


def test_a_week_that_was_protected_without_screenings_stays_without(program: Program) -> None:
    protect_week(program, "TEST", LAST, actor="officer")
    engine = create_engine(program.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        for table in ("protected_table", "proof", "sealed_evidence"):
            connection.execute(text(f"DELETE FROM anonymizer.{table} WHERE population = 'screenings'"))
    engine.dispose()
    for number in range(5):
        screen(program, LAST, number)
    protect_week(program, "TEST", LAST, actor="officer")
    with pytest.raises(weeks.PeriodNotProtected):
        protected(program, LAST)
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        assert list(case_sources(session, "TEST")) == [LAST]
