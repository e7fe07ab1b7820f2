"""Does memory stay flat while a scan of 200 MB is added to a case on screen, and shown again?

Run: PYTHONPATH=. .venv/bin/python bench/upload.py [--bytes N]

The form as a browser sends it, over a unix socket from a child process; memory is the most that the serving process has held.
The floor is the same form with a file of one kilobyte: the sign-in, the form's token, the case, a line in the log. At last a
file half as large again as is allowed is sent, which has to be told why it is not kept.
"""

import argparse
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from app.program import Program, open_program
from app.web.serve import serving_on_socket
from app.web.streamed_upload import MOST_BYTES
from bench.case_page import complete, set_up, sign_in
from bench.measured import Meter
from bench.pull import memory
from bench.search import Store, make_pages
from core.settings import Settings

PIECE = 1 << 20
PICTURE = bytes.fromhex("89504e470d0a1a0a")  # by which a browser may be shown it again


def main() -> None:
    os.environ["WAYSTATION_BULK_READ_LIMIT"] = str(10**9)
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--bytes", type=int, default=MOST_BYTES)
    size = asked.parse_args().bytes
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, size)


def measure(program: Program, size: int) -> None:
    Store(program, 2_000).fill()
    set_up(program)
    case, person = make_pages(program, 5)[0]
    token = sign_in(program)
    complete(program, [person])
    meter = Meter.of(program.settings)
    held = {"before": memory()}
    with serving_on_socket(program, lambda _operation, _submission: None) as socket:
        browser = Browser(socket, token, case)
        meter.timed("floor: a file of a kilobyte", 1, lambda: browser.adds(1_000))
        held["floor"] = memory()
        kept = meter.timed(f"{size:,} bytes added", 1, lambda: browser.adds(size))
        held["added"] = memory()
        assert meter.timed("shown again", 1, lambda: browser.looks_at(kept)) == digest_of(size)
        held["shown"] = memory()
        refused = meter.timed("half as many again, refused", 1, lambda: browser.adds(MOST_BYTES * 3 // 2))
        held["refused"] = memory()
    print(f"refused with: {refused}")
    print("memory at most, MB: " + ", ".join(f"{most:.0f} {when}" for when, most in held.items()))


class Browser:
    """Somebody signed in, whose browser is a process of its own: what it holds is not counted."""

    def __init__(self, socket: Path, token: str, case: UUID) -> None:
        self.socket, self.token, self.case = socket, token, case

    def adds(self, size: int) -> str:
        """The id of the file, or what the page says of why it is not there."""
        return self._apart(add_document, size)

    def looks_at(self, file: str) -> str:
        """The digest of what is shown."""
        return self._apart(look_at, file)

    def _apart(self, work, *given: object) -> str:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(work, (self.socket, self.token, self.case, *given))


def add_document(socket: Path, token: str, case: UUID, size: int) -> str:
    with client(socket, token) as browser:
        form = browser.get(f"/cases/{case}").text
        fields = {name: form.split(f'name="{name}" value="')[1].split('"')[0] for name in ("form_token", "purpose")}
        answer = browser.post(
            f"/cases/{case}/documents",
            content=body({**fields, "id": str(uuid4()), "part": "narrative"}, size),
            headers={"content-type": "multipart/form-data; boundary=b"},
        )
    if answer.status_code == 303:
        return answer.headers["location"].partition("#d-")[2]
    return f"{answer.status_code}, " + answer.text.split('role="alert"><p>')[1].split("</p>")[0]


def look_at(socket: Path, token: str, case: UUID, file: str) -> str:
    digest = sha256()
    with client(socket, token) as browser, browser.stream("GET", f"/cases/{case}/documents/{file}") as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            digest.update(piece)
    return digest.hexdigest()


def client(socket: Path, token: str) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(socket))
    return httpx.Client(transport=transport, base_url="http://localhost", cookies={"waystation": token}, timeout=600)


def body(fields: dict[str, str], size: int) -> Iterator[bytes]:
    """The form, its fields before its file."""
    for name, value in fields.items():
        yield f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield b'--b\r\nContent-Disposition: form-data; name="document"; filename="scan.png"\r\nContent-Type: image/png\r\n\r\n'
    yield from scan(size)
    yield b"\r\n--b--\r\n"


def scan(size: int) -> Iterator[bytes]:
    """Bytes that do not shrink, the same every time."""
    yield PICTURE
    left = size - len(PICTURE)
    noise = sha256(b"scan").digest() * (PIECE // 32)
    for _ in range(left // PIECE):
        yield noise
    yield noise[: left % PIECE]


def digest_of(size: int) -> str:
    digest = sha256()
    for piece in scan(size):
        digest.update(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
