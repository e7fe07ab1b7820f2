"""The same tables protected by us and by pytauargus (tau-ARGUS on HiGHS), one after the other, and what an attacker finds.

Run: PYTHONPATH=. .venv/bin/python bench/peer.py --peer-python PYTHON [--tables s1k s10k] [--seed N]

PYTHON is an interpreter that has pytauargus and pandas, an environment of its own (`pip install pytauargus pandas`): neither is
a dependency of ours. The peer gets the same persons as microdata, its rule is a frequency of 5 with a safety range of 30 %, its
method MOD (hierarchical iterative, HiTaS). It publishes all zeros. Printed is processor time, with children's; the time of
reading rows in and results out is in the peer's, that of the proof in ours. The attacker knows what each publishes, that totals
are sums, and that no cell that the peer suppresses is zero.
"""

import argparse
import json
import subprocess
from itertools import product
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from anonymizer import TOTAL, protect_tables
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import CountedTable
from anonymizer.published import Key, PublishedTable
from bench.protect_tables import POLICY, TABLES, draw_table, processor

REGION: Final = 3  # letters of a region's code; a district's code begins with its region's
PEER: Final = """
import json, resource, sys
from pytauargus import protect
rows = json.load(sys.stdin)
codes = {name: str(3) + " " + str(4) for name in ("origin", "destination")}
sys.stdout.flush()
table = protect(rows, ["origin", "destination", "reason"], "persons", "FREQ(5,30)", "MOD(1,5,1,0,0)", hrc=codes).tables[0]
cells = table.dataframe()[["origin", "destination", "reason", "status"]].values.tolist()
used = resource.getrusage(resource.RUSAGE_SELF)
print("RESULT" + json.dumps([used.ru_utime + used.ru_stime, cells]))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peer-python", required=True)
    arguments.add_argument("--tables", nargs="+", choices=list(TABLES), default=["s1k", "s10k"])
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    for name in given.tables:
        table = draw_table(*TABLES[name], np.random.default_rng(given.seed))
        before = processor()
        [own] = protect_tables([table], POLICY).tables
        spent = processor() - before
        tell(f"{name}, ours", spent, table, own, zeros_visible=False)
        found = by_peer(given.peer_python, table)
        if found is None:
            continue
        spent, suppressed = found
        cells = {key: None if key in suppressed else table.count(key).persons for key in own.cells}
        tell(f"{name}, pytauargus", spent, table, PublishedTable(table.name, table.dimensions, cells), zeros_visible=True)


def by_peer(python: str, table: CountedTable) -> tuple[float, set[Key]] | None:
    """The processor time that the peer took, and the cells that it suppresses; None, and its last words, where it gives up."""
    inner = [all(code not in along.children for code, along in zip(key, table.dimensions, strict=True)) for key in table.cells]
    rows: dict[str, list[str | int]] = {"origin": [], "destination": [], "reason": [], "persons": []}
    for (key, count), innermost in zip(table.cells.items(), inner, strict=True):
        if innermost:
            origin, destination, reason = key
            for column, value in zip(rows, (origin, destination, reason.ljust(8, "_"), 1), strict=True):
                rows[column] += [value] * count.persons
    command = [python, "-c", PEER]
    with TemporaryDirectory() as folder:  # it leaves files wherever it is started
        done = subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        print(f"pytauargus: {done.stderr.strip().splitlines()[-1]}", flush=True)
        return None
    spent, cells = json.loads(done.stdout[done.stdout.rindex("RESULT") + len("RESULT") :])
    found = {tuple(TOTAL if code == "Total" else code.strip("_ ") for code in key): status for *key, status in cells}
    unknown = found.keys() - {tuple(key) for key in _keys(table)}
    if unknown or not found.keys() >= set(table.cells):
        raise SystemExit(f"the peer's table is not ours: {len(found)} cells, {len(unknown)} of them unknown here")
    return spent, {key for key, status in found.items() if status in {"U", "M"}}


def _keys(table: CountedTable) -> set[Key]:
    return set(product(*(along.parents for along in table.dimensions)))


def tell(what: str, spent: float, table: CountedTable, shown: PublishedTable, *, zeros_visible: bool) -> None:
    small = {key: count for key, count in table.cells.items() if POLICY.is_unsafe(count)}
    hidden = [key for key, value in shown.cells.items() if value is None]
    beside = [key for key in hidden if key not in small]
    zeros = sum(not table.count(key).persons for key in beside)
    attacker = Attacker([shown], zeros_visible=zeros_visible)
    names = {key: identity(table.dimensions, key) for key in small}
    wide = {names[key]: (1, POLICY.threshold - 1) for key in small}
    short = set(attacker.out_of_reach(wide))
    numbers = np.array([attacker.unknowns.number(name) for name in short], np.int64)
    exact = sum(low == high for low, high in (attacker.interval_of(int(number)) for number in numbers))
    print(
        f"{what}: {spent:.1f} s of processor time; {len(small):,} unsafe, beside them {len(beside) - zeros:,} cells and "
        f"{zeros:,} zeros; of the unsafe {exact:,} known exactly, {len(short):,} not open from 1 to 4",
        flush=True,
    )


if __name__ == "__main__":
    main()
