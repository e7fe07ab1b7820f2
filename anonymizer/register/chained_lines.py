"""An append-only file of JSON lines, each with the hash of the one before: what is in it stays, and is on the disk.

A line counts once it is whole and synced. Whoever appends holds the file alone (flock), from reading what stands in it to
the sync of what is added: so two programs at once cannot both spend what is there once. The chain shows a line that was
changed, taken out or moved. Whoever may write the file can write all of it anew, or put an old copy back: against that
helps only that the hash of a line is printed elsewhere, as certificates do.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from anonymizer.register.errors import RegisterBroken, RegisterMissing, RegisterNotFree
from core.clock import now

__all__ = ["Book", "Held", "Line", "Register", "begin_register", "check_chain", "next_line", "register_at"]

FIRST: Final = "0" * 64


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, the hash that covers it and all before, when it was written, its kind, and what it says."""

    number: int
    hash: str
    at: str
    kind: str
    says: Mapping[str, Any]


class Held(Protocol):
    """A register with nobody else at it: `lines` are all that stand in it."""

    lines: list[Line]

    def append(self, kind: str, says: Mapping[str, Any]) -> Line:
        """Add a line. It counts once the register is let go."""


class Book(Protocol):
    """A register wherever it is kept; `path` is what refusals call it."""

    @property
    def path(self) -> Path: ...

    def lines(self) -> list[Line]:
        """All lines. Raises `RegisterMissing` or `RegisterBroken`."""

    def held(self) -> AbstractContextManager[Held]:
        """The register with nobody else at it. Raises `RegisterMissing` or `RegisterBroken`."""


def register_at(given: "Path | Book") -> "Book":
    """The register in a file, or the one that is given."""
    return Register(given) if isinstance(given, Path) else given


def next_line(lines: Sequence[Line], kind: str, says: Mapping[str, Any]) -> Line:
    """What is added after some lines, chained to the last of them."""
    before = lines[-1].hash if lines else FIRST
    return _line(len(lines) + 1, before, now().isoformat(timespec="seconds"), kind, says)


def check_chain(path: Path, lines: Sequence[Line]) -> None:
    """Raise `RegisterBroken` where a line is not the one that was written, or not in its place."""
    before = FIRST
    for number, line in enumerate(lines, start=1):
        if _line(number, before, line.at, line.kind, line.says) != line:
            raise RegisterBroken(path=path, line=number)
        before = line.hash


def begin_register(path: Path) -> "Register":
    """An empty register, readable by its owner only. Raises `RegisterNotFree` where something is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise RegisterNotFree(path=path) from None
    _sync_folder(path.parent)
    return Register(path)


@dataclass(frozen=True)
class Register:
    """The file. It is never made by the way: a mistyped name would be a register that knows nothing."""

    path: Path

    def lines(self) -> list[Line]:
        """All lines. Raises `RegisterMissing` or `RegisterBroken`."""
        with self._locked(fcntl.LOCK_SH) as descriptor:
            return _read(self.path, descriptor)[0]

    @contextmanager
    def held(self) -> Iterator[Held]:
        """The register with nobody else at it. Raises `RegisterMissing` or `RegisterBroken`."""
        with self._locked(fcntl.LOCK_EX) as descriptor:
            lines, whole = _read(self.path, descriptor)
            os.ftruncate(descriptor, whole)  # a line that a crash cut short was told to nobody
            yield _HeldFile(self.path, descriptor, lines)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[int]:
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, kind)
            if not os.path.samestat(os.fstat(descriptor), self.path.stat()):
                raise RegisterMissing(path=self.path, reason="it was put into another's place meanwhile")
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise RegisterMissing(path=self.path, reason=error.strerror or type(error).__name__) from None


@dataclass
class _HeldFile:
    """A file under its lock: `lines` are all that stand in it."""

    path: Path
    _descriptor: int
    lines: list[Line]

    def append(self, kind: str, says: Mapping[str, Any]) -> Line:
        """Add a line; when this returns, it is on the disk. `RegisterMissing` means that it was not added."""
        line = next_line(self.lines, kind, says)
        start = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, _text(line).encode())
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, start)
            raise RegisterMissing(path=self.path, reason=error.strerror or type(error).__name__) from None
        self.lines.append(line)
        return line


def _line(number: int, before: str, at: str, kind: str, says: Mapping[str, Any]) -> Line:
    covered = json.dumps([number, before, at, kind, says], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Line(number, sha256(covered.encode()).hexdigest(), at, kind, says)


def _text(line: Line) -> str:
    written = {"line": line.number, "at": line.at, "kind": line.kind, "says": line.says, "hash": line.hash}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n"


def _read(path: Path, descriptor: int) -> tuple[list[Line], int]:
    """The lines, and how many bytes they take: an end without a line break was never finished."""
    content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    whole = content.rfind(b"\n") + 1
    lines: list[Line] = []
    before = FIRST
    for number, text in enumerate(content[:whole].split(b"\n")[:-1], start=1):
        try:
            found = json.loads(text)
            line = _line(number, before, found["at"], found["kind"], found["says"])
            stated = found["hash"]
        except (KeyError, TypeError, ValueError):
            raise RegisterBroken(path=path, line=number) from None
        if line.hash != stated:
            raise RegisterBroken(path=path, line=number)
        lines.append(line)
        before = line.hash
    return lines, whole


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
