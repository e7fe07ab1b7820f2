"""A cell written in one line: `origin=XM01,destination=_T,reason=flood`."""

import re
from collections.abc import Iterable, Mapping, Sequence

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.errors import CellUnknown
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["read_cell", "read_known", "stands_in", "write_cell"]


def write_cell(dimensions: Sequence[Dimension], key: Key) -> str:
    """The cell's code in each dimension, in order."""
    return ",".join(f"{dimension.name}={code}" for dimension, code in zip(dimensions, key, strict=True))


def read_known(texts: Iterable[str], tables: Sequence[PublishedTable]) -> dict[Identity, int]:
    """What somebody knows: `CELL=NUMBER` each. A dimension that is left out stands at its total. Raises `CellUnknown`."""
    dimensions = finest(dimension for table in tables for dimension in table.dimensions)
    return dict(_known(text, dimensions, tables) for text in texts)


def read_cell(text: str, tables: Sequence[PublishedTable]) -> Identity:
    """A cell, written without a number. A dimension that is left out stands at its total. Raises `CellUnknown`."""
    return _cell(text, text, finest(dimension for table in tables for dimension in table.dimensions), tables)


def stands_in(codes: Mapping[str, str], table: PublishedTable | CountedTable) -> bool:
    """Whether a table has a cell of these codes, by name of dimension; a dimension that is left out stands at its total."""
    along = {dimension.name: dimension for dimension in table.dimensions}
    return all(name in along and code in along[name].parents for name, code in codes.items())


def _known(text: str, dimensions: dict[str, Dimension], tables: Sequence[PublishedTable]) -> tuple[Identity, int]:
    cell, _, number = text.rpartition("=")
    if not (number.isascii() and number.isdigit()) or not cell:
        raise CellUnknown(text=text, reason="it does not end in = and a whole number, 0 or more")
    return _cell(cell, text, dimensions, tables), int(number)


def _cell(cell: str, text: str, dimensions: dict[str, Dimension], tables: Sequence[PublishedTable]) -> Identity:
    """The cell named by a part of a text."""
    names = "|".join(map(re.escape, dimensions))
    parts = [part.partition("=") for part in re.split(f",(?=(?:{names})=)", cell)]
    for name, _, code in parts:
        if name not in dimensions:
            raise CellUnknown(text=text, reason=f"there is no dimension called {name}, but {', '.join(dimensions)}")
        if code not in dimensions[name].parents:
            raise CellUnknown(text=text, reason=f"{name} has no code {code}")
    codes = {name: code for name, _, code in parts if code != TOTAL}
    if len({name for name, _, _ in parts}) < len(parts):
        raise CellUnknown(text=text, reason="a dimension stands there twice")
    if not any(stands_in(codes, table) for table in tables):
        raise CellUnknown(text=text, reason="no table has all these dimensions down to these codes")
    return tuple(sorted(codes.items()))
