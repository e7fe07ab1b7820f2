"""The files of records that lie in a folder beside a table, as KoboToolbox packs them: each record's in a folder of its id."""

import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.from_files.row_answers import FilesOf
from ingest.uploaded_file import UploadedFile

__all__ = ["media_of"]

UNKNOWN_TYPE: Final = "application/octet-stream"


class _MediaFolder:
    def __init__(self, folder: Path, largest: int) -> None:
        walked = os.walk(folder)  # follows no links
        self._folders = {Path(path).name: Path(path) for path, _, _ in walked}
        self._largest = largest

    def files_of(self, instance_id: str, names: frozenset[str]) -> Sequence[UploadedFile]:
        folder = self._folders.get(instance_id.removeprefix("uuid:"))
        paths = [folder / name for name in sorted(names) if "/" not in name and "\\" not in name] if folder else []
        return [_read(path) for path in paths if self._is_there(path)]

    def _is_there(self, path: Path) -> bool:
        return path.is_file() and not path.is_symlink() and path.stat().st_size <= self._largest


def media_of(folder: Path | None, *, largest: int) -> FilesOf:
    """Finds the files of a record by its id and their names; without a folder there are none."""
    if folder is None:
        return lambda _instance, _names: ()
    return _MediaFolder(folder, largest).files_of


def _read(path: Path) -> UploadedFile:
    return UploadedFile(path.name, mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE, path.read_bytes())
