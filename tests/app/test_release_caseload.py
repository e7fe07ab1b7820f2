"""From open cases to their part of a month's release: told where enough came and went, and attacked as it was published."""

import json
import re
from pathlib import Path
from uuid import UUID

import pytest

from anonymizer import TOTAL, Population, ProtectedPeriod, weeks
from anonymizer.red_team import ATTACKS, open_release
from anonymizer.tool import read_release
from app.program import Program
from app.releases.caseload import protect_caseload
from app.releases.release_period import protect_sum, release_period
from app.web.application import create_application
from core.database import Zone
from core.periods.month import Month
from core.permissions import Role
from tests.app.signed_in_browser import Site
from tests.app.test_release_screenings import LAST, program, rows, screen

__all__ = ["program"]

MONTHS = tuple(Month.of(LAST).plus(-at) for at in (3, 2, 1))


def protected(program: Program, month: Month) -> ProtectedPeriod:
    with program.database.transaction(Zone.RELEASE, operation="TEST") as session:
        return weeks.load_protected(session, program.ring, "TEST", month, Population.CASELOAD)


def come(program: Program, month: Month, numbers: range, **said: str) -> list[UUID]:
    """So many who were screened in the first week of a month."""
    return [screen(program, month.weeks[0], number, **said) for number in numbers]


def release(program: Program, month: Month) -> Path:
    protect_sum(program, "TEST", month, actor="officer")
    return release_period(program, "TEST", month, program.settings.releases / "TEST" / str(month), actor="officer").folder


def test_the_caseload_is_released_beside_its_month_in_every_format(program: Program) -> None:
    first, *_ = MONTHS
    come(program, first, range(12))
    come(program, first, range(12, 14), prs_Gender="male")
    folder = release(program, first)
    part = folder / "caseload"
    told = {row["gender"]: row["persons"] for row in rows(part / "data" / "caseload_by_gender.csv")}
    assert (told[TOTAL], told["female"], told["male"], told["other"]) == ("14", "", "", "0")
    described = json.loads((part / "datapackage.json").read_text())
    assert (described["counts"]["is"], described["counts"]["unit"]) == ("stock", "persons")
    assert "fewer than 11 are known to have come into it" in described["confidentiality"]["meaning"]
    for code, title in (
        ("en", "the caseload, by gender"),
        ("fr", "les dossiers ouverts, par genre"),
        ("ar", "الملفات المفتوحة"),
    ):
        assert title in (part / f"report.{code}.html").read_text(encoding="utf-8")
        assert (part / f"report.{code}.pdf").stat().st_size > 1000
        assert f'href="caseload/report.{code}.html"' in (folder / f"report.{code}.html").read_text(encoding="utf-8")
    assert (part / "tables.xlsx").exists()
    assert [table.digest for table in read_release(part).tables] == [one.digest for one in protected(program, first).tables]
    the_page_shows_it(program, first)
    the_officer_sees_it(program, first)
    own = open_release(part)
    assert [finding.tells for name, attack in ATTACKS.items() if name != "groups" for finding in attack([own])] == []


def the_page_shows_it(program: Program, month: Month) -> None:
    """Whoever leads casework reads what the world may read, in every language."""
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    sara = Site(program.database, program.ring, application).sign_in("sara", Role.SUPERVISOR)
    page = sara.get("/reports/casework").text.split("Persons whose case was open")[1]
    assert f'href="/releases/TEST/{month}/caseload/report.en.html"' in page
    printed = sorted(
        number for table in protected(program, month).tables for number in table.cells.values() if number is not None
    )
    assert sorted(map(int, re.findall(r'<td class="number"[^>]*>(\d+)</td>', page))) == printed
    assert "rep_" not in sara.get("/reports/casework", lang="so").text


def the_officer_sees_it(program: Program, month: Month) -> None:
    application = create_application(program.database, program.ring, program.settings, lambda *_: None)
    paul = Site(program.database, program.ring, application).sign_in("paul", Role.PROTECTION_OFFICER)
    page = paul.get(f"/protection/{month}/cells", of="caseload", table="caseload_by_nationality").text
    assert "where too few came or went since it was last told" in page
    assert '<option value="caseload_by_nationality" selected>nationality</option>' in page


def told(program: Program, month: Month) -> int | None:
    """The total of a month's caseload, which is protected by itself; None where it may not be told."""
    done = protect_caseload(program, "TEST", month, actor="officer")
    return done.tables[0].cells[TOTAL,] if done else None


def test_a_month_to_which_few_came_has_none_and_the_next_is_compared_with_the_last_that_was_told(program: Program) -> None:
    first, second, third = MONTHS
    come(program, first, range(12))
    assert told(program, first) == 12
    come(program, second, range(20, 25))
    assert told(program, second) is None
    with pytest.raises(weeks.PeriodNotProtected):
        protected(program, second)
    come(program, third, range(30, 36))
    assert told(program, third) == 23  # eleven came in two months, and nobody went
    assert told(program, third) is told(program, second) is None  # what was told stands, and no earlier month is told any more
    assert protected(program, third).tables[0].cells[TOTAL,] == 23
