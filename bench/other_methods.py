"""What do noise by cell keys, a privacy budget and coarse records cost in time, and how far are their numbers off?

Run: PYTHONPATH=. .venv/bin/python bench/other_methods.py [--tables s1k s10k ...] [--seed N]

The tables of bench/protect_tables.py, a record for each person. Printed are the processor time and, level by level, the mean
absolute error: of all cells with noise by cell keys (least 5, variance 8), and of one level at a time asked of a privacy budget
with the whole of epsilon = 1 at delta = 1e-6. Suppression is beside them: the share of persons in cells that it hides at that
level. Of coarse records (k = 5) the depth of each column, and the share of the detail that is given up.
"""

import argparse
import platform
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from anonymizer import Policy, protect_tables
from anonymizer.cell_keys import Noise, Secret, perturb
from anonymizer.counted_week import CountedTable
from anonymizer.differential_privacy import Question, measure, read_level, rho_of, state_budget
from anonymizer.dimension import Dimension
from anonymizer.loss import losses
from anonymizer.microdata import Rules, anonymise
from anonymizer.records import Records
from anonymizer.register import begin_register
from bench.protect_tables import TABLES, draw_table

SECRET = Secret(Noise(12, 8.0, 5), b"bench" * 7, b"bench" * 7, b"bench" * 7)
POLICY = Policy(contributors=1)
WEEK = Dimension("week", {"_T": None, "W1": "_T"})
LEVELS = (
    "total",
    "origin:1",
    "origin",
    "origin,reason",
    "origin:1,destination:1",
    "origin,destination",
    "origin,destination,reason",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", nargs="+", choices=list(TABLES), default=["s1k", "s10k"])
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for name in given.tables:
        table = draw_table(*TABLES[name], np.random.default_rng(given.seed))
        compare(name, table, records_of(table))


def compare(name: str, table: CountedTable, records: Records) -> None:
    with timed(f"{name}: suppression"):
        protected = protect_tables([table], POLICY)
    hidden = {loss.level: loss.share for loss in losses([table], protected.tables, POLICY)}
    with timed(f"{name}: cell keys"):
        noisy = perturb(records, SECRET)
    with timed(f"{name}: coarse records, k = 5"):
        coarse = anonymise(records, Rules(5, ("origin", "destination", "reason")), most_hidden=0.05)
    print(f"  depths {coarse.depths}, {coarse.loss:.1%} given up")
    rho = rho_of(1.0)
    dated = Records(
        records.name,
        (*records.dimensions, WEEK),
        (*records.places, np.ones_like(records.whose)),
        records.ids,
        records.whose,
    )
    print(f"  {'level':28}{'cells':>8}{'persons a cell':>16}{'hidden':>9}{'cell keys':>11}{'budget':>9}")
    for text in LEVELS:
        level = read_level(text, table.dimensions)
        truth = np.array([table.count(key).persons for key in level.keys])
        keyed = np.array([noisy.cells[key] for key in level.keys], float)
        private = ask(dated, text, rho)
        share = hidden[level.depths]
        print(
            f"  {text:28}{level.size:8,}{truth.mean():16.1f}{share:9.1%}{np.abs(keyed - truth).mean():11.2f}"
            f"{np.abs(private - truth).mean():9.2f}"
        )


def ask(records: Records, text: str, rho: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """One level with the whole budget, from a ledger of its own."""
    with tempfile.TemporaryDirectory() as folder:
        register = begin_register(Path(folder) / "register")
        state_budget(register, "bench", rho, 1)
        question = Question("bench", "week", ("W1",), (read_level(text, records.dimensions),))
        return np.array(measure(records, register, question, rho, SECRET.for_clipping).numbers[0], float)


def records_of(table: CountedTable) -> Records:
    """A record for each person of the innermost cells."""
    inner = [
        (key, count.persons)
        for key, count in table.cells.items()
        if not any(code in each.children for each, code in zip(table.dimensions, key, strict=True))
    ]
    numbers = [count for _, count in inner]
    places = tuple(
        np.repeat([each.positions[key[axis]] for key, _ in inner], numbers).astype(np.int64)
        for axis, each in enumerate(table.dimensions)
    )
    whole = sum(numbers)
    return Records(table.name, table.dimensions, places, [f"person {at}" for at in range(whole)], np.arange(whole))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print the processor time of a block, children included."""
    before = _processor()
    start = time.perf_counter()
    yield
    print(f"{what}: {_processor() - before:.1f} s of processor time ({time.perf_counter() - start:.1f} s)")


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
