"""Which codes become which coarser ones, in a file that can be given again week after week.

CSV with columns `dimension`, `code` and `becomes`, a row for each code that becomes another. One that is not named stays
as it is, and one that is named and not there does no harm: so the same file fits next week's table.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer.coarsen import Coarser, map_codes
from anonymizer.dimension import Dimension
from anonymizer.errors import CodesNotWritten, TableUnreadable
from anonymizer.tool.read_columns import read_columns

__all__ = ["CodeMap", "code_map_of", "read_code_maps", "write_code_maps"]

COLUMNS = ("dimension", "code", "becomes")


@dataclass(frozen=True)
class CodeMap:
    """What the codes of a dimension become."""

    dimension: str
    becomes: Mapping[str, str] = field(repr=False)

    def of(self, dimension: Dimension) -> Coarser:
        """The same, of a dimension that is there; raises `CoarseningUnfit`."""
        return map_codes(dimension, self.becomes)


def code_map_of(before: Dimension, coarser: Coarser) -> CodeMap:
    """What a coarser dimension makes of each code before."""
    becomes = {code: coarser.code_of(before, code) for code in before.parents}
    return CodeMap(before.name, {code: into for code, into in becomes.items() if into != code})


def write_code_maps(maps: Sequence[CodeMap], path: Path) -> None:
    """Write the file, which must not be there yet; raises `CodesNotWritten`."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows((each.dimension, code, into) for each in maps for code, into in each.becomes.items())
    except OSError as error:
        raise CodesNotWritten(path=path, reason=error.strerror or type(error).__name__) from None


def read_code_maps(path: Path) -> list[CodeMap]:
    """Read the file; raises `TableUnreadable`."""
    columns = read_columns(path)
    if set(COLUMNS) != columns.columns.keys():
        raise TableUnreadable(file=path, reason=f"its columns are not {', '.join(COLUMNS)}")
    rows = ([columns.columns[name].texts[at] for at in columns.columns[name].rows.tolist()] for name in COLUMNS)
    maps: dict[str, dict[str, str]] = {}
    for row, (dimension, code, into) in enumerate(zip(*rows, strict=True)):
        known = maps.setdefault(dimension, {})
        if not (dimension and code and into) or code in known:
            reason = f"line {columns.line(row)}: a value is missing, or {code} of {dimension} stands there twice"
            raise TableUnreadable(file=path, reason=reason)
        known[code] = into
    return [CodeMap(dimension, becomes) for dimension, becomes in maps.items()]
