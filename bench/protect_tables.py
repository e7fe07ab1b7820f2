"""How fast are tables of 1,000 to 250,000 cells protected, what do they lose, and what does an attacker find?

Run: PYTHONPATH=. .venv/bin/python bench/protect_tables.py [--tables s1k s10k ...] [--seed N] [--processes N]

Persons by origin, destination (districts in regions) and five reasons: flows after Zipf, drawn towards near places, the mix
of reasons another one in every origin; every record is one person. Threshold 5, no rule of contributors. Printed are the wall
clock and the processor time of the search alone and of protection with its proof, and the loss: safe cells that are not
zero, zeros, and persons, suppressed beside the unsafe cells. Then the attacker of the published tables: how many suppressed
cells are known too well, and of how many unsafe cells the interval does not cover 1 to 4.
"""

import argparse
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from anonymizer import TOTAL, Dimension, Policy, audit, protect_tables
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.suppression import build_system, suppress

POLICY = Policy(contributors=1)
REASONS = {"conflict": 8.0, "flood": 4.0, "drought": 2.7, "eviction": 2.0, "other": 1.6}
TABLES = {
    "s1k": (3, 9, 3_000),
    "s10k": (8, 32, 100_000),
    "s50k": (15, 75, 500_000),
    "s71k": (18, 90, 500_000),
    "s250k": (29, 174, 1_500_000),
}
"""Regions, districts and records of each table."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", nargs="+", choices=list(TABLES), default=["s1k", "s10k"])
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--processes", type=int, default=0)
    arguments.add_argument("--search-only", action="store_true", help="Neither proof nor attack.")
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for name in given.tables:
        table = draw_table(*TABLES[name], np.random.default_rng(given.seed))
        search(name, table, given.processes)
        if not given.search_only:
            prove_and_attack(table)


def search(name: str, table: CountedTable, processes: int) -> None:
    system = build_system([table])
    with timed(f"{name}: {system.size:,} cells, search"):
        found = suppress(system, POLICY, processes=processes)
    beside = found.hidden & ~found.unsafe
    lost = f"{np.sum(beside & (system.persons > 0)):,} cells and {np.sum(beside & (system.persons == 0)):,} zeros beside them"
    persons = np.sum(system.persons[found.hidden & (system.height == 0)]) / np.sum(system.persons[system.height == 0])
    print(f"    {np.sum(found.unsafe):,} unsafe; {lost}; {persons:.1%} of the persons of innermost cells")


def prove_and_attack(table: CountedTable) -> None:
    with timed("    protected and proven"):
        done = protect_tables([table], POLICY)
    with timed("    audited from the published table alone"):
        found = audit(done.tables, POLICY)
    wanted = {
        identity(table.dimensions, key): POLICY.required_interval(count)
        for key, count in table.cells.items()
        if POLICY.is_unsafe(count)
    }
    with timed("    every unsafe cell asked for, from the published table alone"):
        short = Attacker(done.tables).out_of_reach(wanted)
    print(f"    {found.suppressed:,} suppressed, {len(found.offences)} of them known too well")
    print(f"    {len(wanted):,} unsafe, {len(short)} with an interval that does not cover 1 to 4")


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, before = time.perf_counter(), processor()
    yield
    spent = f"{time.perf_counter() - wall:.1f} s, {processor() - before:.1f} s of processor time"
    print(f"{what}: {spent}; memory so far {memory():.2f} GB", flush=True)


def processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def memory() -> float:
    """The most that this process and the largest of its children ever held at once, added: an upper bound for two processes."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 2**20


def draw_table(
    regions: int, districts: int, records: int, chance: np.random.Generator, places: np.random.Generator | None = None
) -> CountedTable:
    """A table by `chance`; the rates of its flows are drawn from `places`, where several tables are to have the same."""
    region_of = np.repeat(np.arange(regions), [districts // regions + (at < districts % regions) for at in range(regions)])
    parents: dict[str, str | None] = {TOTAL: None} | {f"R{region:02}": TOTAL for region in range(regions)}
    parents |= {f"R{region:02}D{at:03}": f"R{region:02}" for at, region in enumerate(region_of.tolist())}
    innermost = draw_counts(districts, records, chance, places or chance)
    within = np.zeros((len(parents), districts), np.int64)
    within[0] = 1
    within[1 + region_of, np.arange(districts)] = 1
    within[1 + regions + np.arange(districts), np.arange(districts)] = 1
    reasons = np.vstack([np.ones((1, len(REASONS)), np.int64), np.eye(len(REASONS), dtype=np.int64)])
    counts = np.einsum("ai,bj,ck,ijk->abc", within, within, reasons, innermost, optimize=True)
    dimensions = (Dimension("origin", parents), Dimension("destination", parents), flat_dimension("reason", REASONS))
    codes = [list(dimension.parents) for dimension in dimensions]
    cells: dict[tuple[str, ...], Count] = {}
    for i, j, k in zip(*(at.tolist() for at in np.nonzero(counts)), strict=True):
        persons = int(counts[i, j, k])
        cells[codes[0][i], codes[1][j], codes[2][k]] = Count(persons, persons)
    return CountedTable("flows", dimensions, cells)


def draw_counts(districts: int, records: int, chance: np.random.Generator, places: np.random.Generator) -> NDArray[np.int64]:
    push, pull = (1 / (1 + places.permutation(districts)) ** 1.05 for _ in range(2))
    at = places.random((districts, 2))
    distance = np.sqrt(np.sum((at[:, None] - at[None]) ** 2, axis=2))
    flow = push[:, None] * pull[None] / (0.1 + distance) ** 1.6
    weights = np.array(list(REASONS.values()))
    mix = places.dirichlet(weights / weights.sum() * 20, size=districts)
    share = (flow / flow.sum())[:, :, None] * mix[:, None, :]
    return chance.multinomial(records, share.ravel()).reshape(share.shape)


if __name__ == "__main__":
    main()
