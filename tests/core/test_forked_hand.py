"""A process that lives on does one piece after another; where one fails nothing came of that one, and nothing is said."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import add_key, create_key_ring, open_key_ring
from core.processes.forked_hand import ForkedHand

SECRET = "Amal, of Baidoa"


@contextmanager
def hand(work: Any) -> Iterator[ForkedHand[Any, Any]]:
    one: ForkedHand[Any, Any] = ForkedHand(work)
    try:
        yield one
    finally:
        one.end()


def made(one: ForkedHand[Any, Any], piece: object) -> Any:
    one.give(piece)
    return one.made()


def test_one_process_does_each_piece_with_what_this_one_held() -> None:
    held = [b"as it stood"]
    with hand(lambda piece: iter([(piece, held[0], os.getpid())])) as one:
        held[0] = b"changed meanwhile"
        first, second = made(one, 1), made(one, 2)
    assert (first[:2], second[:2]) == ((1, b"as it stood"), (2, b"as it stood"))
    assert first[2] == second[2] != os.getpid()


def test_much_more_than_a_pipe_holds_goes_to_and_fro() -> None:
    with hand(lambda piece: iter([piece[::-1]])) as one:
        assert made(one, bytes(3_000_000)) == bytes(3_000_000)


def test_each_thing_made_of_a_piece_comes_as_soon_as_it_is_made(tmp_path: Path) -> None:
    def work(piece: int) -> Iterator[int]:
        yield piece + 1
        while not (tmp_path / "seen").exists():
            pass
        yield piece + 2

    with hand(work) as one:
        assert made(one, 1) == 2
        (tmp_path / "seen").touch()
        assert one.made() == 3
        assert made(one, 5) == 6  # what was not taken would come before this


def test_nothing_comes_after_what_failed(capfd: Any) -> None:
    def work(piece: int) -> Iterator[int]:
        yield piece
        if piece == 1:
            raise ValueError(SECRET)
        yield -piece

    with hand(work) as one:
        assert (made(one, 1), one.made()) == (1, None)
        assert (made(one, 2), one.made()) == (2, -2)
    assert SECRET not in "".join(capfd.readouterr())


def test_a_piece_that_fails_is_nothing_made_and_quotes_nothing_and_the_next_is_done(capfd: Any) -> None:
    def work(piece: str) -> Iterator[str]:
        if piece == SECRET:
            raise ValueError(piece)
        yield piece

    with hand(work) as one:
        assert (made(one, SECRET), made(one, "next")) == (None, "next")
    assert SECRET not in "".join(capfd.readouterr())


def test_one_that_was_killed_makes_nothing_any_more() -> None:
    with hand(lambda _: iter([os.kill(os.getpid(), signal.SIGKILL)])) as one:
        assert made(one, 1) is None
        assert not one.lives
        assert made(one, 2) is None


def test_it_follows_the_key_ring_that_it_was_born_with(tmp_path: Path) -> None:
    path, provider = tmp_path / "keyring.json", Passphrase("seven lanterns on the quay")
    create_key_ring(path, provider)
    ring = open_key_ring(path, provider)
    with hand(lambda _: iter([ring.newest()[0]])) as one:
        assert made(one, "before") == 1
        add_key(path, provider)
        assert made(one, "after") == 2


def test_it_ends_by_itself_where_nobody_is_there_any_more() -> None:
    with hand(lambda piece: iter([piece])) as one:
        assert made(one, 1) == 1
        one._pipe.close()
        one._process.join()
        assert one._process.exitcode == 0
