"""A season, published for real: every week's tables, whole folders around the split, and releases over time by the tool."""

import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from anonymizer import CountedTable, CountedWeek, Policy, ProtectedPeriod, default_policy, protect
from anonymizer.red_team import Published, open_release
from anonymizer.tool import Periods, protect_file
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_table
from core.periods.week import Week
from core.places import Place
from exports import build_release
from exports.describe_package import describe_package, dimensions_of, hierarchy_path, table_path
from exports.edition import make_edition
from exports.write_csv import write_csv, write_hierarchy
from exports.write_folder import write_folder
from tests.red_team.season import FIRST, SPLIT, WEEKS, Season, gazetteer, release_day, season_of

SEED = 1
OPERATION = {"en": "Marenda response", "fr": "Réponse Marenda", "ar": "الاستجابة في مارندا"}
WHOLE = range(SPLIT - 3, SPLIT + 3)
"""The weeks of which the whole folder is built: before and after the district is split."""


@dataclass(frozen=True)
class PublishedSeason:
    """What was counted, week by week, and what was published of it."""

    season: Season
    counted: Sequence[CountedWeek]
    protected: Sequence[ProtectedPeriod]
    tables: Sequence[Published]
    folders: Sequence[Published]


@dataclass(frozen=True)
class PublishedChain:
    """What was counted over some weeks with their months, and the releases over time, each with all before it."""

    counted: CountedTable
    releases: Sequence[Published]


def made_at(week: Week) -> datetime:
    """The moment at which a week's release is made."""
    return datetime.combine(release_day(week), time(9), UTC)


def write_tables(
    now: ProtectedPeriod, folder: Path, places: Sequence[Place] | None = None, made: datetime | None = None
) -> Published:
    """The tables of a release without its report: the same files as in its whole folder."""
    places, made = places or gazetteer(now.period), made or made_at(now.period)
    edition = make_edition(now, (), operation_names=OPERATION, places=places, contact="", made_at=made)
    files = {table_path(table.name): write_csv(edition, table) for table in now.tables}
    files |= {hierarchy_path(name): write_hierarchy(edition, each) for name, each in dimensions_of(edition).items()}
    write_folder(files | {"datapackage.json": describe_package(edition, files)}, folder)
    return open_release(folder)


def write_whole_folder(week: ProtectedPeriod, history: Sequence[ProtectedPeriod], folder: Path) -> Published:
    """A week's release as it is published."""
    places, made = gazetteer(week.period), made_at(week.period)
    return open_release(
        build_release(week, history, operation_names=OPERATION, places=places, folder=folder, made_at=made).folder
    )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedSeason:
    """52 weeks."""
    root = tmp_path_factory.mktemp("season")
    season = season_of(SEED)
    counted = [season.counted(FIRST.plus(at)) for at in range(WEEKS)]
    protected = [protect(week, default_policy()) for week in counted]
    tables = [write_tables(week, root / "tables" / str(week.period)) for week in protected]
    folders = [
        write_whole_folder(protected[at], protected[WHOLE.start : at], root / "folders" / str(protected[at].period))
        for at in WHOLE
    ]
    return PublishedSeason(season, counted, protected, tables, folders)


@pytest.fixture(scope="session", params=["every week, before the split", "every month, after it"])
def chain(
    request: pytest.FixtureRequest, published: PublishedSeason, tmp_path_factory: pytest.TempPathFactory
) -> PublishedChain:
    """Arrivals by district and reason over half a year, with months: each release has what is over, and all before it."""
    weeks, every = (published.counted[:SPLIT], 1) if "before" in request.param else (published.counted[SPLIT:], 4)
    return release_over_time(weeks, tmp_path_factory.mktemp("chain"), every=every)


def release_over_time(weeks: Sequence[CountedWeek], root: Path, *, every: int) -> PublishedChain:
    """Protect a table of some weeks as the tool does for an office that releases every so many weeks."""
    hierarchies = {"time": root / "time.csv", "destination": root / "destination.csv"}
    write_csv_file(hierarchies["time"], ["code", "parent"], [["all", ""], ["H", "all"], *_months(weeks), *_weeks(weeks)])
    destination = next(each for each in weeks[0].tables[0].dimensions if each.name == "destination")
    write_csv_file(
        hierarchies["destination"], ["code", "parent"], [[code, parent or ""] for code, parent in destination.parents.items()]
    )
    rows: list[list[object]] = []
    folders: list[Path] = []
    for at, week in enumerate(weeks):
        rows += arrivals_of(week)
        if (at + 1) % every and week is not weeks[-1]:
            continue
        write_csv_file(root / "arrivals.csv", ["time", "destination", "reason", "persons", "reports"], rows)
        folders.append(root / f"{at:02}")
        protect_file(
            root / "arrivals.csv",
            folders[-1],
            Policy(),
            hierarchies=hierarchies,
            count="persons",
            contributors="reports",
            periods=Periods("time", [str(each.week) for each in weeks[: at + 1]], folders[-2] if len(folders) > 1 else None),
        )
    read = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    counted = read_table(root / "arrivals.csv", read, count="persons", contributors="reports")
    return PublishedChain(counted, [open_release(folder) for folder in folders])


def write_csv_file(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def _months(weeks: Sequence[CountedWeek]) -> list[list[object]]:
    return [[f"M{at // 4:02}", "H"] for at in range(0, len(weeks), 4)]


def _weeks(weeks: Sequence[CountedWeek]) -> list[list[object]]:
    return [[str(week.week), f"M{at // 4:02}"] for at, week in enumerate(weeks)]


def arrivals_of(week: CountedWeek) -> list[list[object]]:
    """Arrivals by district and reason, with the reports that they come from; a row of none where nobody came."""
    movements = week.tables[0]
    inner = [code for code in movements.dimensions[1].parents if code not in movements.dimensions[1].children]
    reasons = [code for code in movements.dimensions[2].parents if code != "_T"]
    counts = {(place, reason): movements.count(("_T", place, reason)) for place in inner for reason in reasons}
    return [[str(week.week), place, reason, count.persons, count.reports] for (place, reason), count in counts.items()]


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Published], Path]:
    """Copies a release into a folder of its own, of the same name, to plant a leak in it."""

    def copied(release: Published) -> Path:
        return Path(shutil.copytree(release.folder, tmp_path / "planted" / release.name))

    return copied
