"""Small files for the tool's tests, and the worked example of docs/anonymizer.md."""

import csv
from collections.abc import Mapping
from pathlib import Path

from anonymizer import Policy, read_policy
from anonymizer.tool import Written, protect_file

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "anonymizer"
PLACES = {"origin": EXAMPLE / "places.csv", "destination": EXAMPLE / "places.csv"}

TABLE = "origin,reason,persons\na1,flood,9\na1,drought,2\na2,flood,7\na2,drought,12\nb1,flood,30\nb1,drought,6\n"
HIERARCHY = "code,parent\nall,\nA,all\na1,A\na2,A\nB,all\nb1,B\n"


def example(out: Path, *, seed: int = 0) -> Written:
    """The worked example, released to a folder."""
    rules = read_policy(EXAMPLE / "policy.toml")
    table = EXAMPLE / "movements.csv"
    return protect_file(table, out, rules, hierarchies=PLACES, count="persons", contributors="reports", seed=seed)


def protect_text(
    folder: Path, table: str = TABLE, hierarchies: Mapping[str, str] | None = None, **columns: str | None
) -> Written:
    """A table given as text, with the hierarchy of origin by default, protected under the default policy."""
    (folder / "table.csv").write_text(table, encoding="utf-8", newline="")
    given = {"origin": HIERARCHY} if hierarchies is None else hierarchies
    for name, text in given.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    files = {name: folder / f"{name}.csv" for name in given}
    return protect_file(folder / "table.csv", folder / "out", Policy(), hierarchies=files, **({"count": "persons"} | columns))


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
