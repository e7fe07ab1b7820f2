"""What a dry run remembers: it keeps nothing, so a record that stands twice is known by what was met before."""

from dataclasses import replace
from typing import Final

from ingest.errors import EditOutdated, Outcome
from ingest.from_files.candidate import Told
from ingest.from_files.errors import StandsTwice

__all__ = ["RecordsMet"]

SAME: Final = {Outcome.ACCEPTED: Outcome.RESENT, Outcome.EDITED: Outcome.EDIT_RESENT}


class RecordsMet:
    """The records of one dry run that would have become submissions."""

    def __init__(self) -> None:
        self._answers: dict[bytes, bytes] = {}
        self._replaced: set[bytes] = set()

    def compare(self, told: Told) -> Told:
        """What would become of the record, now that those before it are known."""
        mark = told.mark
        if mark is None or told.outcome not in SAME:
            return told
        before = self._answers.get(mark.instance)
        if before == mark.answers:
            return replace(told, outcome=SAME[told.outcome])
        if before is not None:
            return replace(told, outcome=Outcome.CONFLICTING, complete=False, problem=StandsTwice())
        if mark.replaces in self._replaced:
            outdated = EditOutdated(form_id=mark.form_id)
            return replace(told, outcome=outdated.outcome, complete=False, problem=outdated)
        self._answers[mark.instance] = mark.answers
        if mark.replaces:
            self._replaced.add(mark.replaces)
        return told
