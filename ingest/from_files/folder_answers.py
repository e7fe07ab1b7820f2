"""Find the answers in folders, as phones (ODK Collect, KoboCollect) and ODK Briefcase keep them.

A folder for each answer, with the files that it names: Collect calls the answers as it calls their folder, Briefcase (and
Collect where it encrypts) `submission.xml`. A card may come from anybody, so nothing outside the folder is read: no link is
followed.
"""

import mimetypes
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.from_files.candidate import PassedOver, Place
from ingest.from_files.errors import AnswersAmbiguous, AnswersTooLarge, DraftLeft, FileMissing, LinkLeft
from ingest.from_files.import_run import ImportRun
from ingest.from_files.phone_list import PhoneLists
from ingest.from_files.written_answers import WrittenAnswers
from ingest.uploaded_file import UploadedFile

__all__ = ["folder_answers"]

ANSWERS: Final = "submission.xml"
INSTANCES: Final = "instances"
UNKNOWN_TYPE: Final = "application/octet-stream"


def folder_answers(
    run: ImportRun, folder: Path, *, largest: int, drafts: bool = False
) -> Iterator[WrittenAnswers | PassedOver]:
    """The answers below a folder, in the order of their names; one after the other is read, and forms are passed by.

    Answers that are larger than `largest` bytes with their files are passed over, and so are drafts unless `drafts`, as far as
    the phone's list tells of them. Raises `FileMissing`.
    """
    if not folder.is_dir():
        raise FileMissing(path=folder)
    yield from _Walk(run, folder, largest, drafts).below(folder)


@dataclass(frozen=True)
class _Folder:
    """What lies in a folder, by name; `links` is what is neither a plain file nor a folder."""

    path: Path
    files: Sequence[str]
    folders: Sequence[str]
    links: Sequence[str]


class _Walk:
    def __init__(self, run: ImportRun, top: Path, largest: int, drafts: bool) -> None:  # noqa: FBT001  (its own caller's word)
        self.run, self.top, self.largest = run, top, largest
        self.lists = None if drafts else PhoneLists()

    def below(self, path: Path) -> Iterator[WrittenAnswers | PassedOver]:
        found = _look_into(path)
        for name in found.links:
            yield PassedOver(self._place(path / name), LinkLeft())
        answers = _answers_in(found)
        if answers:
            yield self._one(found, answers)
        elif path.parent.name == INSTANCES and any(name.endswith(".xml") for name in found.files):
            yield PassedOver(self._place(path), AnswersAmbiguous())
        for name in found.folders:
            yield from self.below(path / name)

    def _one(self, found: _Folder, answers: str) -> WrittenAnswers | PassedOver:
        place = self._place(found.path / answers)
        status = self.lists.draft_status(found.path / answers) if self.lists else None
        if status:
            return PassedOver(place, DraftLeft(status=status))
        if sum((found.path / name).stat().st_size for name in found.files) > self.largest:
            return PassedOver(place, AnswersTooLarge(limit=self.largest))
        files = tuple(_file(found.path / name) for name in found.files if name != answers)
        return WrittenAnswers.of(self.run, place, (found.path / answers).read_bytes(), files)

    def _place(self, path: Path) -> Place:
        return Place(str(path.relative_to(self.top)))


def _look_into(path: Path) -> _Folder:
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
    return _Folder(path, files, folders, links)


def _answers_in(found: _Folder) -> str | None:
    """The name of the answers among the files of a folder. What has instances below it is the folder of a form."""
    if INSTANCES in found.folders:
        return None
    named = [name for name in (ANSWERS, f"{found.path.name}.xml") if name in found.files]
    written = [name for name in found.files if name.endswith(".xml")]
    if not named and found.path.parent.name == INSTANCES and len(written) == 1:
        return written[0]
    return next(iter(named), None)


def _file(path: Path) -> UploadedFile:
    return UploadedFile(path.name, mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE, path.read_bytes())
