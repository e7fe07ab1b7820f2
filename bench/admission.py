"""How fast do movement reports become events, what does one cost, and does the cost stay the same at ten times as many?

Run: PYTHONPATH=. .venv/bin/python bench/admission.py [--reports N] [--folder FOLDER] [--profile FILE]

Reports of one week are put into the raw store as the door puts them there, and admitted as the worker does it: batch by
batch, each batch a transaction with its checks, keys, lists and lines. First N of them, then ten times N more into the same
store. Beside it stands the floor: the same answers read back out of the raw store, and nothing done with them.
"""

import argparse
import cProfile
import random
import resource
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from time import process_time

import forms
from app.admission import BATCH, admit_batches
from app.demonstration.draw_answers import draw_reports
from app.demonstration.run_demonstration import GAZETTEER
from app.demonstration.send_answers import filled_report
from app.operations import add_operation
from app.program import Program, open_program
from bench.measured import Meter
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.places import read_gazetteer
from core.settings import Settings
from core.week import Week
from ingest import PlainPosts, Post, awaiting_submissions, read_submissions
from ingest.collectors import Collector, add_collector, find_collector

OPERATION = "BENCH"
GROUP = 100  # posts written by one commit


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--reports", type=int, default=2_000)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--profile", type=Path, help="where to write what the first N spend, for `python -m pstats`")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.folder) as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, given.reports, given.profile)


def measure(program: Program, reports: int, profile: Path | None) -> None:
    xform, collector = set_up(program)
    meter = Meter.of(program.settings)
    for count in (reports, 10 * reports):
        receive(program, collector, filled(xform, count))
        meter.timed(f"floor: {BATCH} of {count:,} read from the raw store", BATCH, lambda: floor(program))
        told = cProfile.Profile(process_time) if profile and count == reports else nullcontext()
        before = memory()
        with told:
            admitted = meter.timed(f"{count:,} reports admitted", count, lambda: admit(program))
        assert admitted == count, admitted
        print(f"memory: {before:.0f} MB before, {memory():.0f} MB at most after")
        if isinstance(told, cProfile.Profile):
            told.dump_stats(str(profile))


def set_up(program: Program) -> tuple[bytes, Collector]:
    """The form as it is published, and the team that fills it in."""
    places = read_gazetteer(GAZETTEER)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_operation(session, OPERATION, {"en": "Benchmark"}, places)
        compiled = forms.compile_workbook(forms.build_questionnaire("movement_tracking"), "movement_tracking.xlsx")
        forms.publish_form(session, OPERATION, compiled.xform, {"places.csv": forms.places_media(places)})
        token = add_collector(session, OPERATION, "bench")
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        found = find_collector(session, token)
    assert found
    return compiled.xform, found


def filled(xform: bytes, count: int) -> list[bytes]:
    week, places = Week.of(now().date()).plus(-1), read_gazetteer(GAZETTEER)
    return [filled_report(xform, report) for report in draw_reports(random.Random(count), places, [week], count)]


def receive(program: Program, collector: Collector, answers: Sequence[bytes]) -> None:
    """As the door writes what comes together."""
    plain = PlainPosts(program.ring)
    for first in range(0, len(answers), GROUP):
        with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            posts = (
                Post(OPERATION, str(collector.id), xml, (), collector.custody, collector.row_version)
                for xml in answers[first : first + GROUP]
            )
            sealed = [one for post in posts if (one := plain.seal(post, session))]
        group = plain.group(OPERATION, sealed)
        group.receipts(program.database.in_one_exchange(Zone.COLLECTION, group.said, operation=OPERATION, actor="bench"))


def admit(program: Program) -> int:
    return sum(count.admitted for count in admit_batches(program, OPERATION, actor="bench"))


def floor(program: Program) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        awaiting = awaiting_submissions(session, OPERATION, BATCH)
        read_submissions(session, program.ring, awaiting, purpose=Purpose.COLLECTION)


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
