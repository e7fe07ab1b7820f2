"""How long a step took, and how much processor time it cost: here and in PostgreSQL, for a machine's wall clock is shared.

Processor time is read from /proc, of a process and of all that descend from it, those that have ended included.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.settings import Settings

__all__ = ["Meter"]

T = TypeVar("T")
TICK = 1 / os.sysconf("SC_CLK_TCK")
HEADING = f"{'step':<54}{'wall':>10}{'':>14}{'CPU here':>11}{'CPU database':>14}"


@dataclass(frozen=True)
class Meter:
    """Prints a line a step. `postmaster` is the process of the database's server, when it runs here."""

    postmaster: int | None

    @classmethod
    def of(cls, settings: Settings) -> "Meter":
        """The meter of a program whose database is the embedded one; prints the heading."""
        files = list((settings.var / "postgresql").resolve().glob("**/postmaster.pid"))  # it may be a link to elsewhere
        print(HEADING)
        return cls(int(files[0].read_text().split()[0]) if files else None)

    def timed(self, what: str, items: int, work: Callable[[], T]) -> T:
        """One step over `items`: seconds, items a second, processor seconds here and in the database."""
        before, started = self._processor(), time.perf_counter()
        result = work()
        seconds = time.perf_counter() - started
        here, database = (after - then for after, then in zip(self._processor(), before, strict=True))
        rate = f"{items / seconds:12,.0f}/s" if items > 1 else " " * 14
        print(f"{what:<54}{seconds:8.2f} s{rate}{here:9.2f} s{database:12.2f} s", flush=True)
        return result

    def percentiles(self, what: str, calls: Sequence[Callable[[], object]], *, warm: int = 20) -> None:
        """Many calls of one kind: the middle and the slowest twentieth, and the processor time of one call."""
        for call in calls[:warm]:
            call()
        before = self._processor()
        ordered = sorted(_clocked(call) * 1000 for call in calls)
        here, database = ((after - then) * 1000 / len(calls) for after, then in zip(self._processor(), before, strict=True))
        middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"{what:<54}{middle:7.1f} ms p95{high:7.1f} ms{here:8.2f} ms{database:11.2f} ms", flush=True)

    def database(self) -> float:
        """Processor seconds that the database's processes have spent until now."""
        return self._processor()[1]

    def _processor(self) -> tuple[float, float]:
        processes = _processes()
        database = _tree(self.postmaster, processes) if self.postmaster else set()
        ours = _tree(os.getpid(), processes) - database
        return _spent(ours, processes), _spent(database, processes)


def _clocked(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _processes() -> dict[int, tuple[int, float]]:
    """By process: its parent, and the seconds spent by itself and by those of its children that have ended."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            found[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15])) * TICK
    return found


def _tree(root: int, processes: dict[int, tuple[int, float]]) -> set[int]:
    tree = {root}
    while more := {process for process, (parent, _) in processes.items() if parent in tree} - tree:
        tree |= more
    return tree


def _spent(tree: set[int], processes: dict[int, tuple[int, float]]) -> float:
    return sum(processes[process][1] for process in tree if process in processes)
