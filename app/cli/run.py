"""Commands that run things: the demonstration, the web application, a worker."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.screen import console
from app.demonstration import Size, run_demonstration
from app.program import open_program
from app.web.serve import serve_forever
from app.worker.tasks import build_worker
from core.errors import Problem
from core.settings import Settings

__all__ = ["BrokerMissing", "add_commands"]


class BrokerMissing(Problem):
    code = "APP-003"
    says = "No broker is set, so tasks run in the process that sends them and a worker has nothing to do."
    remedy = "Set WAYSTATION_BROKER_URL, for example to redis://127.0.0.1/0, for the web application and the workers alike."


def add_commands(commands: typer.Typer) -> None:
    commands.command("demo")(demo)
    commands.command("serve")(serve)
    commands.command("worker")(work)


def demo(
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How many weeks to tell of, ending with the last whole one.")] = 2,
    records: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many movement reports, over all weeks.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the releases; by default var/releases.")] = None,
) -> None:
    """Run the main job on a demonstration operation: from phones' answers to released weekly reports."""
    settings = Settings.read()
    with open_program(settings) as program:
        run_demonstration(program, Size(weeks, records, seed), out or settings.releases, console)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. Beyond this machine, put a proxy with TLS in front.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Start the web application: the OpenRosa door for phones, and the released statistics."""
    with open_program(Settings.read()) as program:
        serve_forever(program, host, port, console)


def work(
    concurrency: Annotated[int, typer.Option(help="How many tasks at a time.")] = 2,
    beat: Annotated[bool, typer.Option(help="Also send the scheduled tasks; one worker of an installation does.")] = False,
) -> None:
    """Start a Celery worker on the broker named in WAYSTATION_BROKER_URL."""
    settings = Settings.read()
    if not settings.broker_url:
        raise BrokerMissing
    with open_program(settings) as program:
        arguments = ["worker", f"--concurrency={concurrency}", "--loglevel=WARNING", *(["--beat"] if beat else [])]
        build_worker(program).worker_main(arguments)
