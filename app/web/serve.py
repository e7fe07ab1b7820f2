"""Run the web application under uvicorn: on a port for people, on a unix socket for the demonstration.

uvicorn's access log stays off: it would write each phone's address token.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import uvicorn
from rich.console import Console

from app.program import Program
from app.search_worker import searching
from app.web.application import create_application
from app.worker.pipeline import after_submission
from app.worker.tasks import ADMIT_AWAITING, build_worker
from core.errors import Problem

__all__ = ["PortTaken", "ServerDidNotStart", "serve_forever", "serving_on_socket"]

START_SECONDS = 20


class PortTaken(Problem):
    code = "APP-004"
    says = "Nothing can listen on {host}:{port} ({reason})."
    remedy = "Choose another with `bin/serve --port`, or stop the program that uses it."


class ServerDidNotStart(Problem):
    code = "APP-005"
    says = "The web application did not start within {seconds} seconds."
    remedy = "See what it printed above; the machine may be out of memory."


def serve_forever(program: Program, host: str, port: int, console: Console) -> None:
    """Serve until interrupted; what a crash left unadmitted is admitted first."""
    worker = build_worker(program)
    worker.tasks[ADMIT_AWAITING].apply_async()
    application = create_application(program.database, program.ring, program.settings, after_submission(worker))
    configuration = _configuration(application, host=host, port=port)
    try:
        socket = configuration.bind_socket()
    except SystemExit:
        raise PortTaken(host=host, port=port, reason="the address is in use or not this machine's") from None
    console.print(f"Waystation is at [bold]http://{host}:{socket.getsockname()[1]}/[/]  (stop it with Ctrl-C)")
    with nullcontext() if program.settings.database_url else searching(program):
        uvicorn.Server(configuration).run(sockets=[socket])


@contextmanager
def serving_on_socket(program: Program, after: Callable[[str, UUID], None]) -> Iterator[Path]:
    """Serve on a unix socket from a thread while the block runs: real HTTP, no port.

    The socket's folder is private to this run and short of name, for a socket's path may have 107 characters.
    """
    application = create_application(program.database, program.ring, program.settings, after)
    with TemporaryDirectory(prefix="waystation-") as folder:
        socket = Path(folder) / "http"
        server = uvicorn.Server(_configuration(application, uds=str(socket)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield socket
        finally:
            server.should_exit = True
            thread.join()


def _configuration(application: Any, **where: Any) -> uvicorn.Config:
    return uvicorn.Config(application, access_log=False, log_level="warning", lifespan="off", **where)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(START_SECONDS * 100):
        if server.started:
            return
        thread.join(0.01)
    raise ServerDidNotStart(seconds=START_SECONDS)
