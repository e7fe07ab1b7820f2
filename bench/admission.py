"""How fast do movement reports become events, and interviews persons with their cases; what does one cost?

Run: PYTHONPATH=. .venv/bin/python bench/admission.py [--reports N] [--interviews N] [--folder FOLDER] [--profile FILE]

Reports of one week are put into the raw store as the door puts them there, and admitted as the worker does it: batch by
batch, each batch a transaction with its checks, keys, lists and lines. First N of them, then ten times N more into the same
store. Beside it stands the floor: the same answers read back out of the raw store, and nothing done with them.

Interviews likewise, in a store of their own: N screenings as the demonstration draws them, each of another case and with the
entity that a phone names (their names are those of `bench/duplicates.py`, which are as many as in life), then an assistance
interview for each tenth of these cases. What is sent to the database is counted too.
"""

import argparse
import cProfile
import random
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import process_time
from typing import Any

import psycopg
from lxml import etree
from sqlalchemy import create_engine, text

import forms
from app.arriving.admission import BATCH, admit_batches
from app.demonstration.draw_answers import Interview, draw_interviews, draw_reports, draw_uuid
from app.demonstration.phone import fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.demonstration.send_answers import filled_report
from app.operations import add_operation
from app.program import Program, open_program
from bench.duplicates import draw
from bench.measured import Meter
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.periods.week import Week
from core.places import read_gazetteer
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from forms import RecordPart
from ingest import PlainPosts, Post, awaiting_submissions, read_submissions
from ingest.collectors import Collector, add_collector, find_collector

OPERATION = "BENCH"
GROUP = 100  # posts written by one commit
FORMS = ("movement_tracking", "screening_interview", "assistance_interview")
ENTITY = "{http://www.opendatakit.org/xforms/entities}entity"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--reports", type=int, default=2_000)
    asked.add_argument("--interviews", type=int, default=10_000)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--profile", type=Path, help="where to write what the first N spend, for `python -m pstats`")
    given = asked.parse_args()
    if given.reports:
        in_new_store(given.folder, lambda program: measure_reports(program, given.reports, given.profile))
    if given.interviews:
        in_new_store(given.folder, lambda program: measure_interviews(program, given.interviews, given.profile))


def in_new_store(folder: Path | None, work: Callable[[Program], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as new:
        Path(new).chmod(0o711)
        with open_program(Settings(var=Path(new))) as program:
            work(program)


def measure_reports(program: Program, reports: int, profile: Path | None) -> None:
    xforms, collector = set_up(program)
    meter = Meter.of(program.settings)
    for count in (reports, 10 * reports):
        receive(program, collector, filled(xforms["movement_tracking"], count))
        measure(program, meter, f"{count:,} reports", count, profile if count == reports else None)


def measure_interviews(program: Program, interviews: int, profile: Path | None) -> None:
    xforms, collector = set_up(program)
    meter = Meter.of(program.settings)
    screenings, assistances = sent(xforms, interviews)
    few = max(1, interviews // 10)
    receive(program, collector, screenings)
    analyze(program)
    measure(program, meter, f"{interviews:,} screenings", interviews, profile)
    receive(program, collector, assistances[:few])
    analyze(program)
    measure(program, meter, f"{few:,} assistance interviews", few, None)
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        for table in ("person", "consent", "restriction", "token", "duplicate_candidate"):
            print(f"{table}: {session.scalar(text(f'SELECT count(*) FROM casework.{table}')):,}")


def measure(program: Program, meter: Meter, what: str, count: int, profile: Path | None) -> None:
    meter.timed(f"floor: {BATCH} of {what} read from the raw store", BATCH, lambda: floor(program))
    told = cProfile.Profile(process_time) if profile else nullcontext()
    before = memory()
    with counting_statements() as statements, told:
        admitted = meter.timed(f"{what} admitted", count, lambda: admit(program))
    assert admitted == count, admitted
    print(f"{statements.total() / count:.2f} statements each; memory: {before:.0f} MB before, {memory():.0f} MB at most after")
    if isinstance(told, cProfile.Profile):
        told.dump_stats(str(profile))


@contextmanager
def counting_statements() -> Iterator[Counter[str]]:
    """What this process has run, whoever asked for it."""
    counted, run = Counter[str](), psycopg.Cursor.execute

    def execute(cursor: Any, query: Any, *given: Any, **how: Any) -> Any:
        counted["statements"] += 1
        return run(cursor, query, *given, **how)

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    try:
        yield counted
    finally:
        psycopg.Cursor.execute = run  # type: ignore[method-assign]


def set_up(program: Program) -> tuple[Mapping[str, bytes], Collector]:
    """The forms as they are published, and the team that fills them in."""
    places, published = read_gazetteer(GAZETTEER), {}
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_operation(session, OPERATION, {"en": "Benchmark"}, places)
        for name in FORMS:
            published[name] = forms.compile_workbook(forms.build_questionnaire(name), f"{name}.xlsx").xform
            forms.publish_form(session, OPERATION, published[name], {"places.csv": forms.places_media(places)})
        token = add_collector(session, OPERATION, "bench")
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        found = find_collector(session, token)
    assert found
    return published, found


def filled(xform: bytes, count: int) -> list[bytes]:
    week, places = Week.of(now().date()).plus(-1), read_gazetteer(GAZETTEER)
    return [filled_report(xform, report) for report in draw_reports(random.Random(count), places, [week], count)]


def sent(xforms: Mapping[str, bytes], screenings: int) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Screenings, and an assistance interview of each of their cases, as phones send them."""
    one, other = ([interview_sent(xforms[each.form], each) for each in some] for some in drawn(screenings))
    return one, other


def drawn(screenings: int) -> tuple[Sequence[Interview], Sequence[Interview]]:
    chance, week = random.Random(screenings), Week.of(now().date()).plus(-1)
    interviews = draw_interviews(chance, read_gazetteer(GAZETTEER), [week], 2 * screenings)
    return [named_as_in_life(chance, one) for one in interviews[:screenings]], interviews[screenings:]


def named_as_in_life(chance: random.Random, screening: Interview) -> Interview:
    """The demonstration has 168 names, so that there every person would be compared with dozens."""
    names, members = draw(chance)[RecordPart.IDENTITY], screening.answers["household_member"]
    own = {question: names[question] for question in ("prs_First_Name", "prs_Second_Name")}
    others = [{**member, "member_name": whole_name(chance)} for member in members if isinstance(member, Mapping)]
    return Interview(screening.form, screening.instance, {**screening.answers, **own, "household_member": others})


def whole_name(chance: random.Random) -> str:
    return " ".join(draw(chance)[RecordPart.IDENTITY][part] for part in ("prs_First_Name", "prs_Second_Name"))


def interview_sent(xform: bytes, interview: Interview) -> bytes:
    """As a phone sends it: a screening names the case that it opens."""
    root = etree.fromstring(fill_form(xform, interview.answers, interview.instance))
    for entity in root.iter(ENTITY):
        if "create" in entity.attrib:
            entity.set("create", "1")
            entity.set("id", str(draw_uuid(random.Random(str(interview.instance)))))
    for member in [one for one in root.iter("{*}household_member") if not "".join(one.itertext()).strip()]:
        member.getparent().remove(member)  # the blank form shows one, which no phone sends unless it was filled in
    return etree.tostring(root)


def analyze(program: Program) -> None:
    """What PostgreSQL does by itself a minute after much was written."""
    owner = create_engine(program.database.engine.url.set(username=ADMINISTRATOR), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("ANALYZE"))
    owner.dispose()


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
