"""Work in processes side by side: in the order asked for, by a worker of Celery as well, and nothing is left of one killed."""

import os
from collections.abc import Callable
from multiprocessing import get_context
from select import select

import pytest
from billiard.context import ForkContext

from anonymizer.side_by_side import as_found, in_turn, side_by_side
from core.processes.forked_work import may_fork, may_have_children

pytestmark = pytest.mark.usefixtures("at_once")


def square(added: int, number: int) -> tuple[int, int]:
    return added + number * number, os.getpid()


def test_what_is_found_stands_in_the_order_of_the_parts() -> None:
    found = list(side_by_side(square, 1, range(12), 3))
    assert [number for number, _ in found] == [1 + number * number for number in range(12)]
    assert os.getpid() not in {process for _, process in found}
    assert list(in_turn(iter([(2, "c"), (0, "a"), (1, "b")]))) == ["a", "b", "c"]


def test_a_part_is_asked_for_when_a_process_is_free_for_it() -> None:
    """So what another has begun meanwhile is left to that."""
    asked: list[int] = []
    parts = ((number, asked.append(number) or number) for number in range(9))
    ahead = [len(asked) - done for done, _ in enumerate(as_found(square, 0, parts, 9, 2))]
    assert max(ahead) == 2
    assert asked == list(range(9))


def in_a_daemon(work: Callable[[], None]) -> int:
    """How a process ends that is a daemon in the way that Celery's are."""
    process = ForkContext().Process(target=work)
    process.daemon = True
    process.start()
    process.join()
    return int(process.exitcode)


def test_a_worker_of_celery_may_have_children_where_it_says_so() -> None:
    def work() -> None:
        before = may_fork()
        with may_have_children():
            within, processes = may_fork(), {process for _, process in side_by_side(square, 0, range(8), 2)}
        os._exit(4 * before + 2 * within + (os.getpid() not in processes) + 8 * may_fork())

    assert in_a_daemon(work) == 3


def say_and_wait(said: int, _: int) -> None:
    os.write(said, b".")
    os.read(os.pipe()[0], 1)  # nothing ever comes


def test_processes_end_with_the_one_that_began_them() -> None:
    """Whoever holds this pipe lives; it is read to its end when nobody does."""
    alive, hold = os.pipe()

    worker = get_context("fork").Process(target=lambda: list(side_by_side(say_and_wait, hold, range(2), 2)))
    worker.start()
    os.close(hold)
    said = os.read(alive, 1) + os.read(alive, 1)
    worker.kill()
    worker.join()
    assert said == b".."
    assert select([alive], [], [], 10)[0], "they wait for work that nobody will give them"
    assert os.read(alive, 1) == b""
