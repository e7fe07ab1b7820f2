"""Take a form's files. Text is handed to phones in UTF-8, which is all they read, whatever it was written in."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Final

from forms.decode_text import decode_text

__all__ = ["media_in_utf8", "read_media_files"]

TEXT: Final = frozenset({".csv", ".xml", ".geojson"})


def read_media_files(paths: Iterable[Path], wanted: frozenset[str], encoding: str = "") -> tuple[dict[str, bytes], list[str]]:
    """The files by name, as `media_in_utf8` gives them. Of a folder only the `wanted` ones are taken."""
    return media_in_utf8({path.name: path.read_bytes() for path in _files(paths, wanted)}, encoding)


def media_in_utf8(files: Mapping[str, bytes], encoding: str = "") -> tuple[dict[str, bytes], list[str]]:
    """The files with their text in UTF-8, and a note for each that was not.

    `encoding` is the code page of text that is not in UTF-8, where it is known. The notes quote nothing: such a file may name
    people. Raises `CodePageUnknown`.
    """
    given, notes = dict(files), []
    for name, content in files.items():
        if PurePath(name).suffix.lower() in TEXT:
            read = decode_text(content, encoding)
            given[name] = read.text.encode()
            notes += [f"{name} is not in UTF-8; it was read as {read.code_page}."] if read.code_page else []
    return given, notes


def _files(paths: Iterable[Path], wanted: frozenset[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inside for inside in path.iterdir() if inside.name in wanted and inside.is_file())
        else:
            yield path
