"""Find the answers in folders, as phones (ODK Collect, KoboCollect) and ODK Briefcase keep them.

A folder for each answer, with the files that it names: Collect calls the answers as it calls their folder, Briefcase (and
Collect where it encrypts) `submission.xml`.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from ingest.from_files.candidate import PassedOver, Place
from ingest.from_files.errors import AnswersAmbiguous, AnswersTooLarge, DraftLeft, FileDamaged, LinkLeft
from ingest.from_files.file_tree import FilePacked, FileTree, Inside
from ingest.from_files.import_run import ImportRun
from ingest.from_files.media_folder import read_file
from ingest.from_files.phone_list import PhoneLists
from ingest.from_files.written_answers import WrittenAnswers

__all__ = ["folder_answers"]

ANSWERS: Final = "submission.xml"
INSTANCES: Final = "instances"


def folder_answers(
    run: ImportRun, tree: FileTree, *, largest: int, drafts: bool = False
) -> Iterator[WrittenAnswers | PassedOver]:
    """The answers below a folder, in the order of their names; one after the other is read, and forms are passed by.

    Answers that are larger than `largest` bytes with their files are passed over, and so are drafts unless `drafts`, as far as
    the phone's list tells of them. Raises `FileMissing`.
    """
    yield from _Walk(run, tree, largest, drafts).below(tree.top)


class _Walk:
    def __init__(self, run: ImportRun, tree: FileTree, largest: int, drafts: bool) -> None:  # noqa: FBT001  (its own caller's word)
        self.run, self.tree, self.largest = run, tree, largest
        self.lists = None if drafts else PhoneLists(tree)

    def below(self, path: PurePath) -> Iterator[WrittenAnswers | PassedOver]:
        found = self.tree.look_into(path)
        for name in found.links:
            yield PassedOver(self._place(path / name), LinkLeft())
        answers = _answers_in(path, found)
        if answers:
            yield self._one(path, found, answers)
        elif path.parent.name == INSTANCES and any(name.endswith(".xml") for name in found.files):
            yield PassedOver(self._place(path), AnswersAmbiguous())
        for name in found.folders:
            yield from self.below(path / name)

    def _one(self, path: PurePath, found: Inside, answers: str) -> WrittenAnswers | PassedOver:
        written = path / answers
        others = [path / name for name in found.files if name != answers]
        place = self._place(written)
        status = self.lists.draft_status(written) if self.lists else None
        if status:
            return PassedOver(place, DraftLeft(status=status))
        if sum(self.tree.size(file) or 0 for file in (written, *others)) > self.largest:
            return PassedOver(place, AnswersTooLarge(limit=self.largest))
        try:
            files = tuple(read_file(self.tree, file) for file in others)
            return WrittenAnswers.of(self.run, place, self.tree.read(written), files)
        except FilePacked:
            return PassedOver(place, FileDamaged())

    def _place(self, path: PurePath) -> Place:
        return Place(str(path.relative_to(self.tree.top)))


def _answers_in(path: PurePath, found: Inside) -> str | None:
    """The name of the answers among the files of a folder. What has instances below it is the folder of a form."""
    if INSTANCES in found.folders:
        return None
    named = [name for name in (ANSWERS, f"{path.name}.xml") if name in found.files]
    written = [name for name in found.files if name.endswith(".xml")]
    if not named and path.parent.name == INSTANCES and len(written) == 1:
        return written[0]
    return next(iter(named), None)
