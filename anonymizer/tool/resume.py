"""What a search has found so far, kept beside the release that it is for: sealed, until that is written.

Counts can be worked out from it. So it is sealed with a key that the office keeps in a file of its own, elsewhere if it wants,
and readable by its owner alone. Whoever has not the key has bytes; whoever has it has the table as well.
"""

import os
import secrets
from pathlib import Path
from struct import Struct
from typing import Final
from uuid import UUID, uuid4

from anonymizer.errors import ResumeUnfit
from core.keys.keyring import KeyRing
from core.sealing.envelope import CiphertextRefused
from core.sealing.seal_alone import open_alone, seal_alone

__all__ = ["KeptBeside"]

KEY_BYTES: Final = 32
ID_BYTES: Final = 16
HEAD: Final = Struct(">II")  # of a piece: its number and length
OWNER_ONLY: Final = 0o600
SEARCH: Final = "anonymizer search"


class KeptBeside:
    """Keeps the pieces of a search in one file, `OUT.search`: an id, then each piece with its number and length before it.

    The key's file is made if it is not there. Raises `ResumeUnfit` where others may read either, or what is kept does not open.
    """

    def __init__(self, out: Path, key: Path) -> None:
        whole = out.resolve()
        self._file, self._key = whole.with_name(f"{whole.name}.search"), key
        self._ring = KeyRing({1: _read_key(key)}, b"")
        self._id, self._known = uuid4(), dict[int, bytes]()

    def begin(self, mark: bytes) -> None:
        self._id, self._known = self._read()
        if self._known.get(0) != mark:
            self._id, self._known = uuid4(), {}
            self._file.unlink(missing_ok=True)
            self._append(self._id.bytes)
            self._add(0, mark)

    def claim(self, number: int, *, wait: bool) -> bool:  # noqa: ARG002  (a release is searched by one process and its own)
        return True

    def read(self, number: int) -> bytes | None:
        return self._known.get(number + 1)

    def keep(self, number: int, piece: bytes) -> None:
        self._add(number + 1, piece)

    def remove(self) -> None:
        """Nothing is left of the search: its release is written."""
        self._file.unlink(missing_ok=True)

    def _read(self) -> tuple[UUID, dict[int, bytes]]:
        if not self._file.exists():
            return uuid4(), {}
        _require_private(self._file)
        content, pieces = self._file.read_bytes(), dict[int, bytes]()
        at, search = ID_BYTES, UUID(bytes=content[:ID_BYTES]) if len(content) >= ID_BYTES else uuid4()
        while len(head := content[at : at + HEAD.size]) == HEAD.size:
            number, length = HEAD.unpack(head)
            if (end := at + HEAD.size + length) > len(content):
                break
            try:
                pieces[number] = open_alone(self._ring, content[at + HEAD.size : end], SEARCH, search, number)
            except CiphertextRefused:
                raise ResumeUnfit(path=self._file, reason=f"it does not open with the key in {self._key}") from None
            at = end
        if at < len(content):  # the last piece was being written when the search was ended
            os.truncate(self._file, at)
        return search, pieces

    def _add(self, number: int, piece: bytes) -> None:
        sealed = seal_alone(self._ring, piece, SEARCH, self._id, number)
        self._append(HEAD.pack(number, len(sealed)) + sealed)

    def _append(self, content: bytes) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
            with os.fdopen(descriptor, "ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ResumeUnfit(path=self._file, reason=error.strerror or type(error).__name__) from error


def _read_key(path: Path) -> bytes:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="ascii") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
        _require_private(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ResumeUnfit(path=path, reason=error.strerror or type(error).__name__) from error
    except ValueError:
        raise ResumeUnfit(path=path, reason="it holds no key") from None
    if len(key) != KEY_BYTES:
        raise ResumeUnfit(path=path, reason="it holds no key")
    return key


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise ResumeUnfit(path=path, reason="others than its owner may read it")
