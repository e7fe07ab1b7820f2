"""Put files into a folder so that it is there whole or not at all.

They are written and synced into a folder beside it, which takes the name when everything is on the disk.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(files: Mapping[str, bytes], folder: Path, *, at: datetime | None = None) -> None:
    """Write files by relative path into a folder that is not there, or is empty; raises OSError for any other.

    `at` is the moment that all files state as theirs, in place of the one at which each was written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
    try:
        _fill(unfinished, files, at)
        unfinished.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _fill(folder: Path, files: Mapping[str, bytes], at: datetime | None) -> None:
    folder.chmod(0o755)  # a temporary folder is made for its owner only; a release is for everybody
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
            file.flush()
            if at is not None:
                os.utime(file.fileno(), (at.timestamp(), at.timestamp()))
            os.fsync(file.fileno())
    for inner in {folder, *((folder / path).parent for path in files)}:
        _sync(inner)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
