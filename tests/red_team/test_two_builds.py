"""Attack 12, from outside: two builds of a week in which one person differs, inside what is hidden.

A release is a function of what is published: with the same numbers shown, every byte, file time and header is the same,
whatever hides behind them. Where protecting the other truth hides other cells, nothing else differs.
"""

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from anonymizer import CountedWeek, ProtectedPeriod, default_policy, protect
from anonymizer.attacker import identity
from anonymizer.red_team import ATTACKS, Published
from anonymizer.weeks import count_movements
from app.web.application import create_application
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.settings import Settings
from exports import build_release, publish_release
from tests.red_team.conftest import OPERATION, PublishedSeason, made_at, write_whole_folder
from tests.red_team.season import FIRST, REASONS, SPLIT, gazetteer, release_day

AT = SPLIT + 1


def twin_of(published: PublishedSeason) -> CountedWeek:
    """The week with another reason in the report of one person, where that changes no number that is shown."""
    week = FIRST.plus(AT)
    facts = published.season.facts(week, release_day(week))
    shown = {cell for cell, number in published.tables[AT].figures.items() if number is not None}
    for at, fact in enumerate(facts):
        for reason in REASONS if sum(fact.persons.values()) == 1 else ():
            other = [*facts[:at], replace(fact, reason=reason), *facts[at + 1 :]]
            twin = count_movements(other, gazetteer(week), week, operation="TEST")
            if fact.reason != reason and not shown & differing(published.counted[AT], twin):
                return twin
    raise AssertionError("no report of one person is hidden by its reason")


def differing(one: CountedWeek, other: CountedWeek) -> set[tuple[tuple[str, str], ...]]:
    """The cells that count otherwise."""
    return {
        identity(table.dimensions, key)
        for table, beside in zip(one.tables, other.tables, strict=True)
        for key in table.cells.keys() | beside.cells.keys()
        if table.count(key) != beside.count(key)
    }


@pytest.fixture(scope="module")
def twin(published: PublishedSeason) -> ProtectedPeriod:
    """The other week, protected for real."""
    return protect(twin_of(published), default_policy())


def test_what_hides_behind_the_same_numbers_changes_no_byte_and_no_time(
    published: PublishedSeason, twin: ProtectedPeriod, tmp_path: Path
) -> None:
    """The evidence, in which the hidden numbers stand, is that of the other week."""
    other = replace(published.protected[AT], proof=replace(published.protected[AT].proof, evidence=twin.proof.evidence))
    one, two = (
        write_whole_folder(week, (), tmp_path / name) for name, week in (("one", published.protected[AT]), ("two", other))
    )
    assert one.files == two.files
    assert set(one.times.values()) == set(two.times.values()) == {made_at(FIRST.plus(AT)).timestamp()}


def test_where_other_cells_are_hidden_nothing_else_differs(
    published: PublishedSeason, twin: ProtectedPeriod, tmp_path: Path
) -> None:
    one, two = (
        write_whole_folder(week, (), tmp_path / name) for name, week in (("one", published.protected[AT]), ("two", twin))
    )
    assert all(two.figures[cell] in {None, number} for cell, number in one.figures.items() if number is not None)
    assert list(ATTACKS["traces"]([one, two])) == []
    assert texts(one) == texts(two)
    assert one.times == two.times


def texts(release: Published) -> Mapping[str, str]:
    """The files of text without numbers, marks and hashes."""
    return {
        path: re.sub(r"[0-9a-f]{64}|\d+", "0", release.text(path))
        for path in release.paths("README.txt", "index.html", "datapackage.json", ".sha256")
    } | {path: re.sub(r",\d*,[PQ],[FC]", ",,,", release.text(path)) for path in release.paths(".csv")}


def test_the_headers_of_a_served_file_follow_from_what_is_published(
    published: PublishedSeason, database: Database, ring: KeyRing, tmp_path: Path
) -> None:
    """Built twice, served twice: length, ETag and Last-Modified are the same."""
    week, settings = FIRST.plus(AT), Settings(var=tmp_path)
    browser = TestClient(create_application(database, ring, settings, lambda _operation, _submission: None))
    folder = settings.releases / "TEST" / str(week)
    served = []
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)
        release = build_release(
            published.protected[AT], operation_names=OPERATION, places=gazetteer(week), folder=folder, made_at=made_at(week)
        )
        with database.transaction(Zone.RELEASE, operation="TEST") as session:
            publish_release(session, release)
        answers = [
            browser.get(f"/releases/TEST/{week}/{path.relative_to(folder).as_posix()}") for path in sorted(folder.rglob("*.*"))
        ]
        assert {answer.status_code for answer in answers} == {200}
        served.append([dict(answer.headers) | {"date": ""} for answer in answers])
    assert served[0] == served[1]
