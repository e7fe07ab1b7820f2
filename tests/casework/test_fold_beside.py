"""Rows that several processes fold: each is folded once, whatever its size, and who refuses or dies holds nobody up."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import ListPutBack
from casework.store import fold_beside as module
from casework.store.fold_beside import Tray, fold_beside

TRAY_BYTES = 64


@pytest.fixture(autouse=True)
def small_trays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAY_BYTES", TRAY_BYTES)


def row(content: bytes) -> memoryview:
    return memoryview(len(content).to_bytes(2, "big") + content)


def contents(trays: Iterator[Tray]) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for tray, end in trays:
        at = 0
        while at < end:
            begins, at = at + 2, at + 2 + int.from_bytes(tray[at : at + 2], "big")
            found[tray[begins:at]] += 1
    return found


@pytest.mark.parametrize("processes", [0, 1, 2])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.binary(max_size=2 * TRAY_BYTES), max_size=60))
def test_every_row_is_folded_once_whatever_its_size(rows: list[bytes], processes: int) -> None:
    assert sum(fold_beside(map(row, rows), contents, processes), Counter()) == Counter(rows)


def test_each_process_folds_once() -> None:
    assert len(list(fold_beside((row(b"%d" % n) for n in range(500)), contents, 2))) == 2


def many_rows(read: list[int], many: int = 100_000) -> Iterator[memoryview]:
    for number in range(many):
        read.append(number)
        yield row(bytes(20))


@pytest.mark.parametrize("processes", [0, 2])
def test_what_was_refused_is_raised_here_and_the_rest_is_not_read(processes: int) -> None:
    def refused(_: Iterator[Tray]) -> None:
        raise ListPutBack(record=UUID(int=5))

    read: list[int] = []
    with pytest.raises(ListPutBack, match=str(UUID(int=5))):
        list(fold_beside(many_rows(read), refused, processes))
    assert len(read) < 100_000


def test_a_row_that_is_refused_here_ends_the_others() -> None:
    def refused(trays: Iterator[Tray]) -> int:
        for _, end in trays:
            if end > TRAY_BYTES:
                raise ListPutBack(record=UUID(int=5))
        return 0

    with pytest.raises(ListPutBack):
        list(fold_beside(map(row, [bytes(20)] * 9 + [bytes(2 * TRAY_BYTES)]), refused, 2))


def test_who_has_seen_enough_keeps_no_rows_from_the_others() -> None:
    here = os.getpid()

    def first_alone(trays: Iterator[Tray]) -> int:
        assert os.getpid() != here
        return next(trays, (b"", 0))[1]

    read: list[int] = []
    list(fold_beside(many_rows(read, 1000), first_alone, 2))
    assert len(read) == 1000


def test_a_process_that_is_killed_is_not_waited_for() -> None:
    def killed(trays: Iterator[Tray]) -> None:
        next(trays)
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(BrokenProcessPool):
        list(fold_beside(many_rows([]), killed, 2))
