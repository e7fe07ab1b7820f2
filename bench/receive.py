"""How many answers does the door take in a second, how long does each wait, and what does one cost?

Run: PYTHONPATH=. .venv/bin/python bench/receive.py [--answers N] [--clients 1 16] [--folder FOLDER] [--resent N]

Answers of 40 fields and a repeat (some 1.2 kB) are posted over HTTP on a unix socket by a child process: each client sends
the next one when it has the answer to the one before. The whole path, durable: each was committed before it was answered.
Beside it stands the floor: a bare INSERT of as many bytes, committed and fsynced, one after the other. Processor time is
told apart for the server, for the database and for the child, since all of them share the machine. With `--resent N`, N answers
are sent and then all of them again, by the most clients: what memory the server held, and what the database wrote meanwhile.
"""

import argparse
import multiprocessing
import os
import secrets
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text

from app.program import Program, open_program
from app.web.serve import serving_on_socket
from bench.measured import Meter
from core.database import Zone
from core.models import Operation
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from forms import publish_form
from ingest.collectors import add_collector

OPERATION = "BENCH"
NAMES = [f"q{number}" for number in range(40)]
FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>F</h:title><model>
<instance><data id="form" version="1"><g>{"".join(f"<{name}/>" for name in NAMES)}</g><member><name/><age/></member></data>
</instance>
</model></h:head><h:body><group ref="/data/member"><label>M</label><repeat nodeset="/data/member">
<input ref="/data/member/name"><label>N</label></input><input ref="/data/member/age"><label>A</label></input>
</repeat></group></h:body></h:html>""".encode()


@dataclass(frozen=True)
class Load:
    """What one run of the child saw: each client's waits in seconds, statuses, and its own processor time."""

    seconds: float
    waits: Sequence[float]
    statuses: Counter[int]
    processor: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--answers", type=int, default=2_000)
    asked.add_argument("--clients", type=int, nargs="+", default=[1, 16])
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--resent", type=int, default=0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.folder) as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            if given.resent:
                send_all_again(program, given.resent, max(given.clients))
            else:
                measure(program, given.answers, given.clients)


def measure(program: Program, answers: int, clients: Sequence[int]) -> None:
    print(f"answers of {len(filled())} bytes")
    meter = Meter.of(program.settings)
    meter.timed("floor: INSERT, commit, fsync, one client", answers, lambda: floor(program, answers, len(filled())))
    tokens = set_up(program, max(clients))
    print(f"\n{'received over HTTP':<40}{'wall':>12}{'p50':>10}{'p95':>10}{'server':>11}{'database':>11}{'child':>9}")
    with serving_on_socket(program, lambda _operation, _submission: None) as path:
        sent(path, tokens, [filled() for _ in range(200)])
        for count in clients:
            posts = [filled() for _ in range(answers)]
            for what, status in (("new", 201), ("the same again", 202)):
                spent = meter.database()
                load, server = sent(path, tokens[:count], posts)
                assert load.statuses == {status: answers}, load.statuses
                tell(f"{what}, {count} at a time", load, server, meter.database() - spent)


def send_all_again(program: Program, answers: int, clients: int) -> None:
    meter, tokens = Meter.of(program.settings), set_up(program, clients)
    posts = [filled() for _ in range(answers)]
    with serving_on_socket(program, lambda _operation, _submission: None) as path:
        sent(path, tokens, [filled() for _ in range(200)])
        for what, status in (("new", 201), ("the same again", 202)):
            with administrating(program) as connection:
                held, spent, before = memory(), meter.database(), connection.execute(text(WRITTEN)).one()
                load, server = sent(path, tokens, posts)
                assert load.statuses == {status: answers}, load.statuses
                after = connection.execute(text(WRITTEN)).one()
            tell(f"{what}, {clients} at a time", load, server, meter.database() - spent)
            wal, transactions, rows = (now - then for now, then in zip(after, before, strict=True))
            print(
                f"  written: {rows} rows, {transactions} transactions, {wal} bytes of log; memory {held} MB, then {memory()} MB"
            )


WRITTEN = """SELECT pg_current_wal_insert_lsn() - '0/0', pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
    (SELECT count(*) FROM ingest.submission) + (SELECT count(*) FROM core.audit_entry)"""


@contextmanager
def administrating(program: Program) -> Iterator[Connection]:
    engine = create_engine(program.database.engine.url.set(username=ADMINISTRATOR), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def memory() -> int:
    """What this process holds now, the posts among it, in MB."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) // 1024


def set_up(program: Program, collectors: int) -> Sequence[str]:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Bench"}))
        session.flush()
        publish_form(session, OPERATION, FORM, {})
        return [add_collector(session, OPERATION, f"phone {number}") for number in range(collectors)]


def filled() -> bytes:
    fields = "".join(f"<{name}>{secrets.token_hex(6)}</{name}>" for name in NAMES)
    members = "".join(f"<member><name>{secrets.token_hex(6)}</name><age>{one}</age></member>" for one in range(3))
    meta = f"<meta><instanceID>uuid:{uuid4()}</instanceID></meta>"
    return f'<data id="form" version="1"><g>{fields}</g>{members}{meta}</data>'.encode()


def tell(what: str, load: Load, server: float, database: float) -> None:
    """One line of the table: answers a second, waits, and the processor time of one answer."""
    waits, each = sorted(load.waits), 1000 / len(load.waits)
    middle, high = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.95))
    print(
        f"{what:<40}{len(waits) / load.seconds:10,.0f}/s{middle:7.1f} ms{high:7.1f} ms"
        f"{server * each:8.2f} ms{database * each:8.2f} ms{load.processor * each:6.2f} ms",
        flush=True,
    )


def sent(path: Path, tokens: Sequence[str], posts: Sequence[bytes]) -> tuple[Load, float]:
    """Let a child send the posts, each token's phone its share; what it saw, and our processor time meanwhile."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=phones, args=(there, path, tokens), daemon=True)
    child.start()
    here.send(posts)
    here.recv()  # its phones are ready
    before = time.process_time()
    here.send("go")
    load: Load = here.recv()
    server = time.process_time() - before
    child.join()
    return load, server


def phones(pipe: Pipe, path: Path, tokens: Sequence[str]) -> None:
    posts: Sequence[bytes] = pipe.recv()
    requests = [request(tokens[number % len(tokens)], xml) for number, xml in enumerate(posts)]
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    threads = [
        threading.Thread(target=phone, args=(path, requests[one :: len(tokens)], waits, statuses)) for one in range(len(tokens))
    ]
    pipe.send("ready")
    pipe.recv()
    spent, began = os.times(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, now = time.perf_counter() - began, os.times()
    pipe.send(Load(seconds, waits, statuses, now.user + now.system - spent.user - spent.system))


def request(token: str, xml: bytes) -> bytes:
    """A post as ODK Collect sends it."""
    body = (
        b'--b0undary\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="submission.xml"\r\n'
        b"Content-Type: text/xml; charset=UTF-8\r\n\r\n" + xml + b"\r\n--b0undary--\r\n"
    )
    head = (
        f"POST /key/{token}/submission?deviceID=collect%3Abench HTTP/1.1\r\nHost: bench\r\nX-OpenRosa-Version: 1.0\r\n"
        "User-Agent: org.odk.collect.android/v2026.1 Dalvik/2.1.0\r\nAccept-Language: fr\r\n"
        f"Content-Type: multipart/form-data; boundary=b0undary\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def phone(path: Path, requests: Sequence[bytes], waits: list[float], statuses: Counter[int]) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        read = reader(line)
        for one in requests:
            began = time.perf_counter()
            line.sendall(one)
            status = read()
            waits.append(time.perf_counter() - began)
            statuses[status] += 1


def reader(line: socket.socket) -> Callable[[], int]:
    """Reads one HTTP answer and gives its status."""

    def read() -> int:
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += line.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(field[15:]) for field in head.lower().split(b"\r\n") if field.startswith(b"content-length:"))
        while len(body) < length:
            body += line.recv(65536)
        return int(head[9:12])

    return read


def floor(program: Program, answers: int, size: int) -> None:
    """One durable commit for each, with nothing else done: what the disk allows."""
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).connect() as connection:
        connection.execute(text("CREATE TABLE public.floor (id serial PRIMARY KEY, content bytea)"))
        connection.commit()
        for _ in range(answers):
            row = {"content": secrets.token_bytes(size)}
            connection.execute(text("INSERT INTO public.floor (content) VALUES (:content)"), row)
            connection.commit()


if __name__ == "__main__":
    main()
