"""A quarter of casework is what anybody can add up from its three released months, and no more."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

import exports
from app.program import Program
from app.web.application import create_application
from app.web.statistics.spans import Cells, spans_of, summed
from core.clock import now
from core.database import Zone
from core.periods.month import Month
from core.periods.period import parse_period
from core.permissions import Role
from exports.models import DimensionCodeRow, ReleasedCellRow, ReleaseRow
from tests.anonymizer.test_casework_year import week_like
from tests.app.signed_in_browser import Site
from tests.app.test_release_screenings import LAST
from tests.app.test_release_screenings import program as program  # noqa: PLC0414  (a fixture)

KEYS = [("a",), ("b",), ("c",)]
tables = st.fixed_dictionaries({key: st.none() | st.integers(0, 99) for key in KEYS})
QUARTERS = {1: {1, 2, 3}, 2: {4, 5, 6}, 3: {7, 8, 9}, 4: {10, 11, 12}}


def released(*periods: str) -> list[exports.PublishedRelease]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [exports.PublishedRelease(0, "TEST", {}, parse_period(period), at, "", {}) for period in periods]
    return sorted(rows, key=lambda row: row.period.sunday, reverse=True)


def test_a_quarter_can_be_chosen_where_all_its_months_are_released() -> None:
    spans = spans_of(released("2026-M01", "2026-M02", "2026-M03", "2026-M04", "2026-M06", "2026-W10", "2025-A1"))
    [quarter] = [span for span in spans if span.is_quarter]
    assert quarter.name == "2026-Q1"
    assert [str(row.period) for row in quarter.releases] == ["2026-M01", "2026-M02", "2026-M03"]
    names = [span.name for span in spans]
    assert names.index("2026-M04") < names.index("2026-Q1") < names.index("2026-M02")


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_months_of_two_years_make_no_quarter_together(first: set[int], second: set[int]) -> None:
    months = [Month(year, number) for year, numbers in ((2025, first), (2026, second)) for number in numbers]
    found = {span.name for span in spans_of(released(*map(str, months))) if span.is_quarter}
    whole = [(year, name) for year, of_it in ((2025, first), (2026, second)) for name in QUARTERS if QUARTERS[name] <= of_it]
    assert found == {f"{year}-Q{name}" for year, name in whole}


@given(st.lists(tables, min_size=3, max_size=3))
def test_a_number_is_shown_where_all_three_show_one_and_is_their_sum(parts: Sequence[Cells]) -> None:
    assert summed(parts).keys() == set(KEYS)
    for key, number in summed(parts).items():
        shown = [told for part in parts if (told := part[key]) is not None]
        assert number == (sum(shown) if len(shown) == 3 else None)


@pytest.mark.parametrize("other", [{}, {("a",): 1}, {("a",): 1, ("b",): 2, ("d",): 3}])
def test_a_table_that_one_of_the_three_lacks_or_has_with_other_codes_is_left_out(other: Cells) -> None:
    whole = dict.fromkeys(KEYS, 1)
    assert summed([whole, whole, other]) == summed([other, whole, whole]) == {}


def release(program: Program, month: Month, at: int) -> None:
    """In the statistics layer, a month in which happened what happened in this week."""
    [table] = week_like(at).protected.tables
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        row = ReleaseRow(operation="TEST", operation_names={}, period=str(month), made_at=now(), sha256=str(month), policy={})
        session.add(row)
        session.flush()
        for along in table.dimensions:
            of_one = {"release": row.number, "dimension": along.name, "names": {}}
            session.add_all(DimensionCodeRow(**of_one, code=code, parent=parent) for code, parent in along.parents.items())
        of_it = {"release": row.number, "table": table.name, "unit": "events"}
        told = [(list(codes), number, "C" if number is None else "F") for codes, number in table.cells.items()]
        cells = [{**of_it, "codes": codes, "number": number, "conf_status": status} for codes, number, status in told]
        session.execute(insert(ReleasedCellRow), cells)


def women_in_training(page: str) -> str:
    """The number in the table of the page."""
    names = exports.code_names("en")
    training, women = names["event"]["service_training"], names["gender"]["female"]
    [row] = re.findall(rf'<tr><th scope="row"[^>]*>{training}</th>(.*?)</tr>', page.rsplit("<h2>", 1)[1], flags=re.DOTALL)
    [told] = re.findall(rf'data-label="{women}">(?:<abbr[^>]*>)?([*\d]+)', row)
    return str(told)


def test_the_page_adds_up_what_was_released(program: Program) -> None:
    year = LAST.year - 1
    for number, at in enumerate((1, 2, 0, 1, 2, 3, 1, 2), start=1):  # of the third quarter one month is missing
        release(program, Month(year, number), at)
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    sara = Site(program.database, program.ring, application).sign_in("sara", Role.SUPERVISOR)
    first, second = (sara.get("/reports/casework", period=f"{year}-Q{number}").text for number in (1, 2))
    for page in (first, second):
        assert "A quarter is the sum of its three months" in page
        assert page.count("/casework/report.en.html") == 3
        assert "Caseload" not in page
    assert [women_in_training(page) for page in (first, second)] == ["*", "120"]  # in one month of the first it is hidden
    assert f"{year}-Q3" not in first
    assert "A quarter" not in sara.get("/reports/casework", period=f"{year}-M02").text
