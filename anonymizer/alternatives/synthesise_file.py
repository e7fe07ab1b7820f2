"""A release of counts in, synthetic records out: the whole of `anonymizer microdata synthetic`. It sees nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, Final

from anonymizer.alternatives.read_noisy import read_noisy, read_rows, read_stated
from anonymizer.alternatives.verify_any import verify_any
from anonymizer.alternatives.write_released import Released, write_released
from anonymizer.dimension import Dimension
from anonymizer.method import Method
from anonymizer.microdata import SourceUnfit, draw_rows, fill_hidden
from anonymizer.published import Key
from anonymizer.tool.certificate import CERTIFICATE
from anonymizer.tool.check_files import Check
from anonymizer.tool.read_columns import read_columns
from anonymizer.tool.read_release import read_release
from anonymizer.tool.write_release import require_free

__all__ = ["Synthesised", "check_drawn", "synthesise_file"]

STATEMENT: Final = (
    "No row is of a person: the rows were drawn from the numbers of one release of counts, whose certificate has the SHA-256 "
    "'source', and from nothing else, with the seed 'seed'. They say nothing of anybody that the release does not say, and are "
    "good for no question that it cannot answer. Whoever has the release draws the same rows from it."
)
NOISY: Final = frozenset({Method.CELL_KEYS, Method.DIFFERENTIAL_PRIVACY})


@dataclass(frozen=True)
class Synthesised:
    """Records as they were written."""

    folder: Path
    rows: int


def synthesise_file(source: Path, out: Path, *, seed: int = 0) -> Synthesised:
    """Verify a release of counts, draw records from it and write them.

    Raises `SourceUnfit`, also where the release does not tell all its dimensions apart; what reading and writing raise.
    """
    require_free(out)
    drawn = _draw(source, seed)
    write_released(drawn, None, out)
    return Synthesised(out, len(drawn.rows))


def check_drawn(folder: Path, source: Path) -> Check:
    """Whether synthetic records are those that are drawn from this release. Raises `ReleaseUnreadable` and `SourceUnfit`."""
    what = "the records are those that are drawn from that release, and no others"
    found = read_stated(folder)
    seed = found.promise.get("seed")
    if found.method is not Method.SYNTHETIC or not isinstance(seed, int):
        return Check(what, "they are not synthetic")
    drawn = _draw(source, seed)
    rows = read_rows(folder, read_columns(found.path), drawn.keys)
    return Check(what, "" if found.promise == drawn.promise and rows == list(drawn.rows) else "they differ")


def _draw(source: Path, seed: int) -> Released:
    method, checks = verify_any(source)
    for check in checks:
        if not check.holds:
            raise SourceUnfit(folder=source, reason=f"it is not verified: {check.fault}")
    if method in {Method.MICRODATA, Method.SYNTHETIC}:
        raise SourceUnfit(folder=source, reason="it holds records and no counts")
    name, dimensions, counts = _noisy(source) if method in NOISY else _suppressed(source)
    promise = {"source": sha256((source / CERTIFICATE).read_bytes()).hexdigest(), "source_method": method, "seed": seed}
    return Released(name, Method.SYNTHETIC, dimensions, None, draw_rows(counts, seed), promise, STATEMENT)


Counts = dict[Key, float]


def _suppressed(source: Path) -> tuple[str, tuple[Dimension, ...], Counts]:
    release = read_release(source)
    if len(release.tables) != 1:
        raise SourceUnfit(folder=source, reason="it holds several tables")
    [table] = release.tables
    return table.name, table.dimensions, fill_hidden(table)


def _noisy(source: Path) -> tuple[str, tuple[Dimension, ...], Counts]:
    found = read_noisy(source)
    wanted = set(product(*(_innermost(each, found.promise) for each in found.dimensions)))
    counts = {key[-len(found.dimensions) :]: float(number) for key, number in found.numbers.items()}
    if not wanted <= counts.keys():
        raise SourceUnfit(folder=source, reason="its numbers do not tell all dimensions apart, down to the innermost codes")
    return found.name, found.dimensions, {key: counts[key] for key in sorted(wanted)}


def _innermost(dimension: Dimension, promise: Mapping[str, Any]) -> list[str]:
    """The innermost codes; of time those that were released."""
    if dimension.name == promise.get("time"):
        return list(promise["periods"])
    return [code for code in dimension.parents if code not in dimension.children]
