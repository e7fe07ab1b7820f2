"""Open a file in the shape of the standard as a table, whichever of its forms it has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from casework.htcds.errors import HtcdsUnreadable
from casework.htcds.standard import BETWEEN
from ingest.tables import Cell, CellFault, Row, Sheet, Source, Table, open_table

__all__ = ["MOST_BYTES", "open_htcds"]

MOST_BYTES: Final = 20_000_000
JSON: Final = ".json"
RECORDS: Final = "records"  # where the list stands, if it is not the whole


@contextmanager
def open_htcds(source: Source, *, encoding: str = "") -> Iterator[Table]:
    """For as long as the block runs; raises `HtcdsUnreadable`, and what opening a table raises."""
    try:
        with source.open() as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise HtcdsUnreadable(file=source.name, reason=type(error).__name__) from None
    if len(content) > MOST_BYTES:
        raise HtcdsUnreadable(file=source.name, reason=f"it is larger than {MOST_BYTES:,} bytes")
    if source.name.lower().endswith(JSON):
        yield _json_table(source.name, content)
        return
    with open_table(source, encoding=encoding) as table:
        yield table


def _json_table(name: str, content: bytes) -> Table:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HtcdsUnreadable(file=name, reason=f"it is no JSON ({type(error).__name__})") from None
    found = said.get(RECORDS) if isinstance(said, dict) else said
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise HtcdsUnreadable(file=name, reason="it holds no list of objects")
    headers = list(dict.fromkeys(name for one in found for name in one))
    rows = [Row(1, headers), *(Row(number, _cells(one, headers)) for number, one in enumerate(found, start=2))]
    return Table(name, [Sheet("JSON", lambda: iter(rows))])


def _cells(one: Mapping[str, Any], headers: Sequence[str]) -> list[Cell]:
    return [_cell(one.get(name)) for name in headers]


def _cell(value: Any) -> Cell:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return BETWEEN.join(value)
    return value if value is None or isinstance(value, str | int | float) else CellFault("no text and no number")
