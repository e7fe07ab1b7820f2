"""What several readers of one page ask alike is asked once, within a block that changes nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.database import Database, Zone
from core.models import Operation
from core.postgres.asked_once import asked_once, asking_once, note_answer, noted_answer


def add(session: Session) -> None:
    session.add(Operation(code="OTHER", names={}))
    session.flush()


def rename(session: Session) -> None:
    session.execute(update(Operation).values(names={"en": "Other"}))


def test_a_question_is_asked_once_in_a_block_and_anew_in_the_next(database: Database) -> None:
    answers = iter(range(9))
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:

        def ask(question: str) -> int:
            return asked_once(session, question, lambda: next(answers))

        assert [ask("how many"), ask("how many")] == [0, 1]  # outside, each asks for itself
        for expected in ([2, 3, 2], [4, 5, 4]):
            with asking_once(session):
                assert [ask("how many"), ask("since when"), ask("how many")] == expected


def test_that_the_answer_is_nothing_is_an_answer(database: Database) -> None:
    answers = iter([None, "never asked for"])
    with database.transaction(Zone.COLLECTION) as session, asking_once(session):
        assert [asked_once(session, "who", lambda: next(answers)) for _ in range(2)] == [None, None]


def test_what_is_noted_is_known_in_its_block_alone(database: Database) -> None:
    with database.transaction(Zone.COLLECTION) as session:
        note_answer(session, "what stands", 1)
        assert noted_answer(session, "what stands") is None
        with asking_once(session):
            note_answer(session, "what stands", 2)
            assert noted_answer(session, "what stands") == 2
        assert noted_answer(session, "what stands") is None


@pytest.mark.parametrize("change", [add, rename])
def test_a_block_that_asks_once_changes_no_row(database: Database, change: Callable[[Session], None]) -> None:
    reading = database.transaction(Zone.COLLECTION)
    with pytest.raises(RuntimeError, match="changes no row"), reading as session, asking_once(session):
        change(session)
    with database.transaction(Zone.COLLECTION, operation="OTHER") as session:
        add(session)
