"""What does each rule of a policy hide beside the threshold alone, and what does the search for it cost?

Run: PYTHONPATH=. .venv/bin/python bench/policies.py [--tables s1k s10k] [--seed N]

The tables of `protect_tables.py`, threshold 5, no rule of contributors; every line adds one rule. Printed are the unsafe cells,
the safe ones and the zeros hidden beside them, the rests that are guarded, the persons of innermost cells that are hidden, and
the processor time of the search, in one process.
"""

import argparse
import platform
import sys
import time
from pathlib import Path

import numpy as np

from anonymizer import Policy
from anonymizer.counted_week import CountedTable
from anonymizer.errors import ProtectionImpossible
from anonymizer.policy import Selection, Sensitive
from anonymizer.primary import primary_of
from anonymizer.suppression import build_system, suppress

sys.path.insert(0, str(Path(__file__).parent))
from protect_tables import TABLES, draw_table

CONFLICT, ANY_REASON = Selection((("reason", ("conflict",)),)), Selection((("reason", ()),))
POLICIES = {
    "the threshold alone": Policy(contributors=1),
    "interval 1 to 3": Policy(contributors=1, interval=(1, 3)),
    "presence": Policy(contributors=1, presence=True),
    "complements": Policy(contributors=1, complements=True),
    "group, of one reason": Policy(contributors=1, sensitive=(Sensitive(CONFLICT, group=True),)),
    "group, of every reason": Policy(contributors=1, sensitive=(Sensitive(ANY_REASON, group=True),)),
    "threshold 11 for one reason": Policy(contributors=1, sensitive=(Sensitive(CONFLICT, threshold=11),)),
    "threshold 11 for all": Policy(contributors=1, threshold=11),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", nargs="+", choices=list(TABLES), default=["s1k", "s10k"])
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    print("table | rule | unsafe | beside | zeros | rests | persons hidden | processor time")
    for name in given.tables:
        table = draw_table(*TABLES[name], np.random.default_rng(given.seed))
        for rule, policy in POLICIES.items():
            print(f"{name} | {rule} | {tried(table, policy)}", flush=True)


def tried(table: CountedTable, policy: Policy) -> str:
    system = build_system([table])
    start = time.process_time()
    try:
        found = suppress(system, policy, processes=1)
    except ProtectionImpossible as problem:
        return problem.what
    took = time.process_time() - start
    beside, inner = found.hidden & ~found.unsafe, system.height == 0
    cells, zeros = (int(np.sum(beside & some)) for some in (system.persons > 0, system.persons == 0))
    rests = sum(1 for primary in primary_of([table], policy) for _ in primary.rests())
    persons = np.sum(system.persons[found.hidden & inner]) / np.sum(system.persons[inner])
    return f"{np.sum(found.unsafe):,} | {cells:,} | {zeros:,} | {rests:,} | {persons:.1%} | {took:.1f} s"


if __name__ == "__main__":
    main()
