"""Ways to change a published release, as somebody would who makes a mistake in a writer, or means harm."""

import csv
import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from pathlib import Path

__all__ = ["Row", "numbers_shown", "rewrite", "rewrite_part", "rewrite_rows"]

Row = dict[str, str]


def rewrite_rows(folder: Path, table: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change the rows of a published table."""
    path = folder / "data" / f"{table}.csv"
    rows = change(list(csv.DictReader(StringIO(path.read_bytes().decode(), newline=""))))
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def numbers_shown(
    numbers: Mapping[tuple[str, ...], int], mark: tuple[str, str] = ("P", "F")
) -> Callable[[list[Row]], list[Row]]:
    """Rows in which some cells have these numbers, by all codes of the row in their order."""

    def changed(rows: list[Row]) -> list[Row]:
        for row in rows:
            key = tuple(
                text for name, text in row.items() if name not in {"week", "month", "persons", "obs_status", "conf_status"}
            )
            if key in numbers:
                row |= {"persons": str(numbers[key]), "obs_status": mark[0], "conf_status": mark[1]}
        return rows

    return changed


def rewrite(path: Path, old: str, new: str) -> None:
    """Change the first text that a pattern finds; there must be one."""
    text = path.read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert changed != text, f"{path.name} has no {old}"
    path.write_text(changed, encoding="utf-8")


def rewrite_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change, or add, one part of a packed file."""
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        parts = {entry.filename: (entry, archive.read(entry)) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (entry, content) in parts.items():
            archive.writestr(entry, change(content) if name == part else content)
        if part not in parts:
            archive.writestr(zipfile.ZipInfo(part), change(b""))
