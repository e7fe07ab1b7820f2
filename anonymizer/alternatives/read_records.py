"""From a CSV file with a row for each record to records in memory: what is counted by whom, and not only how many."""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from anonymizer.errors import CodesNotDeclared, HistoryUnfit, TableUnreadable
from anonymizer.records import Records
from anonymizer.tool.read_columns import read_columns
from anonymizer.tool.read_hierarchy import Hierarchy
from anonymizer.tool.read_table import Measures, check_names, check_size, place_codes

__all__ = ["periods_of", "read_records"]


def read_records(
    path: Path, hierarchies: Mapping[str, Hierarchy], *, identity: str, without: Collection[str] = (), declared: bool = False
) -> Records:
    """Read a file; `identity` names the column of ids, `without` those to leave out, every other is a dimension.

    With `declared` each dimension must have a hierarchy: else which codes there are would follow from who is in the file.
    Raises what `read_table` raises, and `CodesNotDeclared`.
    """
    columns = read_columns(path)
    check_names(columns, hierarchies, Measures(None, None, identity))
    names = [name for name in columns.columns if name != identity and name not in without]
    if declared and (bare := [name for name in names if name not in hierarchies]):
        raise CodesNotDeclared(file=path, dimension=bare[0])
    placed = [place_codes(columns, columns.columns[name], hierarchies.get(name)) for name in names]
    dimensions = tuple(dimension for dimension, _ in placed)
    check_size(path, [dimensions])
    ids = columns.columns[identity]
    if "" in ids.texts:
        line = columns.line_of(ids, ids.texts.index(""))
        raise TableUnreadable(file=path, reason=f"line {line}, column {identity}: there is no id")
    return Records(path.stem, dimensions, tuple(rows for _, rows in placed), ids.texts, ids.rows)


def periods_of(records: Records, time: str | None) -> frozenset[str]:
    """The codes of time that hold records; none where time is not told apart."""
    if time is None:
        return frozenset()
    names = [each.name for each in records.dimensions]
    if time not in names:
        raise HistoryUnfit(given=time, reason="the table has no such dimension")
    axis = names.index(time)
    codes = list(records.dimensions[axis].parents)
    return frozenset(codes[place] for place in np.unique(records.places[axis]).tolist())
