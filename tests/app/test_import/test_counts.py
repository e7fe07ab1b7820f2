"""Workbooks of counts, as statistical offices fill them in: a template is suggested, decided on, kept, and used each period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import admit_awaiting
from core.database import Zone
from core.errors import Problem
from core.periods.week import Week
from core.places import add_places
from forms import publish_form, read_form_definition
from ingest.count_tables import Axis, Block, Counted, CountTemplate, Stated, count_reports, parse_template, write_template
from ingest.from_files import PassedOver
from ingest.mapped_sheets import PlaceNames
from ingest.tables import open_table
from tests.app.test_import.conftest import Desk, outcomes
from tests.casework.conftest import PLACES
from tests.questionnaires import compiled

FORM = "movement_tracking"
AGES = ["0-4", "5-11", "12-17", "18-59", "60 and over"]
REASONS = ["Armed conflict", "Flood"]
TITLES = {"XM0101": "1. Arrivals from Ashby", "XM0102": "2. Arrivals from Birk"}
Counts = Mapping[tuple[str, int], Sequence[int]]  # by table and row: those of girls and women by age, then of boys and men
COUNTS: Counts = {
    ("XM0101", 0): [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ("XM0101", 1): [0] * 10,
    ("XM0102", 0): [0, 0, 0, 4, 0, 0, 0, 0, 2, 0],
    ("XM0102", 1): [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
}


class Office:
    """Fills in its template: two tables one below the other, ages within sexes, totals as formulas, and a cover."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def workbook(
        self,
        counts: Counts = COUNTS,
        *,
        period: str | date = "2026-W35",
        off: Callable[[Any], None] = lambda page: None,
        moved: int = 0,
        name: str = "Post North",
    ) -> Path:
        """`off` writes over the sheet of tables, `moved` moves them down."""
        self.number += 1
        path = self.folder / f"counts-{self.number}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            cover = book.add_worksheet("Cover")
            cover.write_row(1, 1, ["Reporting office", name])
            cover.write(2, 1, "Period")
            cover.write(2, 2, period, book.add_format({"num_format": "mmm yyyy"}) if isinstance(period, date) else None)
            book.define_name("Place", "=Cover!$C$4")
            cover.write_row(3, 1, ["District of arrival", "Birk"])
            page = book.add_worksheet("Tables")
            for number, (code, title) in enumerate(TITLES.items()):
                self._table(page, number * 9 + moved, title, [counts[code, row] for row in range(2)])
            off(page)
        return path

    @staticmethod
    def _table(page: Any, top: int, title: str, rows: Sequence[Sequence[int]]) -> None:
        page.write(top, 0, title)
        for column, sex in ((1, "Women and girls"), (7, "Men and boys")):
            page.merge_range(top + 1, column, top + 1, column + 5, sex)
            page.write_row(top + 2, column, [*AGES, "Total"])
        page.merge_range(top + 1, 13, top + 2, 13, "Total")
        sums = [[*row[:5], sum(row[:5]), *row[5:], sum(row[5:]), sum(row)] for row in rows]
        for at, row in enumerate([*sums, [sum(column) for column in zip(*sums, strict=True)]]):
            page.write(top + 3 + at, 0, [*REASONS, "Total"][at])
            for column, count in enumerate(row, 1):
                if column in {6, 12, 13} or at == len(sums):
                    page.write_formula(top + 3 + at, column, "=SUM(A1:A1)", None, count)
                else:
                    page.write_number(top + 3 + at, column, count)
        page.write(top + 7, 0, "Source: registers of the post.")


def decided(**change: Any) -> CountTemplate:
    """What an officer makes of the suggestion."""
    sexes = Axis("sex", {"Women and girls": "female", "Men and boys": "male"}, totals=["Total"])
    ages = Axis("age", {"60 and over": "60+"}, totals=["Total"])
    reasons = Axis("movement/reason", {"Armed conflict": "conflict"}, totals=["Total"])
    blocks = [
        Block("Tables", [reasons], [sexes, ages], title=title, constants={"movement/origin_district": code})
        for code, title in TITLES.items()
    ]
    template = CountTemplate(
        FORM,
        office=Stated(beside="Reporting office"),
        period=Stated(beside="Period", answers="movement/arrival_date", dates="%G-W%V"),
        stated=[Stated(name="Place", answers="movement/destination_district", places="district")],
        block=blocks,
    )
    return replace(template, **change)


@pytest.fixture(scope="module")
def read() -> Callable[[Path, CountTemplate], Counted]:
    """Reads a workbook by a template, with no store behind it."""
    definition = read_form_definition(compiled(FORM).xform)
    districts = {place.code: place.names for place in PLACES if place.level == 2}
    places = {"country": PlaceNames({}), "region": PlaceNames({}), "district": PlaceNames(districts)}

    def read_by(path: Path, template: CountTemplate) -> Counted:
        with open_table(path) as table:
            return count_reports(table, template, definition, places)

    return read_by


@pytest.fixture(scope="module")
def xform() -> bytes:
    return compiled(FORM).xform


@pytest.fixture
def ministry(desk: Desk, xform: bytes) -> Desk:
    """The desk of an operation with places and the form for movements."""
    with desk.household.zone(Zone.COLLECTION) as session:
        add_places(session, "TEST", PLACES)
        publish_form(session, "TEST", xform, {})
    return desk


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.toml"
    write_template(decided(), path)
    return path


def admitted(desk: Desk) -> tuple[int, int]:
    with desk.household.zone(Zone.CASEWORK) as session:
        counted = admit_awaiting(session, desk.household.ring, "TEST")
    return counted.admitted, counted.set_aside


class TestASuggestion:
    def test_tables_are_found_by_their_headings_and_what_is_certain_is_filled_in(
        self, ministry: Desk, office: Office, tmp_path: Path
    ) -> None:
        suggested: Any = ministry.suggested(office.workbook(), tmp_path / "t.toml", FORM, counts=True)
        assert [(block.sheet, block.title) for block in suggested.block] == [("Tables", title) for title in TITLES.values()]
        rows, (sexes, ages) = suggested.block[0].rows, suggested.block[0].columns
        assert rows == [Axis("movement/reason", {"Armed conflict": "?conflict"}, totals=["Total"])]
        assert sexes == Axis("sex", {"Women and girls": "?female", "Men and boys": "?male"}, totals=["Total"])
        assert ages == Axis("age", {"60 and over": "?60+"}, totals=["Total"])
        assert suggested.period.answers == "movement/arrival_date"
        assert parse_template((tmp_path / "t.toml").read_text(), tmp_path) == suggested

    def test_nothing_is_imported_by_it_while_it_leaves_a_word_open(
        self, ministry: Desk, office: Office, tmp_path: Path
    ) -> None:
        path, template = office.workbook(), tmp_path / "t.toml"
        ministry.suggested(path, template, FORM, counts=True)
        with pytest.raises(Problem, match="office, period, block 1, block 2") as refused:
            ministry.table(path, mapping=template)
        assert refused.value.code == "INGEST-218"


class TestByATemplate:
    def test_cells_that_differ_in_sex_and_age_alone_become_one_report(
        self, ministry: Desk, office: Office, template: Path
    ) -> None:
        """And one that counts nobody is none. They are admitted like those of phones, in the week that the office names."""
        told = ministry.table(office.workbook(), mapping=template)
        assert outcomes(told) == ["accepted"] * 3
        assert [(one.place.sheet, one.place.row) for one in told] == [("Tables", 4), ("Tables", 13), ("Tables", 14)]
        assert told[0].place.cells == "B4 C4 D4 E4 F4 H4 I4 J4 K4 L4"
        assert admitted(ministry) == (3, 0)
        assert ministry.rows("week FROM casework.movement_event") == [("2026-W35",)] * 3

    def test_the_same_again_is_known_wherever_its_tables_stand(self, ministry: Desk, office: Office, template: Path) -> None:
        ministry.table(office.workbook(), mapping=template)
        before = ministry.written()
        assert outcomes(ministry.table(office.workbook(moved=3), mapping=template)) == ["resent"] * 3
        assert ministry.written() == before

    def test_a_corrected_workbook_edits_what_it_corrects_and_may_be_corrected_back(
        self, ministry: Desk, office: Office, template: Path
    ) -> None:
        corrected = {**COUNTS, ("XM0102", 0): [0, 0, 0, 5, 0, 0, 0, 0, 2, 0]}
        ministry.table(office.workbook(), mapping=template)
        assert admitted(ministry) == (3, 0)
        for counts in (corrected, COUNTS):
            path = office.workbook(counts)
            assert outcomes(ministry.table(path, mapping=template)) == ["resent", "edited", "resent"]
            assert outcomes(ministry.table(path, mapping=template)) == ["resent", "edit_resent", "resent"]
        assert admitted(ministry) == (1, 0)
        assert ministry.rows("count(*) FROM casework.movement_event") == [(3,)]

    def test_what_an_office_no_longer_counts_is_told_since_a_report_cannot_say_it(
        self, ministry: Desk, office: Office, template: Path
    ) -> None:
        ministry.table(office.workbook(), mapping=template)
        told = ministry.table(office.workbook({**COUNTS, ("XM0102", 0): [0] * 10}), mapping=template)
        assert outcomes(told) == ["resent", "INGEST-228", "resent"]

    def test_another_office_and_another_period_are_other_reports(self, ministry: Desk, office: Office, template: Path) -> None:
        ministry.table(office.workbook(), mapping=template)
        for path in (office.workbook(name="Post South"), office.workbook(period="2026-W36")):
            assert outcomes(ministry.table(path, mapping=template)) == ["accepted"] * 3

    def test_a_dry_run_tells_the_same_and_keeps_nothing(self, ministry: Desk, office: Office, template: Path) -> None:
        assert outcomes(ministry.table(office.workbook(), mapping=template, dry_run=True)) == ["accepted"] * 3
        assert ministry.written() == [(0, 0, 0, 0, 0)]

    def test_what_is_no_part_of_a_table_is_said(self, ministry: Desk, office: Office, template: Path) -> None:
        path = office.workbook(off=lambda page: page.write(1, 20, 77))
        assert ministry.notes(path, mapping=template) == [
            "Sheet 'Cover' has no table in the template: only what it says of the whole workbook is read.",
            "Sheet 'Tables': 1 numbers stand outside its tables and are not read, the first in U2.",
        ]


WRONG = {
    "a part that its totals do not have": (
        lambda page: page.write(3, 1, 2),
        [(4, "G"), (4, "N"), (6, "B"), (6, "G"), (6, "N")],
    ),
    "a total that is another sum": (lambda page: page.write_formula(3, 6, "=1", None, 16), [(4, "G")]),
    "words for a number": (lambda page: page.write(3, 1, "<5"), [(4, "B")]),
    "a part of a person": (lambda page: page.write(3, 1, 1.5), [(4, "B")]),
    "less than nobody": (lambda page: page.write(3, 1, -1), [(4, "B")]),
    "a formula never computed": (lambda page: page.write_formula(3, 1, "=1", None, ""), [(4, "B")]),
    "a heading of no meaning": (lambda page: page.write(3, 0, "Locusts"), [(4, letter) for letter in "BCDEFGHIJKLMN"]),
    "a reason that stands twice": (lambda page: page.write(3, 0, "Flood"), [(5, letter) for letter in "BCDEFGHIJKLMN"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_every_wrong_cell_is_told_by_row_and_column_without_its_words(office: Office, read: Any, wrong: str) -> None:
    write, cells = WRONG[wrong]
    faults = [fault.problem for _, fault in read(office.workbook(off=write), decided()).faults]
    assert sorted((fault.where["row"], fault.where["column"]) for fault in faults) == sorted(cells)
    assert not any(word in str(fault) for fault in faults for word in ("<5", "Locusts"))


def test_nothing_of_a_workbook_with_a_wrong_cell_is_taken_in(ministry: Desk, office: Office, template: Path) -> None:
    told = ministry.table(office.workbook(off=lambda page: page.write(3, 1, "<5")), mapping=template)
    assert [(type(one), one.place.row, one.place.cells) for one in told] == [(PassedOver, 4, "B")]
    assert ministry.written() == [(0, 0, 0, 0, 0)]


PERIOD = decided().period
UNFIT: Mapping[str, tuple[dict[str, Any], str]] = {
    "a month without a word on its week": ({"period": replace(PERIOD, text="2026-08", dates="%Y-%m")}, "INGEST-227"),
    "words that are no period": ({"period": replace(PERIOD, dates="%Y")}, "INGEST-227"),
    "an office that is not there": ({"office": Stated(beside="Bureau")}, "INGEST-227"),
    "a place that is none": ({"constants": {"movement/reason": "locusts"}}, "INGEST-221"),
    "a question that is not asked": ({"constants": {"movement/colour": "red"}}, "INGEST-221"),
    "a table that is not there": ({"block": [replace(decided().block[0], title="3. Departures")]}, "INGEST-222"),
    "persons by sex alone": ({"block": [replace(decided().block[0], columns=[Axis("sex")])]}, "INGEST-221"),
    "two tables of the same people": (
        {"block": [*decided().block, replace(decided().block[0], rows=[Axis("movement/transport")])]},
        "INGEST-221",
    ),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_a_template_that_does_not_fit_is_refused(office: Office, read: Any, unfit: str) -> None:
    change, code = UNFIT[unfit]
    with pytest.raises(Problem) as refused:
        read(office.workbook(), decided(**change))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "dates", "period", "week"),
    [
        ("August 2026", "%B %Y", "2026-08-01/2026-08-31", "2026-W35"),  # ends on a Monday, whose week is September's
        (date(2026, 8, 1), "%Y-%m", "2026-08-01/2026-08-31", "2026-W35"),  # a cell that is shown as a month
        ("2026", "%Y", "2026-01-01/2026-12-31", "2026-W53"),
        ("26/08/2026", "%d/%m/%Y", "2026-08-26/2026-08-26", "2026-W35"),
        ("août 2026", "%Y-%m", "2026-08-01/2026-08-31", "2026-W35"),
    ],
)
def test_a_longer_period_is_counted_in_the_last_week_that_belongs_to_it(
    office: Office, read: Any, said: Any, dates: str, period: str, week: str
) -> None:
    stated = replace(PERIOD, dates=dates, longer="last week", codes={"Août 2026": "2026-08"})
    counted = read(office.workbook(period=said), decided(period=stated))
    assert (str(counted.period), str(Week.of(counted.period.day))) == (period, week)


def test_households_are_counted_by_a_question_of_their_own_and_join_their_persons(office: Office, read: Any) -> None:
    beside = Block(
        "Tables",
        [Axis("movement/reason")],
        [Axis("", totals=["All"])],
        "3.",
        "households/household_count",
        {"movement/origin_district": "XM0101"},
    )

    def write(page: Any) -> None:
        page.write_column(30, 0, ["3.", None, "conflict", "flood"])
        page.write_column(31, 1, ["Households", 7, 2])

    reports = read(office.workbook(off=write), decided(block=[*decided().block, beside])).reports
    asked = "/data/households/household_count"
    assert [report.values.get(asked) for report in reports] == ["7", "2", None, None]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.lists(st.integers(0, 900), min_size=10, max_size=10), min_size=4, max_size=4),
    moved=st.integers(0, 5),
)
def test_whatever_is_filled_in_comes_out_and_is_found_wherever_it_stands(
    office: Office, read: Any, counts: list[list[int]], moved: int
) -> None:
    filled = dict(zip(COUNTS, counts, strict=True))
    counted = read(office.workbook(filled, moved=moved), decided())
    assert counted.faults == []
    assert [[count for count, _ in report.counts.values()] for report in counted.reports] == counts


@pytest.mark.parametrize(
    "text", ["kind = 'counts'", "kind = 'counts'\nform = 1", "kind = 'counts'\nblock = [{colour = 'red'}]"]
)
def test_a_file_that_is_no_template_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_template(text, tmp_path)
    assert refused.value.code == "INGEST-217"
