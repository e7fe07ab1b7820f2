"""A search worker for each operation, kept by the program that serves: what the embedded default needs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import wait
from threading import Thread
from typing import Final

import psycopg
from sqlalchemy import select

from app.program import Program
from core.database import Zone
from core.hearing import hearing
from core.models import Operation

__all__ = ["searching"]

CHANNEL: Final = "waystation_operation"


@contextmanager
def searching(program: Program) -> Iterator[None]:
    """While the block runs, a search worker for each operation there is, and for each that is added.

    They end with this process, however it ends: their standard input closes.
    """
    ended, end = os.pipe()
    with hearing(program.database, CHANNEL) as added, ExitStack() as workers:
        keeper = Thread(target=_keep, args=(program, added, ended, workers), name="search workers")
        keeper.start()
        try:
            yield
        finally:
            os.close(end)
            keeper.join()
            os.close(ended)


def _keep(program: Program, added: "psycopg.Connection[tuple[object, ...]]", ended: int, workers: ExitStack) -> None:
    started = set[str]()
    while True:
        for code in _operations(program) - started:
            workers.enter_context(_worker(code))
            started.add(code)
        if ended in wait([added.fileno(), ended]):
            return
        list(added.notifies(timeout=0))  # which one was added is looked up


def _operations(program: Program) -> set[str]:
    with program.database.transaction(Zone.COLLECTION) as session:
        return set(session.scalars(select(Operation.code)))


def _worker(operation: str) -> "subprocess.Popen[bytes]":
    """As a context it closes the worker's standard input at its end, and waits."""
    command = [sys.executable, "-m", "app.cli", "search", "serve", operation, "--until-input-ends"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
