"""How fast does the anonymizer's own tool read, count, write, and read back; and how long do protect, attack and verify take?

Run: PYTHONPATH=. .venv/bin/python bench/anonymizer_files.py [--tables s1k s50k ...] [--whole s1k ...]

The tables are those of `protect_tables.py`, written as CSV files: one of cells, one of records. Reading and writing is taken
for `--tables`; written under a policy that hides nothing. For `--whole` the whole way is
taken. Floors, in the same run: the csv module reads the same file, and its bytes are hashed.
"""

import argparse
import csv
import platform
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np

from anonymizer import Policy
from anonymizer.counted_week import CountedTable
from anonymizer.protect import protect_tables
from anonymizer.tool import expose, protect_file, read_release, verify_release
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_table
from anonymizer.tool.write_release import write_release
from bench.protect_tables import TABLES, draw_table, timed

Result = TypeVar("Result")
PLACES = ("origin", "destination")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", nargs="*", choices=list(TABLES), default=["s50k"])
    arguments.add_argument("--whole", nargs="*", choices=list(TABLES), default=["s1k"])
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for name, measure in [*((name, files) for name in given.tables), *((name, whole) for name in given.whole)]:
        with tempfile.TemporaryDirectory() as folder:
            table = draw_table(*TABLES[name], np.random.default_rng(1))
            print(f"\n{name}")
            measure(table, Path(folder))


def files(table: CountedTable, folder: Path) -> None:
    write_input(table, folder, records=True)
    hierarchies = {name: read_hierarchy(name, folder / "places.csv") for name in PLACES}
    floor = took("floor: csv reads the records", lambda: count_rows(folder / "records.csv"))
    took(f"{floor:,} records to a table", lambda: read_table(folder / "records.csv", hierarchies))
    counted = took("cells to a table", lambda: read_table(folder / "cells.csv", hierarchies, count="persons"))
    protected = protect_tables([counted], Policy(threshold=1, contributors=1))
    took("floor: hash the table", lambda: sha256(repr(protected.tables[0].cells).encode()).hexdigest())
    took(f"write {len(protected.tables[0].cells):,} cells", lambda: write_release(protected, folder / "out", measure="persons"))
    took("read them back", lambda: read_release(folder / "out"))


def whole(table: CountedTable, folder: Path) -> None:
    write_input(table, folder, records=False)
    hierarchies = dict.fromkeys(PLACES, folder / "places.csv")
    out = folder / "out"
    took("protect", lambda: protect_file(folder / "cells.csv", out, Policy(), hierarchies=hierarchies, count="persons"))
    release = read_release(out)
    took("attack", lambda: expose(release.tables, Policy()))
    checks = took("verify", lambda: verify_release(out))
    assert all(check.holds for check in checks)


def took(what: str, do: Callable[[], Result]) -> Result:
    with timed(f"    {what}"):
        return do()


def write_input(table: CountedTable, folder: Path, *, records: bool) -> None:
    origin = table.dimensions[0]
    with (folder / "places.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows([("code", "parent"), *((code, parent or "") for code, parent in origin.parents.items())])
    inner = [
        (key, count.persons)
        for key, count in table.cells.items()
        if not any(code in dimension.children for code, dimension in zip(key, table.dimensions, strict=True))
    ]
    names = [dimension.name for dimension in table.dimensions]
    with (folder / "cells.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows([(*names, "persons"), *((*key, persons) for key, persons in inner)])
    if records:
        with (folder / "records.csv").open("w", encoding="utf-8") as file:
            csv.writer(file).writerows([names, *(key for key, persons in inner for _ in range(persons))])


def count_rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


if __name__ == "__main__":
    main()
