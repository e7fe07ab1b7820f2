"""Does memory stay flat while a file of a gigabyte is pulled from another server, and while it is read again?

Run: PYTHONPATH=. .venv/bin/python bench/large_file.py [--bytes N] [--folder FOLDER]

The server is a child process (`tests/ingest/kobo_server.py`) with one record and its film; memory is that of this process.
Beside it stands the floor: the same bytes fetched and dropped.
"""

import argparse
import multiprocessing
import tempfile
from mmap import mmap
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select

from app.arriving.pulled_server import find_with_token, open_server
from app.arriving.sync import sync_source
from app.program import Program, open_program
from bench.measured import Meter
from bench.pull import memory
from core.audit import Purpose
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import publish_form
from ingest import read_submission
from ingest.models import Submission
from ingest.sources import Source, add_source
from tests.ingest.conftest import FORM
from tests.ingest.kobo_server import ASSET, TOKEN, kobo_serving

OPERATION = "BENCH"


def serve(pipe: Connection, size: int) -> None:
    with kobo_serving() as form:
        form.add(1, photo="film.mp4")
        form.attach(1, "film.mp4", mmap(-1, size))  # type: ignore[arg-type]  (zeros, which take no room)
        pipe.send(form.address)
        pipe.recv()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bytes", type=int, default=1_000_000_000)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, given.bytes), daemon=True)
    server.start()
    address = here.recv()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder, open_program(Settings(var=Path(folder))) as program:
        measure(program, Meter.of(program.settings), address, given.bytes)
    here.send("enough")
    server.join()


def measure(program: Program, meter: Meter, address: str, size: int) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Bench"}))
        session.flush()
        publish_form(session, OPERATION, FORM, {})
        source = add_source(session, program.ring, OPERATION, address=address, asset=ASSET, form_id="household", token=TOKEN)
    before = memory()
    meter.timed("floor: fetched and dropped", 1, lambda: dropped(program, source))
    floor = memory()
    meter.timed("pulled, sealed and kept", 1, lambda: list(sync_source(program, OPERATION, source.id, actor="bench")))
    kept = memory()
    assert meter.timed("read again, piece by piece", 1, lambda: read(program)) == size
    print(f"memory at most: {before:.0f} MB before, {floor:.0f} MB fetched, {kept:.0f} MB kept, {memory():.0f} MB read")


def dropped(program: Program, source: Source) -> None:
    _, token = find_with_token(program, OPERATION, source.id, "bench")
    with open_server(program, source, token) as server:
        [record] = server.read_page(server.ask_page(server.spot_after(0))).records
        [film] = record.files
        server.fetch(film, lambda pieces: sum(map(len, pieces)))


def read(program: Program) -> int:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        [submission] = session.scalars(select(Submission.id))
        stored = read_submission(session, program.ring, submission, purpose=Purpose.VERIFICATION)
        return sum(len(piece) for piece in stored.files[0].pieces())


if __name__ == "__main__":
    main()
