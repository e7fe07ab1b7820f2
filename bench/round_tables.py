"""How fast are tables of 1,000 to 50,000 cells rounded, how much is changed, and what does an attacker find?

Run: PYTHONPATH=. .venv/bin/python bench/round_tables.py [--tables s1k s10k ...] [--bases 3 5 10] [--seeds N]

The tables of bench/protect_tables.py; the threshold is the base. Printed are the wall clock and the processor time of rounding
with its proof, and of the audit from the published table alone; the sum of all changes without signs (beside the least that
there can be: every number at its nearest multiple); the cells that had to go beyond the next multiple, and how far the
furthest; and how right rounding is on the average: of the numbers that leave the same rest when divided by the base, the share
that went up, less the share that should (rest / base), where the two differ most.
"""

import argparse
import platform

import numpy as np
from protect_tables import TABLES, draw_table, timed

from anonymizer import Policy, audit
from anonymizer.counted_week import CountedTable
from anonymizer.published import RoundedTable
from anonymizer.rounding import round_table


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", nargs="+", choices=list(TABLES), default=["s1k", "s10k"])
    arguments.add_argument("--bases", nargs="+", type=int, default=[3, 5, 10])
    arguments.add_argument("--seeds", type=int, default=1)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for name in given.tables:
        table = draw_table(*TABLES[name], np.random.default_rng(1))
        for base in given.bases:
            for seed in range(given.seeds):
                measure(name, table, base, f"the secret of number {seed}".encode())


def measure(name: str, table: CountedTable, base: int, secret: bytes) -> None:
    policy = Policy(threshold=base, contributors=1)
    with timed(f"{name}, base {base}: rounded and proven"):
        [rounded] = round_table(table, policy, base=base, secret=secret).tables
    with timed("    audited from the published table alone"):
        found = audit([rounded], policy)
    tell(table, rounded, base)
    print(f"    {len(found.offences)} cells known too well, the narrowest interval {found.narrowest}")


def tell(table: CountedTable, rounded: RoundedTable, base: int) -> None:
    true = np.array([table.count(key).persons for key in rounded.cells])
    change = np.array([number or 0 for number in rounded.cells.values()]) - true
    nearest = np.minimum(true % base, -true % base).sum()
    off = [np.mean(change[true % base == rest] > 0) - rest / base for rest in range(1, base)]
    most = max(off, key=abs)
    print(f"    changed by {np.abs(change).sum():,} in all (nearest multiples: {nearest:,}); went up {most:+.3f} too often")
    beyond = np.abs(change) >= base
    print(f"    {beyond.sum():,} of {len(true):,} cells beyond the next multiple, the furthest by {np.abs(change).max()}")


if __name__ == "__main__":
    main()
