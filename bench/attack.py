"""How fast is a release attacked and audited, and what is found? Time against cells.

Run: PYTHONPATH=. .venv/bin/python bench/attack.py [--districts N ...] [--seed N]    (prints a table, keeps nothing)

A table of origin x destination x reason, each place in a region of five districts; flows after Zipf, drawn towards near
places. Hidden is every cell of 1 to 4 persons, and at random one more cell in each of its sums: a release that a careless
hand would make. So there is much to find, and the time is that of the hard case. Processor time stands beside the wall
clock, as the machine may be shared; the last column is what a plain attack of every cell by itself would have to solve.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np

from anonymizer import TOTAL, Dimension, Policy
from anonymizer.attacker.attack import Attacker
from anonymizer.attacker.audit_release import audit
from anonymizer.dimension import flat_dimension
from anonymizer.published import PublishedTable

REASONS = (8, 4, 2.7, 2, 1.6)


@dataclass
class Clock:
    """Processor and wall seconds since it was made."""

    def __post_init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def __str__(self) -> str:
        return f"{time.process_time() - self.cpu:8.2f} s CPU {time.perf_counter() - self.wall:8.2f} s wall"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--districts", type=int, nargs="+", default=[10, 30])
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{'cells':>8} {'hidden':>8}   {'equations written':34} {'audited':34} {'too well known':>14} {'programs else':>14}")
    for districts in given.districts:
        table = careless_release(districts, np.random.default_rng(given.seed))
        hidden = sum(value is None for value in table.cells.values())
        clock = Clock()
        Attacker([table])
        written, clock = str(clock), Clock()
        verdict = audit([table], Policy())
        print(
            f"{len(table.cells):8} {hidden:8}   {written:34} {clock!s:34} {len(verdict.offences):14} {2 * hidden:14}",
            flush=True,
        )


def careless_release(districts: int, chance: np.random.Generator) -> PublishedTable:
    """A table whose small cells are hidden, each with one more cell in each of its sums."""
    parents = {TOTAL: None} | {f"R{at:02}": TOTAL for at in range(districts // 5)}
    parents |= {f"R{at // 5:02}D{at % 5}": f"R{at // 5:02}" for at in range(districts)}
    places = [Dimension(name, parents) for name in ("origin", "destination")]
    dimensions = (*places, flat_dimension("reason", [f"r{at}" for at in range(len(REASONS))]))
    counts = draw(districts, chance)
    for axis, dimension in enumerate(dimensions):
        counts = summed(counts, axis, dimension)
    hidden = (counts > 0) & (counts < Policy().threshold)
    for axis, dimension in enumerate(dimensions):
        hidden |= beside(hidden, axis, dimension, chance)
    keys = np.array(np.meshgrid(*(list(dimension.parents) for dimension in dimensions), indexing="ij")).reshape(3, -1).T
    values = zip(counts.ravel().tolist(), hidden.ravel().tolist(), strict=True)
    cells = {tuple(key): None if mark else count for key, (count, mark) in zip(keys.tolist(), values, strict=True)}
    return PublishedTable("flows", dimensions, cells)


def draw(districts: int, chance: np.random.Generator) -> np.ndarray:
    """Innermost counts: ten persons for each cell, very unevenly."""
    push, pull = (1 / (1 + chance.permutation(districts)) ** 1.05 for _ in "ab")
    at = chance.random((districts, 2))
    distance = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=-1))
    flows = push[:, None] * pull[None] / (0.1 + distance) ** 1.6
    reasons = chance.dirichlet(np.array(REASONS), size=districts)
    weights = (flows / flows.sum())[:, :, None] * reasons[:, None, :]
    return chance.multinomial(15 * weights.size, weights.ravel()).reshape(weights.shape)


def summed(counts: np.ndarray, axis: int, dimension: Dimension) -> np.ndarray:
    """The counts with every level of a dimension, from its innermost codes."""
    inner = [code for code in dimension.parents if code not in dimension.children]
    climbs = np.array([[code in dimension.climb(leaf) for leaf in inner] for code in dimension.parents], np.int64)
    return np.moveaxis(np.tensordot(climbs, counts, axes=(1, axis)), 0, axis)


def beside(hidden: np.ndarray, axis: int, dimension: Dimension, chance: np.random.Generator) -> np.ndarray:
    """One more cell for each sum along a dimension in which only one is hidden."""
    moved = np.moveaxis(hidden, axis, 0)
    more = np.zeros_like(moved)
    for parent, children in dimension.children.items():
        below = [dimension.positions[code] for code in (parent, *children)]
        lonely = np.nonzero(moved[below].sum(axis=0) == 1)
        more[(np.array(below)[chance.integers(1, len(below), len(lonely[0]))], *lonely)] = True
    return np.moveaxis(more, 0, axis)


if __name__ == "__main__":
    main()
