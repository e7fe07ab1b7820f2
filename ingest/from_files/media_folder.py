"""The files of records that lie in a folder beside a table, as KoboToolbox packs them: each record's in a folder of its id."""

import mimetypes
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from ingest.from_files.file_tree import FilePacked, FileTree
from ingest.from_files.row_answers import FilesOf
from ingest.uploaded_file import UploadedFile

__all__ = ["media_of", "read_file"]

UNKNOWN_TYPE: Final = "application/octet-stream"


class _MediaFolder:
    def __init__(self, tree: FileTree, largest: int) -> None:
        self._tree, self._largest = tree, largest
        self._folders = {path.name: path for path in _all_below(tree, tree.top)}

    def files_of(self, instance_id: str, names: frozenset[str]) -> Sequence[UploadedFile]:
        folder = self._folders.get(instance_id.removeprefix("uuid:"))
        paths = [folder / name for name in sorted(names) if "/" not in name and "\\" not in name] if folder else []
        return list(self._read(path for path in paths if self._is_there(path)))

    def _is_there(self, path: PurePath) -> bool:
        size = self._tree.size(path)
        return size is not None and size <= self._largest

    def _read(self, paths: Iterator[PurePath]) -> Iterator[UploadedFile]:
        for path in paths:
            try:
                yield read_file(self._tree, path)
            except FilePacked:  # the record waits for it
                continue


def media_of(tree: FileTree | None, *, largest: int) -> FilesOf:
    """Finds the files of a record by its id and their names; without a folder there are none."""
    if tree is None:
        return lambda _instance, _names: ()
    return _MediaFolder(tree, largest).files_of


def read_file(tree: FileTree, path: PurePath) -> UploadedFile:
    """A file as a phone would have sent it; raises `FilePacked`."""
    return UploadedFile(path.name, mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE, tree.read(path))


def _all_below(tree: FileTree, path: PurePath) -> Iterator[PurePath]:
    yield path
    for name in tree.look_into(path).folders:
        yield from _all_below(tree, path / name)
