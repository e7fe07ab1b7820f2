"""The door behind the real HTTP server, on a real socket, as phones reach it."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

MEGABYTE = bytes(1024 * 1024)


@pytest.fixture
def server(phone: Any) -> Iterator[str]:
    """The address of the door under uvicorn. The socket listens before the server runs, so nobody has to wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = uvicorn.Server(uvicorn.Config(phone.client.app, access_log=False, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{phone.door}"
        running.should_exit = True
        thread.join()


def test_a_phone_fetches_its_form_and_sends_its_answers(phone: Any, server: str) -> None:
    with httpx.Client() as client:
        listed = client.get(f"{server}/formList")
        assert server.encode() in listed.content  # addresses are those by which the phone came
        assert listed.headers["date"]
        assert client.get(f"{server}/forms/visit.xml").content == phone.form
        assert client.head(f"{server}/submission").status_code == 204
        parts = {
            "xml_submission_file": ("submission.xml", phone.answers(photo="a.jpg"), "text/xml"),
            "a.jpg": ("a.jpg", MEGABYTE[:9]),
        }
        assert [client.post(f"{server}/submission", files=parts).status_code for _ in range(2)] == [201, 202]
    assert len(phone.told) == 1


def test_a_gigabyte_is_refused_without_being_read(phone: Any, server: str) -> None:
    taken = 0

    def body() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1024):
            taken += 1
            yield MEGABYTE

    try:
        status = httpx.post(f"{server}/submission", content=body(), headers={"Content-Length": str(1024**3)}).status_code
    except httpx.TransportError:
        status = 413  # the server has closed while the client was still sending
    assert status == 413
    assert taken < 64
    assert phone.quarantine() == []


def test_a_connection_that_breaks_off_leaves_nothing(phone: Any, server: str) -> None:
    def body() -> Iterator[bytes]:
        yield phone.answers()
        raise ConnectionError

    with pytest.raises(ConnectionError), httpx.Client() as client:
        client.post(f"{server}/submission", content=body(), headers={"Content-Type": "text/xml"})
    assert httpx.post(f"{server}/submission", content=phone.answers()).status_code == 201
