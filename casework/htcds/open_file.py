"""Open a file in the shape of the standard as a table, whichever of its forms it has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from casework.htcds.errors import HtcdsUnreadable
from casework.htcds.standard import BETWEEN
from ingest.tables import Cell, CellFault, Row, Sheet, Table, open_table

__all__ = ["MOST_BYTES", "open_htcds"]

MOST_BYTES: Final = 20_000_000
JSON: Final = ".json"
RECORDS: Final = "records"  # where the list stands, if it is not the whole


@contextmanager
def open_htcds(path: Path, *, encoding: str = "") -> Iterator[Table]:
    """For as long as the block runs; raises `HtcdsUnreadable`, and what opening a table raises."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise HtcdsUnreadable(file=path.name, reason=type(error).__name__) from None
    if size > MOST_BYTES:
        raise HtcdsUnreadable(file=path.name, reason=f"it is larger than {MOST_BYTES:,} bytes")
    if path.suffix.lower() == JSON:
        yield _json_table(path)
        return
    with open_table(path, encoding=encoding) as table:
        yield table


def _json_table(path: Path) -> Table:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise HtcdsUnreadable(file=path.name, reason=f"it is no JSON ({type(error).__name__})") from None
    found = said.get(RECORDS) if isinstance(said, dict) else said
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise HtcdsUnreadable(file=path.name, reason="it holds no list of objects")
    headers = list(dict.fromkeys(name for one in found for name in one))
    rows = [Row(1, headers), *(Row(number, _cells(one, headers)) for number, one in enumerate(found, start=2))]
    return Table(path.name, [Sheet("JSON", lambda: iter(rows))])


def _cells(one: Mapping[str, Any], headers: Sequence[str]) -> list[Cell]:
    return [_cell(one.get(name)) for name in headers]


def _cell(value: Any) -> Cell:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return BETWEEN.join(value)
    return value if value is None or isinstance(value, str | int | float) else CellFault("no text and no number")
