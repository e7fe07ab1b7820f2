"""Work that a forked process does is the same work; where the process fails or dies nothing came of it, and nothing is said."""

import os
import signal
from threading import Thread
from typing import Any, NoReturn

from core.processes.forked_work import ForkedWork, may_fork

SECRET = "Amal, of Baidoa"


def test_it_has_what_this_process_holds_and_sends_back_what_it_makes() -> None:
    held = bytearray(b"as it stood")
    work = ForkedWork(lambda: (bytes(held), os.getpid()))
    held[:] = b"changed meanwhile"
    made = work.made()
    assert made
    assert made[0] == b"as it stood"
    assert made[1] != os.getpid()


def test_much_more_than_a_pipe_holds_comes_back() -> None:
    work = ForkedWork(lambda: bytes(3_000_000))
    assert work.made() == bytes(3_000_000)


def test_a_failure_is_nothing_made_and_quotes_nothing(capfd: Any) -> None:
    def fail() -> NoReturn:
        raise ValueError(SECRET)

    assert ForkedWork(fail).made() is None
    assert SECRET not in "".join(capfd.readouterr())


def test_nothing_came_of_a_process_that_was_killed() -> None:
    assert ForkedWork(lambda: os.kill(os.getpid(), signal.SIGKILL)).made() is None


def test_one_that_is_given_up_is_gone() -> None:
    work = ForkedWork(signal.pause)
    work.end()
    work.end()
    assert work.made() is None


def test_one_begun_later_does_not_hold_up_an_earlier_one() -> None:
    first = ForkedWork(lambda: 1)
    second = ForkedWork(lambda: 2)
    assert (first.made(), second.made()) == (1, 2)


def test_nothing_is_forked_from_a_thread() -> None:
    said: list[bool] = []
    thread = Thread(target=lambda: said.append(may_fork()))
    thread.start()
    thread.join()
    assert said == [False]
