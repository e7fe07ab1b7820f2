"""A folder with what lies below it, on a disk or packed into an archive (.zip), read in one way.

Either may come from anybody. Nothing outside of it is read and no link is followed. What is packed is unpacked in memory, one
file after the other and within bounds, and never to a disk.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import Final, Protocol

from ingest.from_files.errors import ArchiveRefused, FileMissing
from ingest.tables import Source

__all__ = ["DiskTree", "FilePacked", "FileTree", "Inside", "is_packed_folder", "open_tree"]

MOST_ENTRIES: Final = 500_000
MOST_BYTES: Final = 50_000_000_000  # of all files together, unpacked
MOST_RATIO: Final = 200  # what answers, pictures and sound are packed by is far below
SMALL: Final = 1_000_000  # bytes, which may be packed by any ratio
DOCUMENTS: Final = {"[Content_Types].xml", "mimetype"}  # Office Open XML; OpenDocument


class FilePacked(Exception):
    """A packed file cannot be unpacked: it is damaged."""


@dataclass(frozen=True)
class Inside:
    """What lies in a folder, by name; `links` is what is neither a plain file nor a folder."""

    files: Sequence[str] = field(repr=False)
    folders: Sequence[str] = field(repr=False)
    links: Sequence[str] = field(repr=False)


class FileTree(Protocol):
    """Paths begin with `top`."""

    @property
    def top(self) -> PurePath: ...

    def look_into(self, path: PurePath) -> Inside:
        """Raises `FileMissing`."""

    def size(self, path: PurePath) -> int | None:
        """In bytes; None where there is no such plain file."""

    def read(self, path: PurePath) -> bytes:
        """Raises `FilePacked`."""


@dataclass(frozen=True)
class DiskTree:
    """A folder of a disk."""

    top: Path

    def look_into(self, path: PurePath) -> Inside:
        files: list[str] = []
        folders: list[str] = []
        links: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in sorted(entries, key=lambda one: one.name):
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    else:
                        (files if entry.is_file(follow_symlinks=False) else links).append(entry.name)
        except OSError:
            raise FileMissing(path=path) from None
        return Inside(files, folders, links)

    def size(self, path: PurePath) -> int | None:
        try:
            there = os.lstat(path)
        except (OSError, ValueError):
            return None
        return there.st_size if stat.S_ISREG(there.st_mode) else None

    def read(self, path: PurePath) -> bytes:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  (what it is is known: no path is made of it anew)
            return file.read()


class PackedTree:
    """An archive, which was found to be within bounds."""

    def __init__(self, file: str, archive: zipfile.ZipFile) -> None:
        self.top = PurePosixPath(PurePosixPath(file).stem or "archive")
        self._archive = archive
        self._parts: dict[PurePath, zipfile.ZipInfo] = {}
        self._folders: dict[PurePath, set[str]] = {self.top: set()}
        _require_bounds(file, archive.infolist())
        for info in archive.infolist():
            self._add(file, info)

    def look_into(self, path: PurePath) -> Inside:
        named = sorted(name for name in self._folders.get(path, ()) if not name.startswith("."))
        parts = [name for name in named if path / name in self._parts]
        links = [name for name in parts if _is_link(self._parts[path / name])]
        folders = [name for name in named if path / name in self._folders]
        return Inside([name for name in parts if name not in links], folders, links)

    def size(self, path: PurePath) -> int | None:
        info = self._parts.get(path)
        return info.file_size if info and not _is_link(info) else None

    def read(self, path: PurePath) -> bytes:
        try:
            return self._archive.read(self._parts[path])  # no more of it than it declares
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise FilePacked from None

    def _add(self, file: str, info: zipfile.ZipInfo) -> None:
        named = PurePosixPath(info.filename)
        if named.is_absolute() or ".." in named.parts or {"\\", ":"} & set(info.filename):
            raise ArchiveRefused(file=file, reason="a name in it leads out of it")
        if info.flag_bits & 1:
            raise ArchiveRefused(file=file, reason="it is protected by a password")
        path = self.top / named
        for above in list(path.parents)[: len(named.parts)]:
            self._folders.setdefault(above, set()).add(path.relative_to(above).parts[0])
        if info.is_dir():
            self._folders.setdefault(path, set())
        elif path in self._parts:
            raise ArchiveRefused(file=file, reason="it holds two files of one name")
        else:
            self._parts[path] = info


@contextmanager
def open_tree(given: Path | Source) -> Iterator[FileTree]:
    """A folder or an archive for as long as the block runs; raises `FileMissing` or `ArchiveRefused`."""
    if isinstance(given, Path) and given.is_dir():
        yield DiskTree(given)
        return
    source = _source(given)
    try:
        archive = zipfile.ZipFile(source.open())
    except OSError:
        raise FileMissing(path=source.name) from None
    except (zipfile.BadZipFile, NotImplementedError):
        raise ArchiveRefused(file=source.name, reason="it is no archive (.zip), or broken off") from None
    with archive:
        yield PackedTree(source.name, archive)


def is_packed_folder(given: Path | Source) -> bool:
    """Whether a file is an archive in which answers may lie, and not one of those that are documents."""
    try:
        with zipfile.ZipFile(_source(given).open()) as archive:
            names = archive.namelist()
            return DOCUMENTS.isdisjoint(names) and any(name.endswith(".xml") for name in names)
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        return False


def _source(given: Path | Source) -> Source:
    return given if isinstance(given, Source) else Source.on_disk(given)


def _require_bounds(file: str, parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_ENTRIES:
        raise ArchiveRefused(file=file, reason=f"it holds more than {MOST_ENTRIES} files")
    if sum(info.file_size for info in parts) > MOST_BYTES:
        raise ArchiveRefused(file=file, reason=f"it would unpack to more than {MOST_BYTES} bytes")
    if any(info.file_size > max(SMALL, MOST_RATIO * info.compress_size) for info in parts):
        raise ArchiveRefused(file=file, reason=f"a file in it would unpack to more than {MOST_RATIO} times its size")


def _is_link(info: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind not in (0, stat.S_IFREG, stat.S_IFDIR)
