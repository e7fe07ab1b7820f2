"""Run the web application under uvicorn: on a port for people, on a unix socket for the demonstration.

uvicorn's access log stays off: it would write each phone's address token.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from rich.console import Console

from app.program import Program
from app.search.search_workers import searching
from app.web.application import create_application
from app.web.phones.door import Told
from app.worker.pipeline import after_erasure, after_hint, after_submissions, catch_up, protecting, trying_out
from app.worker.tasks import build_worker
from core.erasure import when_erased
from core.errors import Problem
from core.settings import Settings

__all__ = ["PortTaken", "ServerDidNotStart", "serve_forever", "server_configuration", "serving_on_socket"]

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
    """Serve until interrupted; what beat would send is done once first, such as admitting what a crash left behind."""
    worker = build_worker(program)
    catch_up(worker)
    when_erased(after_erasure(worker))
    application = create_application(
        program.database,
        program.ring,
        program.settings,
        after_submissions(worker),
        try_out=trying_out(worker),
        protect=protecting(worker),
        hinted=after_hint(worker),
    )
    configuration = server_configuration(application, program.settings, host=host, port=port)
    try:
        socket = configuration.bind_socket()
    except SystemExit:
        raise PortTaken(host=host, port=port, reason="the address is in use or not this machine's") from None
    console.print(f"Waystation is at [bold]http://{host}:{socket.getsockname()[1]}/[/]  (stop it with Ctrl-C)")
    with nullcontext() if program.settings.database_url else searching(program):
        uvicorn.Server(configuration).run(sockets=[socket])


@contextmanager
def serving_on_socket(program: Program, told: Told) -> Iterator[Path]:
    """Serve on a unix socket from a thread while the block runs: real HTTP, no port.

    The socket's folder is private to this run and short of name, for a socket's path may have 107 characters.
    """
    application = create_application(program.database, program.ring, program.settings, told)
    with TemporaryDirectory(prefix="waystation-") as folder:
        socket = Path(folder) / "http"
        server = uvicorn.Server(server_configuration(application, program.settings, uds=str(socket)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield socket
        finally:
            server.should_exit = True
            thread.join()


def server_configuration(application: Any, settings: Settings, **where: Any) -> uvicorn.Config:
    """How uvicorn runs: without a log of addresses, and believing what proxies say only of those that the settings name."""
    proxies = settings.trusted_proxies
    return uvicorn.Config(
        application,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        **where,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(START_SECONDS * 100):
        if server.started:
            return
        thread.join(0.01)
    raise ServerDidNotStart(seconds=START_SECONDS)
