"""Take a form's files from disk. Text is handed to phones in UTF-8, which is all they read, whatever it was written in."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from forms.decode_text import decode_text

__all__ = ["read_media_files"]

TEXT: Final = frozenset({".csv", ".xml", ".geojson"})


def read_media_files(paths: Iterable[Path], wanted: frozenset[str], encoding: str = "") -> tuple[dict[str, bytes], list[str]]:
    """The files by name, and a note for each that was not in UTF-8.

    Of a folder only the `wanted` files are taken. `encoding` is the code page of text that is not in UTF-8, where it is
    known. The notes quote nothing: such a file may name people. Raises `CodePageUnknown`.
    """
    files, notes = {}, []
    for path in _files(paths, wanted):
        files[path.name] = path.read_bytes()
        if path.suffix.lower() in TEXT:
            read = decode_text(files[path.name], encoding)
            files[path.name] = read.text.encode()
            notes += [f"{path.name} is not in UTF-8; it was read as {read.code_page}."] if read.code_page else []
    return files, notes


def _files(paths: Iterable[Path], wanted: frozenset[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inside for inside in path.iterdir() if inside.name in wanted and inside.is_file())
        else:
            yield path
