"""How fast are 64 linked tables of five variables protected and proven, and what does an attacker of all of them find?

Run: PYTHONPATH=. .venv/bin/python bench/linked_tables.py [--records N] [--seed N] [--search-only]

The variables are those of border statistics in the way of SIEMMES: movement (4 kinds), sex (2), age (10 bands in 4 groups),
border point (40 in 8 regions) and nationality (60 in 6 regions of the world). The tables: every choice of one to three
variables, each of the last three at either of its levels, but age by border by nationality at their upper levels only.
Every record is one person; the mix of border points is another one for every nationality. Threshold 5, no rule of
contributors. Printed are the wall clock and the processor time of the search alone, of protection with its proof, and of
the audit of all published tables together, and of how many unsafe cells the attacker's interval does not cover 1 to 4.
"""

import argparse
import platform
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from anonymizer import TOTAL, Dimension, Policy, audit, protect_tables
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.suppression import build_system, suppress
from bench.protect_tables import timed

POLICY = Policy(contributors=1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--search-only", action="store_true", help="Neither proof nor attack.")
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    with timed(f"{given.records:,} records drawn and counted"):
        tables = draw_tables(given.records, np.random.default_rng(given.seed))
    with timed("    one system written"):
        system = build_system(tables)
    shown = sum(len(list(product(*(along.parents for along in table.dimensions)))) for table in tables)
    print(f"{len(tables)} tables of {shown:,} cells, {system.size:,} of them distinct, in {len(system.tables)} widest tables")
    if given.search_only:
        with timed("    searched"):
            found = suppress(system, POLICY)
        print(f"    {np.sum(found.unsafe):,} unsafe, {np.sum(found.hidden & ~found.unsafe):,} beside them")
        return
    with timed("    protected and proven"):
        done = protect_tables(tables, POLICY)
    with timed("    audited from all published tables together"):
        found = audit(done.tables, POLICY)
    wanted = {
        identity(table.dimensions, key): POLICY.required_interval(count)
        for table in tables
        for key, count in table.cells.items()
        if POLICY.is_unsafe(count)
    }
    with timed("    every unsafe cell asked for, from the published tables alone"):
        short = Attacker(done.tables).out_of_reach(wanted)
    evidence = done.proof.evidence
    assert evidence is not None
    print(f"    {evidence.unsafe:,} unsafe, {evidence.complementary:,} distinct cells beside them")
    print(f"    {found.suppressed:,} suppressed in all tables, {len(found.offences)} of them known too well")
    print(f"    {len(wanted):,} unsafe, {len(short)} with an interval that does not cover 1 to 4")


def draw_tables(records: int, chance: np.random.Generator) -> list[CountedTable]:
    dimensions, codes = draw_records(records, chance)
    tables = []
    for count in (1, 2, 3):
        for chosen in combinations(dimensions, count):
            for levels in product(*(range(1, 1 + depth(dimension)) for dimension in chosen)):
                grouped = [level for dimension, level in zip(chosen, levels, strict=True) if depth(dimension) > 1]
                if len(grouped) < 3 or set(grouped) == {1}:
                    along = [dimension.upto(level) for dimension, level in zip(chosen, levels, strict=True)]
                    tables.append(count_table(along, [codes[dimension.name] for dimension in chosen]))
    return tables


def draw_records(records: int, chance: np.random.Generator) -> tuple[list[Dimension], dict[str, NDArray[np.str_]]]:
    ages = grouped("age", (3, 2, 3, 2))
    points = grouped("border", (7, 6, 6, 5, 5, 4, 4, 3))
    nations = grouped("nationality", (16, 13, 11, 9, 7, 4))
    movement = flat_dimension("movement", ["arrival", "departure", "transit", "refusal"])
    sex = flat_dimension("sex", ["female", "male"])
    nation = chance.choice(60, records, p=zipf(60, chance))
    pulled = np.array([np.roll(zipf(40, chance), shift) for shift in chance.integers(0, 40, 60)])
    point = np.array(
        [np.searchsorted(row, at) for row, at in zip(pulled.cumsum(1)[nation], chance.random(records), strict=True)]
    )
    drawn = {
        "movement": chance.choice(4, records, p=(0.55, 0.3, 0.13, 0.02)),
        "sex": (chance.random(records) < 0.35 + 0.3 * chance.random(60)[nation]).astype(int),
        "age": np.minimum(9, chance.gamma(3, 1, records).astype(int)),
        "border": np.minimum(point, 39),
        "nationality": nation,
    }
    dimensions = [movement, sex, ages, points, nations]
    return dimensions, {each.name: np.array(innermost(each))[drawn[each.name]] for each in dimensions}


def count_table(dimensions: Sequence[Dimension], codes: Sequence[NDArray[np.str_]]) -> CountedTable:
    name = "_".join(f"{each.name}{depth(each)}" for each in dimensions)
    places, grids = [], []
    for each, column in zip(dimensions, codes, strict=True):
        distinct, rows = np.unique(column, return_inverse=True)
        places.append(np.array([innermost(each).index(upper(each, str(code))) for code in distinct])[rows])
        grids.append(np.array([[code in each.climb(inner) for inner in innermost(each)] for code in each.parents], np.int64))
    shape = tuple(grid.shape[1] for grid in grids)
    counts = np.bincount(np.ravel_multi_index(tuple(places), shape), minlength=int(np.prod(shape))).reshape(shape)
    for axis, grid in enumerate(grids):
        counts = np.moveaxis(np.tensordot(grid, counts, (1, axis)), 0, axis)
    keys = product(*(each.parents for each in dimensions))
    cells = {key: Count(persons, persons) for key, persons in zip(keys, counts.ravel().tolist(), strict=True) if persons}
    return CountedTable(name, tuple(dimensions), cells)


def grouped(name: str, sizes: Sequence[int]) -> Dimension:
    parents: dict[str, str | None] = {TOTAL: None}
    for group, size in enumerate(sizes):
        parents |= {f"{name[0]}{group}": TOTAL} | {f"{name[0]}{group}.{at:02}": f"{name[0]}{group}" for at in range(size)}
    return Dimension(name, parents)


def upper(dimension: Dimension, code: str) -> str:
    """A code as far down as a coarser form of its dimension has it."""
    return code if code in dimension.parents else code.partition(".")[0]


def innermost(dimension: Dimension) -> list[str]:
    return [code for code in dimension.parents if code not in dimension.children]


def depth(dimension: Dimension) -> int:
    return max(len(dimension.climb(code)) for code in dimension.parents) - 1


def zipf(count: int, chance: np.random.Generator) -> NDArray[np.float64]:
    weights = 1 / (1 + chance.permutation(count)) ** 1.05
    return weights / weights.sum()


if __name__ == "__main__":
    main()
