"""Files of any size come in chunk by chunk, sealed as they come, and are given on chunk by chunk."""

import tempfile
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from core.audit import Purpose
from core.checked import Checked
from core.database import Zone
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.envelope import CiphertextRefused
from core.sealing.sealed_chunks import CHUNK_BYTES
from core.settings import Settings
from ingest import read_submission, verify_received
from ingest.pull import fetched_file
from tests.app.test_sync.conftest import Pulling

EXCHANGED = (
    "UPDATE ingest.attachment_chunk SET position = position + 10; "
    "UPDATE ingest.attachment_chunk SET position = CASE position WHEN 10 THEN 1 WHEN 11 THEN 0 ELSE 2 END"
)
LARGE = bytes(range(256)) * (CHUNK_BYTES // 256 * 2) + b"and a rest"


@pytest.fixture
def filmed(pulling: Pulling) -> Pulling:
    """A record with a film of three chunks."""
    pulling.kobo.add(1, photo="film.mp4")
    pulling.kobo.attach(1, "film.mp4", LARGE)
    return pulling


def by_hand(pulling: Pulling, statement: str) -> None:
    engine = create_engine(pulling.household.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def verified(pulling: Pulling) -> Checked:
    with pulling.household.zone(Zone.CASEWORK) as session:
        return verify_received(session, pulling.household.ring, "TEST", lambda _: None, purpose=Purpose.VERIFICATION)


def test_it_is_given_on_in_the_pieces_that_it_lies_in(filmed: Pulling) -> None:
    assert filmed.sync(sweep=False) == {"new": 1}
    assert filmed.rows("count(*)", "attachment_chunk") == [(3,)]
    submission = filmed.submission_of(1)
    assert submission
    with filmed.household.zone(Zone.CASEWORK) as session:
        stored = read_submission(session, filmed.household.ring, submission, purpose=Purpose.COLLECTION)
        pieces = list(stored.files[0].pieces())
    assert [len(piece) for piece in pieces] == [CHUNK_BYTES, CHUNK_BYTES, len(b"and a rest")]
    assert b"".join(pieces) == LARGE
    assert verified(filmed).faults == []


def test_what_waits_on_the_disk_for_the_transaction_is_sealed(filmed: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []

    class Watched(tempfile.SpooledTemporaryFile[bytes]):
        def write(self, content: Any) -> int:
            written.append(bytes(content))
            return super().write(content)

    monkeypatch.setattr(fetched_file, "SpooledTemporaryFile", Watched)
    filmed.sync(sweep=False)
    assert sum(map(len, written)) > len(LARGE)
    assert not any(LARGE[:64] in chunk for chunk in written)


def test_where_the_line_breaks_it_is_fetched_again_from_its_beginning(filmed: Pulling) -> None:
    filmed.kobo.breaks = 2
    assert filmed.sync(sweep=False) == {"new": 1}
    assert filmed.stored(1).files[0].content == LARGE
    assert filmed.waits == [1, 2]


def test_one_that_is_too_large_is_waited_for(filmed: Pulling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filmed, "program", type(filmed.program)(Settings(max_pulled_file_bytes=len(LARGE) - 1), *_rest(filmed)))
    assert filmed.sync(sweep=False) == {"new": 1, "waiting": 1}
    assert filmed.rows("count(*)", "attachment_chunk") == [(0,)]


def _rest(pulling: Pulling) -> tuple[Any, Any]:
    return pulling.program.database, pulling.program.ring


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ingest.attachment_chunk WHERE position = 2",
        "DELETE FROM ingest.attachment_chunk",
        EXCHANGED,
        "UPDATE ingest.attachment_chunk SET content = overlay(content placing '\\x00' from 40)",
    ],
    ids=["cut off", "gone", "exchanged", "changed"],
)
def test_a_chunk_that_somebody_changed_is_refused_and_found(filmed: Pulling, change: str) -> None:
    filmed.sync(sweep=False)
    by_hand(filmed, change)
    with pytest.raises(CiphertextRefused):
        filmed.stored(1)
    assert [type(fault) for fault in verified(filmed).faults] == [CiphertextRefused]


def test_nothing_of_it_is_left_once_it_is_erased(filmed: Pulling) -> None:
    filmed.sync(sweep=False)
    filmed.erase(1)
    assert filmed.rows("count(*)", "attachment_chunk") == [(0,)]
