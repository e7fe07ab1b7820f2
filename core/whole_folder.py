"""Put files into a folder so that it is there whole or not at all.

They are written and synced into a folder beside it, which takes the name when everything is on the disk.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files by relative path into a folder that is not there, or is empty; raises OSError for any other."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent))
    try:
        _fill(unfinished, files)
        unfinished.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


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
