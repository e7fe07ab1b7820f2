"""Several workers search for one period: each piece is looked for once, and what comes of it is the same, whoever ends."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from anonymizer import asking, protect, weeks
from anonymizer.asking import sealed_pieces
from anonymizer.weeks.sealed_evidence import load_evidence
from app.program import Program
from app.releases.protect_asked import ask_as, asked_as, protect_asked
from core.access import Access
from core.database import Zone
from tests.app.test_release_period import LAST, report
from tests.app.test_release_period import program as program  # noqa: PLC0414  (a fixture)

OFFICER = Access.of_system("officer", "TEST")
ORIGINS = ("XM0101", "XM0101", "XM0102", "XM0201", "XM0202", "XM0301")
Hook = Callable[[int], None]


@pytest.fixture
def asked(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A week that is asked for, and a search that calls for help as soon as it has found something."""
    monkeypatch.setattr(sealed_pieces, "LONG", 0.0)
    for origin in ORIGINS:
        report(program, LAST, origin=origin)
    ask_as(program, OFFICER, LAST)
    return program


class Kept:
    """The numbers of the pieces that this process has kept; `hook` is told how many, after each. All processes' in a file."""

    def __init__(self, every: Path) -> None:
        self.numbers: list[int] = []
        self.hook: Hook = nothing
        self.every = every

    def add(self, number: int) -> None:
        self.numbers.append(number)
        with self.every.open("a") as file:
            file.write(f"{number}\n")
        self.hook(len(self.numbers))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kept:
    found, keep = Kept(tmp_path / "numbers"), asking.SealedPieces.keep

    def keep_and_tell(self: asking.SealedPieces, number: int, piece: bytes) -> None:
        keep(self, number, piece)
        found.add(number)

    monkeypatch.setattr(asking.SealedPieces, "keep", keep_and_tell)
    return found


def nothing(_: int) -> None:
    """Nothing happens."""


def stored(program: Program) -> tuple[object, ...]:
    """The week as it was protected, to the last alternative of its proof."""
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        protected = weeks.load_protected(session, program.ring, "TEST", LAST)
        return protected.proof.digests, load_evidence(session, program.ring, "TEST", LAST)


def alone(program: Program) -> tuple[object, ...]:
    """The same as one process finds it that keeps nothing."""
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        counted = weeks.count_week(session, program.ring, "TEST", LAST)
        done = protect(counted, weeks.policy_in_force(session, counted.tables))
    return done.proof.digests, done.proof.evidence


def pieces(program: Program) -> int:
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return session.execute(text("SELECT count(*) FROM anonymizer.search_piece")).scalar_one()


def another(program: Program, kept: Kept, hook: Hook, place: str) -> int:
    """A worker in a process of its own, as on processors of its own; its process id."""
    if process := os.fork():
        return process
    try:
        program.database.engine.dispose(close=False)
        sealed_pieces._processors_here = lambda: place
        kept.numbers, kept.hook = [], hook
        protect_asked(program, "TEST", LAST)
    finally:
        os._exit(len(kept.numbers))


def ended(process: int) -> int:
    """With how many pieces a worker ended, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def die_at(most: int) -> Hook:
    def die(number: int) -> None:
        if number == most:
            os.kill(os.getpid(), 9)

    return die


def test_what_a_helper_finds_the_one_that_took_the_period_does_not_look_for(asked: Program, kept: Kept) -> None:
    found: list[int] = []
    protect_asked(asked, "TEST", LAST, lambda: found.append(ended(another(asked, kept, nothing, "elsewhere"))))
    assert kept.numbers == [0]
    assert found[0] > 3
    assert stored(asked) == alone(asked)
    assert pieces(asked) == 0


@pytest.mark.parametrize("most", [1, 3])
def test_a_helper_that_is_killed_leaves_what_it_found_and_holds_nothing_up(asked: Program, kept: Kept, most: int) -> None:
    found: list[int] = []
    protect_asked(asked, "TEST", LAST, lambda: found.append(ended(another(asked, kept, die_at(most), "elsewhere"))))
    assert found == [-9]
    assert kept.numbers[:2] == [0, 1 + most]
    assert stored(asked) == alone(asked)


def test_a_helper_takes_the_period_when_the_one_that_had_it_is_killed(
    asked: Program, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, done = os.pipe()
    owner = os.fork()
    if not owner:
        try:
            asked.database.engine.dispose(close=False)
            protect_asked(asked, "TEST", LAST, lambda: (os.write(done, b"."), os.read(os.pipe()[0], 1)))  # never comes
        finally:
            os._exit(1)
    os.read(ready, 1)
    kept.hook = lambda number: os.kill(owner, 9) if number == 2 else None
    monkeypatch.setattr(sealed_pieces, "_processors_here", lambda: "elsewhere")
    assert protect_asked(asked, "TEST", LAST)
    assert ended(owner) == -9
    assert kept.numbers[0] == 1
    assert stored(asked) == alone(asked)


def test_three_at_once_look_for_each_piece_once(asked: Program, kept: Kept) -> None:
    helpers: list[int] = []

    def call() -> None:
        helpers.extend(another(asked, kept, nothing, f"elsewhere {number}") for number in range(2))

    protect_asked(asked, "TEST", LAST, call)
    assert all(ended(helper) >= 0 for helper in helpers)
    numbers = [int(number) for number in kept.every.read_text().split()]
    assert sorted(numbers) == list(range(len(numbers)))
    assert stored(asked) == alone(asked)


def test_whoever_has_the_same_processors_does_not_come_between(asked: Program, kept: Kept) -> None:
    found: list[int] = []
    here = sealed_pieces._processors_here()
    protect_asked(asked, "TEST", LAST, lambda: found.append(ended(another(asked, kept, nothing, here))))
    assert found == [0]
    assert kept.numbers[:2] == [0, 1]


@pytest.fixture
def together(asked: Program) -> Callable[[bool], AbstractContextManager[asking.SealedPieces]]:
    """The pieces of the period, for one that took it or one that helps."""
    [waiting] = asked_as(asked, OFFICER)
    transaction = partial(asked.database.transaction, Zone.ANONYMIZER, operation="TEST")
    return lambda helps: getattr(asking.SealedPieces, "help_with" if helps else "own")(transaction, asked.ring, waiting)


Together = Callable[[bool], AbstractContextManager[asking.SealedPieces]]


def test_who_comes_when_nobody_searches_goes(together: Together) -> None:
    with together(True) as helper, pytest.raises(sealed_pieces.NothingToHelp):
        helper.begin(b"a search that nobody began")


def test_who_helps_a_search_that_began_anew_goes_and_leaves_nothing_in_it(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    with together(False) as before, together(True) as helper, together(False) as anew:
        before.begin(b"a search")
        monkeypatch.setattr(sealed_pieces, "_processors_here", lambda: "elsewhere")
        helper.begin(b"a search")
        anew.begin(b"another, of one report more")
        assert helper.claim(0, wait=False)
        helper.keep(0, b"what was found of the first")
        assert anew.claim(0, wait=False)
        assert anew.read(0) is None
        assert helper.claim(1, wait=False)
        with pytest.raises(sealed_pieces.NothingToHelp):
            helper.read(1)


def test_no_more_help_than_others_can_do_without(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    places = iter(range(9))
    monkeypatch.setattr(sealed_pieces, "_processors_here", lambda: next(places))
    with ExitStack() as stack:
        stack.enter_context(together(False)).begin(b"a search")
        for _ in range(sealed_pieces.HELPERS):
            stack.enter_context(together(True)).begin(b"a search")
        with pytest.raises(sealed_pieces.NothingToHelp):
            stack.enter_context(together(True)).begin(b"a search")
