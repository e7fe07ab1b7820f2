"""What an import tells: how many records became what, and row by row where, what and why, on the screen and as a file."""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from app.cli.screen import console, show_table
from core.errors import Problem
from ingest import Outcome
from ingest.from_files import PassedOver, Told

__all__ = ["Report", "ReportExists", "reporting"]


class ReportExists(Problem):
    code = "APP-024"
    says = "There is {path} already; it was left as it is."
    remedy = "Name another file with --report."


LEFT: Final = "left out"
WAITING: Final = "waits for files"
WORDS: Final = {
    Outcome.ACCEPTED: "new",
    Outcome.RESENT: "known",
    Outcome.FILES_ADDED: "further files",
    Outcome.EDITED: "edit",
    Outcome.EDIT_RESENT: "known",
    Outcome.CONFLICTING: "conflict",
    Outcome.STALE_EDIT: "outdated edit",
    Outcome.UNKNOWN_FORM: "unknown form",
    Outcome.MALFORMED: "unreadable",
    Outcome.LOCKED: "locked",
    Outcome.ERASED: "erased before",
}
GOOD: Final = {"new", "known", "edit", "further files", WAITING}
HEADINGS: Final = ("file", "sheet", "row", "column", "outcome", "code", "reason", "what to do")
MOST_SHOWN: Final = 100


class Report:
    """Counts, the rows that need somebody's eye, and with a file all rows."""

    def __init__(self, file: TextIO | None, *, as_json: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._eye: list[tuple[str, ...]] = []
        self._file, self._as_json, self._first = file, as_json, True
        if file and not as_json:
            csv.writer(file).writerow(HEADINGS)

    def add(self, one: Told | PassedOver) -> None:
        row = _row(one)
        self.counts[row[4]] += 1
        waits = isinstance(one, Told) and not one.problem and not one.complete and one.outcome is not Outcome.ERASED
        self.counts[WAITING] += waits
        if (one.problem or row[4] == WORDS[Outcome.ERASED]) and len(self._eye) < MOST_SHOWN:
            self._eye.append(row)
        if self._file and self._as_json:
            self._file.write(("[" if self._first else ",\n") + json.dumps(dict(zip(HEADINGS, row, strict=True))))
        elif self._file:
            csv.writer(self._file).writerow(row)
        self._first = False

    def end(self) -> None:
        if self._file and self._as_json:
            self._file.write("[]\n" if self._first else "]\n")

    def show(self) -> None:
        """The rows that need somebody's eye, then the counts."""
        if self._eye:
            show_table(HEADINGS[:-1], [row[:-1] for row in self._eye], "")
        unshown = sum(count for word, count in self.counts.items() if word not in GOOD) - len(self._eye)
        if unshown > 0:
            console.print(f"... and {unshown} more: name a file with --report to have them all.")
        told = [f"{count} {word}" for word, count in self.counts.items() if count]
        console.print(", ".join(told) or "No record was found.")


@contextmanager
def reporting(path: Path | None) -> Iterator[Report]:
    """A report, written row by row to a new file that its owner alone can read: JSON by its name, else CSV."""
    if path is None:
        yield Report(None, as_json=False)
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ReportExists(path=path) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        report = Report(file, as_json=path.suffix.lower() == ".json")
        yield report
        report.end()


def _row(one: Told | PassedOver) -> tuple[str, ...]:
    place, problem = one.place, one.problem
    where: dict[str, Any] = problem.where if problem else {}
    said = (problem.code, problem.what, problem.what_to_do) if problem else ("", "", "")
    word = WORDS[one.outcome] if isinstance(one, Told) else LEFT
    return (place.file, place.sheet, str(place.row or ""), str(where.get("column", place.cells)), word, *said)
