"""Put files into a folder so that it is there whole or not at all.

They are written and synced into a folder beside it, which takes the name when everything is on the disk. A folder
that stands is never changed.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from exports.errors import FolderTaken, ReleaseNotWritten

__all__ = ["CHECKSUMS", "checksums", "write_folder"]

CHECKSUMS: Final = "CHECKSUMS.sha256"


def checksums(files: Mapping[str, bytes]) -> bytes:
    """One line for each file, as `sha256sum --check` reads it."""
    return "".join(f"{sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files by relative path; a folder that holds exactly these is left as it is.

    Raises `FolderTaken` where another release stands, and `ReleaseNotWritten` where the disk refuses.
    """
    try:
        if folder.exists():
            _require_same(files, folder)
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
        try:
            _fill(unfinished, files)
            unfinished.rename(folder)
            _sync(folder.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise ReleaseNotWritten(folder=folder, reason=error.strerror or type(error).__name__) from error


def _require_same(files: Mapping[str, bytes], folder: Path) -> None:
    standing = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    for path in sorted(standing | files.keys()):
        if path not in files or path not in standing or (folder / path).read_bytes() != files[path]:
            raise FolderTaken(folder=folder, file=path)


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.chmod(0o755)  # a temporary folder is made for its owner only; a release is for everybody
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for inner in {folder, *((folder / path).parent for path in files)}:
        _sync(inner)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
