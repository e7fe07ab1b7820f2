"""How fast is the main job? Receive over HTTP, admit, count, protect, release: each step timed on its own, whole path, durable.

Run: PYTHONPATH=. .venv/bin/python bench/main_job.py [--records N]    (prints a table; docs/benchmarks.md keeps the figures)

The floor for receiving is measured in the same run: one bare INSERT of a row of the same size, committed and fsynced.
"""

import argparse
import platform
import random
import secrets
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text

import casework
import forms
from anonymizer import weeks
from app.arriving.admission import admit_batches
from app.demonstration.draw_answers import draw_reports
from app.demonstration.phone import Phone
from app.demonstration.run_demonstration import GAZETTEER
from app.demonstration.send_answers import MOVEMENT, filled_report
from app.operations import add_operation
from app.program import Program, open_program
from app.releases.release_period import protect_week, release_period
from app.web.serve import serving_on_socket
from bench.measured import Meter
from core.clock import now
from core.database import Zone
from core.periods.week import Week
from core.places import read_gazetteer
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from ingest.collectors import add_collector

OPERATION = "BENCH"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=2000)
    records = arguments.parse_args().records
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, records, Path(folder))


def measure(program: Program, records: int, folder: Path) -> None:
    print(
        f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}, {records} reports of one week\n"
    )
    token = set_up(program)
    meter = Meter.of(program.settings)
    week = Week.of(now().date()).plus(-1)
    reports = draw_reports(random.Random(1), read_gazetteer(GAZETTEER), [week], records)
    with serving_on_socket(program, lambda _operation, _submission: None) as socket:
        phones = [Phone(httpx.HTTPTransport(uds=str(socket)), f"http://bench/key/{token}") for _ in range(16)]
        phones[0].download_forms()
        for phone in phones[1:]:
            phone.forms = phones[0].forms
        filled = [filled_report(phones[0].forms[MOVEMENT], report) for report in reports]
        print(f"a filled report: {len(filled[0])} bytes")
        half = len(filled) // 2
        meter.timed("floor: INSERT, commit, fsync, one client", half, lambda: floor(program, filled[:half]))
        meter.timed("receive over HTTP, one client", half, lambda: [phones[0].send(xml) for xml in filled[:half]])
        meter.timed("receive over HTTP, 16 at a time", len(filled) - half, lambda: send_at_once(phones, filled[half:]))
        meter.timed("the same again (resent), one client", half, lambda: [phones[0].send(xml) for xml in filled[:half]])
    meter.timed("admit", records, lambda: list(admit_batches(program, OPERATION, actor="bench")))
    with program.database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        facts = meter.timed(
            "open and count facts", records, lambda: casework.movement_facts(session, program.ring, OPERATION, week)
        )
        places = read_gazetteer(GAZETTEER)
        meter.timed("aggregate to all levels", records, lambda: weeks.count_movements(facts, places, week, operation=OPERATION))
    meter.timed("protect, prove and store the week", 1, lambda: protect_week(program, OPERATION, week, actor="bench"))
    meter.timed(
        "write the release, 3 languages", 1, lambda: release_period(program, OPERATION, week, folder / "release", actor="bench")
    )


def set_up(program: Program) -> str:
    places = read_gazetteer(GAZETTEER)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_operation(session, OPERATION, {"en": "Benchmark"}, places)
        compiled = forms.compile_workbook(forms.build_questionnaire("movement_tracking"), "movement_tracking.xlsx")
        forms.publish_form(session, OPERATION, compiled.xform, {"places.csv": forms.places_media(places)})
        return add_collector(session, OPERATION, "bench")


def floor(program: Program, filled: Sequence[bytes]) -> None:
    """One durable commit per answer, with nothing else done: what the disk allows."""
    owner = program.database.engine.url.set(username=ADMINISTRATOR)
    with create_engine(owner).connect() as connection:
        connection.execute(text("CREATE TABLE public.floor (id serial PRIMARY KEY, content bytea)"))
        connection.commit()
        for xml in filled:
            connection.execute(
                text("INSERT INTO public.floor (content) VALUES (:content)"), {"content": secrets.token_bytes(len(xml))}
            )
            connection.commit()


def send_at_once(phones: Sequence[Phone], filled: Sequence[bytes]) -> None:
    with ThreadPoolExecutor(len(phones)) as pool:
        list(pool.map(lambda numbered: phones[numbered[0] % len(phones)].send(numbered[1]), enumerate(filled)))


if __name__ == "__main__":
    main()
