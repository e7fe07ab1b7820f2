"""An export as a file: written encrypted, and given away only when the transaction that logs it has committed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from uuid import UUID

from casework.exporting import CarriedOut, carry_out_export
from casework.left_to_fetch import ToFetch, fetch_export
from core.access import Access
from core.database import Database, Zone
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.languages import DEFAULT_LANGUAGE

__all__ = ["FileThere", "export_to_file", "export_to_spool", "fetch_to_spool", "pieces_of"]

IN_MEMORY: Final = 8 * 1024 * 1024  # of the encrypted file; what is longer goes to a file without a name
PIECE: Final = 64 * 1024


class FileThere(Problem):
    code = "APP-140"
    says = "A file is there already, or cannot be made, where the export should go."
    remedy = "Name another one. Nothing left; the approval still stands."


def export_to_file(database: Database, ring: KeyRing, access: Access, export: UUID, path: Path) -> CarriedOut:
    """Carry an export out to a new file (mode 0600). Where anything fails the file is removed. Raises `FileThere`."""
    try:
        out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError:
        raise FileThere from None
    try:
        with out, database.transaction(Zone.CASEWORK, access=access) as session:
            done = carry_out_export(session, ring, export, out)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return done


def export_to_spool(
    database: Database, ring: KeyRing, access: Access, export: UUID, *, language: str = DEFAULT_LANGUAGE
) -> IO[bytes]:
    """Carry an export out; its encrypted file, at its beginning. It is gone when it is closed."""
    with _spool() as out, database.transaction(Zone.CASEWORK, access=access) as session:
        carry_out_export(session, ring, export, out, language=language)
    out.seek(0)
    return out


def fetch_to_spool(database: Database, access: Access, export: UUID) -> tuple[ToFetch, IO[bytes]]:
    """What lies for this account, with its encrypted file, likewise. Raises what `fetch_export` raises."""
    with _spool() as out, database.transaction(Zone.CASEWORK, access=access) as session:
        fetched = fetch_export(session, export, out)
    out.seek(0)
    return fetched, out


def pieces_of(sealed: IO[bytes]) -> Iterator[bytes]:
    """The file piece by piece; it is gone then."""
    with sealed:
        while piece := sealed.read(PIECE):
            yield piece


@contextmanager
def _spool() -> Iterator[IO[bytes]]:
    """Closed where anything fails; else whoever sends it closes it."""
    out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    try:
        yield out
    except BaseException:
        out.close()
        raise
