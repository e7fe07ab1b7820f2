"""Leaks that need arithmetic, planted in published releases: what an attack works out is what the season holds in truth."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from anonymizer import CountedTable, default_policy, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.published import Identity
from anonymizer.red_team import ATTACKS, WITH_KNOWLEDGE, Finding, Published, open_release
from anonymizer.red_team.ratios import counts_of
from anonymizer.tool import protect_file
from anonymizer.tool.read_table import read_table
from anonymizer.weeks import count_movements
from tests.red_team.conftest import PublishedChain, PublishedSeason, arrivals_of, write_csv_file, write_tables
from tests.red_team.planting import Row, numbers_shown, rewrite, rewrite_rows
from tests.red_team.season import FIRST, SPLIT, gazetteer, release_day
from tests.red_team.test_season import alone, required

Copy = Callable[[Published], Path]
POLICY = default_policy()
AT = SPLIT + 1


def truth_of(counted: CountedTable) -> dict[Identity, int]:
    """What was counted, by what each cell is."""
    return {identity(counted.dimensions, key): count.persons for key, count in counted.cells.items()}


def are_true(findings: list[Finding], truth: Mapping[Identity, int]) -> bool:
    """Whether something was found, and all that was found of single cells is so."""
    told = [finding for finding in findings if finding.cell is not None and finding.interval is not None]
    return bool(told) and all(
        finding.interval.low <= truth.get(finding.cell, 0) <= (finding.interval.high or 10**6)
        for finding in told
        if finding.interval and finding.cell
    )


def of_week(published: PublishedSeason, at: int) -> dict[Identity, int]:
    return {cell: number for table in published.counted[at].tables for cell, number in truth_of(table).items()}


def beside_unsafe(published: PublishedSeason, at: int) -> Iterator[dict[Identity, int]]:
    """Cells hidden for the sake of others, one at a time, whose number would give an unsafe one of few persons away exactly."""
    tables, counted = published.tables[at].tables, published.counted[at]
    small = {cell: ends for cell, ends in required(counted.tables).items() if ends[1] < POLICY.threshold}
    truth = of_week(published, at)
    for cell, number in published.tables[at].figures.items():
        if number is None and cell not in required(counted.tables):
            known = {cell: truth.get(cell, 0)}
            attacker = Attacker(tables, known=known)
            if any(len(set(attacker.interval(other))) == 1 for other in attacker.out_of_reach(small)):
                yield known


def show(release: Published, folder: Path, numbers: Mapping[Identity, int]) -> Published:
    """The release with some cells shown, wherever they stand."""
    for sheet in release.sheets:
        told = {
            key: number for key in sheet.every_key() if (number := numbers.get(identity(sheet.dimensions, key))) is not None
        }
        rewrite_rows(folder, sheet.name, numbers_shown(told, ("P" if release.period else "A", "F")))
    return open_release(folder)


def test_one_cell_less_hidden_is_found_every_time(published: PublishedSeason, copy_of: Copy) -> None:
    """Attack 1 on one release, and attack 6: the number may as well be published by somebody else."""
    week = published.tables[AT]
    given_away = [known for _, known in zip(range(2), beside_unsafe(published, AT), strict=False)]
    assert len(given_away) == 2
    truth, folder = of_week(published, AT), copy_of(week)
    for known in given_away:
        assert are_true(list(WITH_KNOWLEDGE["outside totals"]([week], known)), truth)
    assert are_true(list(ATTACKS["differencing"]([show(week, folder, given_away[0])])), truth)


def test_a_week_released_again_with_what_came_late_is_found(published: PublishedSeason, tmp_path: Path) -> None:
    """Each of the two was protected by itself, for real; their difference is who came late, was corrected or was erased."""
    week = FIRST.plus(AT)
    late = count_movements(
        published.season.facts(week, release_day(week).replace(year=2028)), gazetteer(week), week, operation="TEST"
    )
    again = write_tables(protect(late, POLICY), tmp_path / "again")
    assert any("contradict" in finding.tells for finding in ATTACKS["differencing"]([published.tables[AT], again]))


def test_a_hidden_figure_in_the_report_of_the_week_after_is_found(published: PublishedSeason, copy_of: Copy) -> None:
    truth = of_week(published, AT)[(("destination", "XM0201"),)]
    folder = copy_of(published.folders[5])
    rewrite(folder / "report.en.html", r'(.*<th scope="row">Corvo</th><td>.*?</td>)<td>.*?</td>', rf"\1<td>{truth}</td>")
    findings = list(ATTACKS["differencing"]([published.folders[4], open_release(folder)]))
    assert any(finding.cell == (("destination", "XM0201"),) and finding.release == folder.name for finding in findings)


def test_a_total_that_runs_is_found(chain: PublishedChain, copy_of: Copy) -> None:
    """The totals so far, published every week though a week in them is hidden: their differences are the weeks."""
    sheet = chain.releases[1].sheets[0]
    weeks = [code for code in sheet.dimensions[0].parents if code not in sheet.dimensions[0].children]
    running = {
        key: sum(chain.counted.count((week, *key[1:])).persons for week in weeks)
        for key in sheet.every_key()
        if key[0] == "_T" and sheet.table.cells[key] is None
    }
    folder = copy_of(chain.releases[1])
    rewrite_rows(folder, sheet.name, numbers_shown(running, ("A", "F")))
    findings = list(ATTACKS["differencing"]([chain.releases[0], open_release(folder), *chain.releases[2:]]))
    assert are_true(findings, truth_of(chain.counted))


def test_a_district_that_was_split_beside_its_halves_is_found(published: PublishedSeason, tmp_path: Path) -> None:
    """Weeks after the split by the old boundaries too: each of the two was protected by itself, for real."""
    learned = 0
    for at in range(SPLIT, SPLIT + 6):
        week = FIRST.plus(at)
        facts = [
            replace(fact, origin=whole(fact.origin), destination=whole(fact.destination))
            for fact in published.season.facts(week, release_day(week))
        ]
        counted = count_movements(facts, gazetteer(FIRST), week, operation="TEST")
        other = write_tables(protect(counted, POLICY), tmp_path / f"{at}", gazetteer(FIRST))
        findings = list(ATTACKS["overlaps"]([published.tables[at], other]))
        learned += len(findings)
        truth = {cell: number for table in counted.tables for cell, number in truth_of(table).items()}
        assert not findings or are_true(findings, truth | of_week(published, at))
    assert learned


def whole(code: str) -> str:
    """The district that a district was part of before the split."""
    return "XM0202" if code in {"XM0203", "XM0204"} else code


def test_bands_of_ages_that_overlap_are_found(tmp_path: Path) -> None:
    """Two releases that hide nothing, and need not: between their bands lies a strip of two persons."""
    bands = {"one": {"0-4": 10, "5-11": 20, "12-17": 30}, "other": {"0-5": 12, "6-11": 18, "12-17": 30}}
    releases = []
    for name, counts in bands.items():
        table = tmp_path / name / "ages.csv"
        table.parent.mkdir()
        write_csv_file(table, ["age", "persons"], [[age, number] for age, number in counts.items()])
        protect_file(table, tmp_path / name / "release", POLICY, hierarchies={}, count="persons")
        releases.append(open_release(tmp_path / name / "release"))
    findings = list(ATTACKS["overlaps"](releases))
    assert (("age", "5-5"),) in {finding.cell for finding in findings if finding.interval == (2, 2)}


def test_whoever_is_alone_in_a_cell_is_one_to_reckon_with(published: PublishedSeason) -> None:
    """Attack 3, by one contributor and by two who put their heads together."""
    week, truth = published.tables[AT], of_week(published, AT)
    (_, one), (_, other), *_ = alone(published, AT)
    together = list(WITH_KNOWLEDGE["collusion"]([week], one | other))
    assert are_true(together, truth)
    assert {finding.cell for finding in together}.isdisjoint(one | other)


def test_zeros_that_are_always_printed_are_found(published: PublishedSeason, tmp_path: Path) -> None:
    """The same weeks as somebody would publish them who hides no zero."""
    weeks = []
    for at in range(20):
        bare = published.protected[at]
        truth = of_week(published, at)
        folder = tmp_path / str(bare.period)
        write_tables(bare, folder)
        zeros = {cell: 0 for cell, number in published.tables[at].figures.items() if number is None and not truth.get(cell)}
        weeks.append(show(published.tables[at], folder, zeros))
    findings = list(ATTACKS["zeros"](weeks))
    told = {finding.release for finding in findings}
    assert len(told) > 15
    for at, week in enumerate(weeks):
        of_it = [finding for finding in findings if finding.release == week.name]
        assert week.name not in told or are_true(of_it, of_week(published, at))


def test_a_row_all_in_one_category_is_found(published: PublishedSeason, copy_of: Copy) -> None:
    week = published.tables[AT]
    total = week.figures[(("destination", "XM0101"), ("origin", "XM0101"))] or 40
    row = {(("destination", "XM0101"), ("origin", "XM0101")): total}
    every = {(*key, ("reason", "flood")): number for key, number in row.items()}
    findings = list(ATTACKS["groups"]([show(week, copy_of(week), row | every)]))
    assert [finding.cell for finding in findings] == list(every)


def test_a_share_leaves_only_a_few_counts(published: PublishedSeason, copy_of: Copy) -> None:
    """Attack 7 in numbers: one decimal of a percentage of some two hundred gives the count away."""
    week, truth = published.tables[AT], of_week(published, AT)
    cell = (("destination", "XM0201"),)
    share, whole_week = truth[cell] / truth[()], truth[()]
    assert counts_of(f"{share:.1%}", whole_week) == [truth[cell]]

    def printed(rows: list[Row]) -> list[Row]:
        return [
            row | {"share": f"{truth.get(cell, 0) / whole_week:.1%}" if row["destination"] == "XM0201" else ""} for row in rows
        ]

    folder = copy_of(week)
    rewrite_rows(folder, "arrivals", printed)
    assert (truth[cell],) * 2 in [
        finding.interval for finding in ATTACKS["ratios"]([open_release(folder)]) if finding.cell == cell
    ]


def test_rounded_numbers_beside_exact_ones_are_found(published: PublishedSeason, copy_of: Copy, tmp_path: Path) -> None:
    """Attack 8: the same people once more, all of them, rounded to 3."""
    rows = [row[1:] for row in arrivals_of(published.counted[AT])]
    table, out = tmp_path / "arrivals.csv", tmp_path / "exact"
    write_csv_file(table, ["destination", "reason", "persons", "reports"], rows)
    protect_file(table, out, POLICY, hierarchies={}, count="persons", contributors="reports")
    truth = truth_of(read_table(table, {}, count="persons", contributors="reports"))
    exact = open_release(out)
    rounded = {cell: 3 * round(truth.get(cell, 0) / 3) for cell in exact.figures}
    findings = list(ATTACKS["rounding"]([exact, show(exact, copy_of(exact), rounded)]))
    assert are_true(findings, truth)
    widths = [
        finding.interval.high - finding.interval.low for finding in findings if finding.interval and finding.interval.high
    ]
    assert min(widths) < 2 * (3 - 1)  # what one rounded number leaves by itself


def test_noise_that_is_drawn_anew_is_found(published: PublishedSeason, tmp_path: Path) -> None:
    """Attack 8: the mean of thirty is the truth."""
    truth, chance, releases = of_week(published, AT), random.Random(7), []
    for at in range(30):
        folder = tmp_path / f"{at}"
        write_tables(published.protected[AT], folder)
        noisy = {
            cell: max(0, truth.get(cell, 0) + chance.choice((-2, -1, 0, 1, 2)))
            for cell in ((("destination", "XM0201"),), (("reason", "other"),))
        }
        releases.append(show(published.tables[AT], folder, noisy))
    findings = {finding.cell: finding.interval for finding in ATTACKS["rounding"](releases)}
    for cell in ((("destination", "XM0201"),), (("reason", "other"),)):
        low, high = findings[cell]
        assert high is not None
        assert low <= truth[cell] <= high <= low + 2
