"""How fast do pulled pages come into the raw store, how fast is what is known passed over, and does memory stay flat?

Run: PYTHONPATH=. .venv/bin/python bench/pull.py [--records N] [--folder FOLDER]

A KoboToolbox form of 40 answers and a repeat (`tests/ingest/kobo_server.py` has its habits) is served by a child process, whose
processor time counts as ours; the pull is the whole path: HTTP on loopback, JSON, XML, sealing, tokens, audit line, commit.
Beside it stands the floor: fetching and parsing the same pages and doing nothing with them.
"""

import argparse
import multiprocessing
import resource
import tempfile
from collections import Counter
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import text

from app.program import Program, open_program
from app.sync import sync_source
from bench.measured import Meter
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import publish_form
from ingest.kobo import open_kobo
from ingest.pull import add_source
from tests.ingest.kobo_server import ASSET, TOKEN, kobo_serving

OPERATION = "BENCH"
NAMES = [f"q{number}" for number in range(40)]
FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>F</h:title><model>
<instance><data id="form" version="1"><g>{"".join(f"<{name}/>" for name in NAMES)}</g><member><name/><age/></member></data>
</instance>
</model></h:head><h:body><group ref="/data/member"><label>M</label><repeat nodeset="/data/member">
<input ref="/data/member/name"><label>N</label></input><input ref="/data/member/age"><label>A</label></input>
</repeat></group></h:body></h:html>""".encode()


def serve(pipe: Connection, records: int) -> None:
    with kobo_serving() as form:
        for number in range(1, records + 1):
            answers: dict[str, Any] = {f"g/{name}": f"answer {number} to {name}" for name in NAMES}
            answers["member"] = [{"member/name": f"member {one}", "member/age": str(one)} for one in range(3)]
            form.add(number, **answers)
        pipe.send(form.address)
        pipe.recv()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--records", type=int, default=20_000)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, given.records), daemon=True)
    server.start()
    address = here.recv()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder, open_program(Settings(var=Path(folder))) as program:
        measure(program, Meter.of(program.settings), address, given.records)
    here.send("enough")
    server.join()


def measure(program: Program, meter: Meter, address: str, records: int) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Bench"}))
        session.flush()
        publish_form(session, OPERATION, FORM, {})
        source = add_source(session, program.ring, OPERATION, address=address, asset=ASSET, form_id="form", token=TOKEN)

    def pull(*, sweep: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        for page in sync_source(program, OPERATION, source.id, sweep=sweep, actor="bench"):
            counts.update(asdict(page))
        return counts

    def floor() -> None:
        with open_kobo(address, ASSET, TOKEN, wait=sleep) as kobo:
            after = 0
            while page := kobo.records_after(after):
                after = page[-1].number

    meter.timed("floor: pages fetched and parsed, nothing kept", records, floor)
    before = memory()
    assert meter.timed("pulled into the raw store", records, lambda: pull(sweep=False))["new"] == records
    print(f"memory: {before:.0f} MB before, {memory():.0f} MB at most after")
    assert meter.timed("swept, all known", records, lambda: pull(sweep=True))["listed"] == records
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.execute(text("UPDATE ingest.source SET position = 0"))
    assert meter.timed("resent whole, all known", records, lambda: pull(sweep=False))["new"] == 0


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
