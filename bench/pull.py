"""How fast do pulled pages come into the raw store, how fast is what is known passed over, and does memory stay flat?

Run: PYTHONPATH=. .venv/bin/python bench/pull.py [--server kobotoolbox|odk-central] [--records N] [--folder FOLDER]
     PYTHONPATH=. .venv/bin/python bench/pull.py --memory --records N [--folder FOLDER]

A form of 40 answers and a repeat is served by a child process with the habits of the one server or the other
(`tests/ingest/kobo_server.py`, `central_server.py`), whose processor time counts as ours. A real one works elsewhere, so
this one makes each page once, before anything is measured. The pull is the whole path: HTTP on loopback, JSON, XML, sealing,
tokens, audit line, commit.
Beside it stands the floor: fetching and parsing the same pages and doing nothing with them.

`--memory` pulls once, from a server that has any number of records and holds none, and tells at every hundred thousandth what
the pulling process and those beside it have in memory. Last comes how it grows from the first of these moments on.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing import active_children as children
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import linear_regression
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import text

from app.arriving.sync import sync_source
from app.program import Program, open_program
from bench.measured import Meter
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import publish_form
from ingest.central import open_central
from ingest.kobo import open_kobo
from ingest.pull import Server, ServerRecord, Spot
from ingest.sources import Kind, Source, add_source, number_of
from tests.ingest.central_server import EMAIL, PASSWORD, START, CentralForm, central_serving
from tests.ingest.kobo_server import ASSET, TOKEN, KoboForm, kobo_serving

OPERATION = "BENCH"
EACH = 100_000
NAMES = [f"q{number}" for number in range(40)]
FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>F</h:title><model>
<instance><data id="form" version="1"><g>{"".join(f"<{name}/>" for name in NAMES)}</g><member><name/><age/></member></data>
</instance>
</model></h:head><h:body><group ref="/data/member"><label>M</label><repeat nodeset="/data/member">
<input ref="/data/member/name"><label>N</label></input><input ref="/data/member/age"><label>A</label></input>
</repeat></group></h:body></h:html>""".encode()


def serve(pipe: Connection, kind: Kind | None, records: int) -> None:
    with (SERVERS[kind] if kind else endless)(records) as address:
        pipe.send(address)
        pipe.recv()


@contextmanager
def kobo(records: int) -> Iterator[str]:
    with kobo_serving() as form:
        for number in range(1, records + 1):
            add_record(form, number)
        form.written = kept(form.written)  # type: ignore[method-assign]
        yield form.address


@contextmanager
def endless(records: int) -> Iterator[str]:
    """The records of `kobo`, each made when it is asked for."""
    with kobo_serving() as form:

        def answer(_: str, asked: dict[str, str]) -> Any:
            after = json.loads(asked["query"])["_id"]["$gt"]
            numbers = range(after + 1, min(after + form.cap, records) + 1)
            page = [add_record(form, number) for number in numbers]
            form.records.clear()
            form.asked.clear()
            return {"count": records - after, "next": None, "previous": None, "results": page}

        form.answer = answer  # type: ignore[method-assign]
        yield form.address


def add_record(form: KoboForm, number: int) -> dict[str, Any]:
    answers: dict[str, Any] = {f"g/{name}": text for name, text in answered(number).items()}
    answers["member"] = [{"member/name": f"member {one}", "member/age": str(one)} for one in range(3)]
    return form.add(number, **answers)


@contextmanager
def central(records: int) -> Iterator[str]:
    with central_serving() as form:
        for number in range(1, records + 1):
            members = [{"name": f"member {one}", "age": str(one)} for one in range(3)]
            row = form.add(f"uuid:{number}", at=START + number * 10, g=answered(number), member=members)
            del row["person"]
        form.written = kept(form.written)  # type: ignore[method-assign]
        yield form.address


def kept(written: Callable[..., bytes]) -> Callable[..., bytes]:
    """Each page is made once, when it is first asked for."""
    known: dict[str, bytes] = {}

    def known_or_written(*asked: Any) -> bytes:
        if (page := known.get(repr(asked))) is None:
            page = known[repr(asked)] = written(*asked)
        return page

    return known_or_written


SERVERS = {Kind.KOBO: kobo, Kind.CENTRAL: central}


def answered(number: int) -> dict[str, str]:
    return {name: f"answer {number} to {name}" for name in NAMES}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--server", type=Kind, default=Kind.KOBO)
    asked.add_argument("--records", type=int, default=20_000)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--memory", action="store_true")
    given = asked.parse_args()
    here, there = multiprocessing.Pipe()
    kind = None if given.memory else given.server
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, kind, given.records), daemon=True)
    server.start()
    address = here.recv()
    with (
        folder_for_a_cluster(given.folder) as folder,
        open_program(Settings(var=folder)) as program,
    ):
        if given.memory:
            watch(program, server_of(program, Kind.KOBO, address), given.records, server.pid)
        else:
            measure(program, Meter.of(program.settings), given.server, address, given.records)
    here.send("enough")
    server.join()


@contextmanager
def folder_for_a_cluster(within: Path | None) -> Iterator[Path]:
    """A folder that the database's own user can pass through, so that its files lie in it and go with it."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=within) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "var"


def server_of(program: Program, kind: Kind, address: str) -> Source:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Bench"}))
        session.flush()
        publish_form(session, OPERATION, FORM, {})
        asset, token = (ASSET, TOKEN) if kind is Kind.KOBO else (CentralForm.asset, f"{EMAIL}\n{PASSWORD}")
        return add_source(
            session, program.ring, OPERATION, address=address, asset=asset, form_id="form", token=token, kind=kind
        )


def watch(program: Program, source: Source, records: int, server: int | None) -> None:
    """Resident memory in MB beside the records taken in; shared memory is counted in each process."""
    taken, told, begun = 0, 0, perf_counter()
    seen: list[tuple[int, float]] = []
    print(f"{'records':>12}{'seconds':>10}{'here, MB':>12}{'beside, MB':>14}")
    for page in sync_source(program, OPERATION, source.id, sweep=False, actor="bench"):
        taken += page.new
        if taken // EACH > told or taken == records:
            told = taken // EACH
            here, beside = resident(os.getpid()), [resident(one.pid) for one in children() if one.pid not in (None, server)]
            seen.append((taken, here))
            print(f"{taken:>12,}{perf_counter() - begun:>10.0f}{here:>12.1f}{sum(beside):>14.1f}", flush=True)
    assert taken == records
    print(f"memory: {memory():.0f} MB at most")
    if len(seen) > 1:
        slope, _ = linear_regression([taken for taken, _ in seen], [held for _, held in seen])
        print(f"by least squares {slope * 1_000_000:+.2f} MB for a million records")


def measure(program: Program, meter: Meter, kind: Kind, address: str, records: int) -> None:
    source = server_of(program, kind, address)

    def pull(*, sweep: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        for page in sync_source(program, OPERATION, source.id, sweep=sweep, actor="bench"):
            counts.update(asdict(page))
        return counts

    def floor() -> None:
        for _ in pages(program, source):
            pass

    floor()  # the server makes its pages
    meter.timed("floor: pages fetched and parsed, nothing kept", records, floor)
    before = memory()
    assert meter.timed("pulled into the raw store", records, lambda: pull(sweep=False))["new"] == records
    print(f"memory: {before:.0f} MB before, {memory():.0f} MB at most after")
    swept = meter.timed("swept, all known", records, lambda: pull(sweep=True))
    assert swept["listed"] == (records if kind is Kind.KOBO else 0)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.execute(text("UPDATE ingest.source SET position = 0"))
    assert meter.timed("resent whole, all known", records, lambda: pull(sweep=False))["new"] == 0


def pages(program: Program, source: Source) -> Iterator[Sequence[ServerRecord]]:
    """Everything that the server has, as a pull asks for it."""
    if source.kind is Kind.KOBO:
        with open_kobo(source.address, source.asset, TOKEN, wait=sleep) as kobo_server:
            yield from all_pages(kobo_server)
    else:
        number = partial(number_of, program.ring, source.id)
        with open_central(source.address, source.asset, (EMAIL, PASSWORD), number_of=number, wait=sleep) as central_server:
            yield from all_pages(central_server)


def all_pages(server: Server) -> Iterator[Sequence[ServerRecord]]:
    spot: Spot | None = server.spot_after(0)
    while spot:
        page = server.read_page(server.ask_page(spot))
        yield page.records
        spot = page.next


def resident(process: int | None) -> float:
    """What a process has in memory at this moment, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
