"""What do more workers gain when they search for one month together, each with a processor of its own?

Run: PYTHONPATH=. .venv/bin/python bench/search_together.py [--month 2025-M12] [--workers 1 2]

The month of `bench/protect_month.py`: its weeks are protected and stored, then it is asked for. One worker takes it; the others
come when it calls, as messages of a broker would bring them. Each may use one processor, as on a machine of its own. Told are
seconds of the processor, of who took it: its search, and all that it did; of each who helped; how many pieces each found; and
whether tables and proof are the same as those of the first.
"""

import argparse
import os
import platform
import random
import tempfile
from collections.abc import Iterator
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from time import monotonic
from typing import Any, Final

from anonymizer import asking, protect, weeks
from anonymizer.policy import default_policy
from anonymizer.weeks import KeptPeriod
from anonymizer.weeks.count_movements import count_movements
from anonymizer.weeks.sealed_evidence import load_evidence
from app.demonstration.draw_answers import draw_reports
from app.demonstration.run_demonstration import GAZETTEER
from app.operations import add_operation
from app.program import Program, open_program
from app.releases.protect_asked import ask_as, protect_asked
from bench.protect_month import YEAR, as_fact
from bench.protect_tables import processor
from core.access import Access
from core.database import Zone
from core.periods.month import Month
from core.places import read_gazetteer
from core.settings import Settings

FORK: Final = get_context("fork")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--month", type=Month.parse, default=Month(2025, 12))
    arguments.add_argument("--reports", type=int, default=96)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}", flush=True)
    known = list(_protected(given.month, given.reports))
    first = None
    for workers in given.workers:
        with tempfile.TemporaryDirectory(prefix="waystation-bench-") as folder:
            found = _together(Path(folder), given.month, known, workers)
        first = first or found
        print(f"{workers} at it: {'the same' if found == first else 'SOMETHING ELSE'}", flush=True)


def _protected(month: Month, reports: int) -> Iterator[KeptPeriod]:
    places = read_gazetteer(GAZETTEER)
    drawn = draw_reports(random.Random(1), places, YEAR, reports * len(YEAR))
    for week in month.weeks:
        facts = [as_fact(report) for report in drawn if report.week == week]
        counted = count_movements(facts, places, week, operation="BENCH")
        yield KeptPeriod(protect(counted, default_policy()), counted.tables)


def _together(folder: Path, month: Month, known: list[KeptPeriod], workers: int) -> object:
    with open_program(Settings(var=folder)) as program:
        with program.database.transaction(Zone.COLLECTION, operation="BENCH") as session:
            add_operation(session, "BENCH", {"en": "Bench"}, read_gazetteer(GAZETTEER))
        with program.database.transaction(Zone.ANONYMIZER, operation="BENCH") as session:
            for week in known:
                weeks.store_protected(session, program.ring, week.protected, week.counted)
        ask_as(program, Access.of_system("officer", "BENCH"), month)
        told, tell = FORK.Pipe(duplex=False)
        calls = FORK.Semaphore(0)
        processes = [FORK.Process(target=_work, args=(program, month, at, calls, tell)) for at in range(workers)]
        begun = monotonic()
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            print(f"    {told.recv()}", flush=True)
        print(f"    {monotonic() - begun:.1f} s by the clock")
        with program.database.transaction(Zone.ANONYMIZER, operation="BENCH") as session:
            digests = weeks.load_protected(session, program.ring, "BENCH", month).proof.digests
            return digests, load_evidence(session, program.ring, "BENCH", month)


def _work(program: Program, month: Month, at: int, calls: Semaphore, tell: Connection) -> None:
    """The first takes the month; each other waits for a call."""
    if at:
        calls.acquire()
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[at % len(processors)]})
    found, spent = _watched()
    with program.apart() as own:
        before = processor()
        taken = protect_asked(own, "BENCH", month, calls.release)
        all_of_it = processor() - before
    role = "took it" if taken else "helped"
    tell.send(f"worker {at} {role}: {all_of_it:.1f} s, its search {sum(spent):.1f} s; {len(found)} pieces found")


def _watched() -> tuple[list[int], list[float]]:
    """The pieces that this process finds, and the seconds of the processor that its searches take."""
    found, spent = list[int](), list[float]()
    searching: Any = import_module("anonymizer.protect")  # the face's function has its name
    keep, search = asking.SealedPieces.keep, searching.suppress

    def keep_and_count(self: asking.SealedPieces, number: int, piece: bytes) -> None:
        found.append(number)
        keep(self, number, piece)

    def search_and_time(*given: Any, **named: Any) -> Any:
        before = processor()
        try:
            return search(*given, **named)
        finally:
            spent.append(processor() - before)

    asking.SealedPieces.keep = keep_and_count  # type: ignore[method-assign]
    searching.suppress = search_and_time
    return found, spent


if __name__ == "__main__":
    main()
