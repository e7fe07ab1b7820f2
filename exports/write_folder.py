"""Put a release into its folder, whole or not at all; a folder that stands is never changed."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from core.whole_folder import write_whole
from exports.errors import FolderTaken, ReleaseNotWritten

__all__ = ["CHECKSUMS", "checksums", "write_folder"]

CHECKSUMS: Final = "CHECKSUMS.sha256"


def checksums(files: Mapping[str, bytes]) -> bytes:
    """One line for each file, as `sha256sum --check` reads it."""
    return "".join(f"{sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def write_folder(files: Mapping[str, bytes], folder: Path, *, at: datetime | None = None) -> None:
    """Write files by relative path; a folder that holds exactly these is left as it is.

    All files state `at` as the moment they are of, so that a server which tells it, or makes an ETag of it, tells nothing new.
    Raises `FolderTaken` where another release stands, and `ReleaseNotWritten` where the disk refuses.
    """
    try:
        if folder.exists():
            _require_same(files, folder)
            return
        write_whole(files, folder, at=at)
    except OSError as error:
        raise ReleaseNotWritten(folder=folder, reason=error.strerror or type(error).__name__) from error


def _require_same(files: Mapping[str, bytes], folder: Path) -> None:
    standing = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    for path in sorted(standing | files.keys()):
        if path not in files or path not in standing or (folder / path).read_bytes() != files[path]:
            raise FolderTaken(folder=folder, file=path)
