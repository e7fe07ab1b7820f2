"""The canary: unique words in every identifying field, and then a search for them in every byte that was written.

Phones send, mishaps included; a season of work follows at the screens; a week is released; the store is backed up and
restored. Afterwards no word may be found in the database's files, its write-ahead log, its log, the release folder, what was
made to leave, on the program's output, in any other file that the program opened for writing, or in an answer to somebody
who had not asked to see it.
"""

import base64
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

import casework
import ingest
from app.demonstration.phone import Phone
from app.program import Program
from app.releases.release_period import protect_week, release_period
from app.web.serve import serving_on_socket
from core.database import Database, Zone
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import create_key_ring
from core.postgres.embedded_cluster import EmbeddedCluster
from core.settings import Settings
from ingest.collectors import CARRIED, carry_cases, list_collectors
from tests.blank_database import administrate
from tests.end_to_end.canaries import Canaries
from tests.end_to_end.filled_forms import OPERATION, WEEK, publish, send_everything
from tests.end_to_end.season import live_through
from tests.end_to_end.season_setting import Season


class Written:
    """Every file that this process opens for writing while it is watched (a Python audit hook sees them all)."""

    def __init__(self) -> None:
        self.watching = False
        self.paths: set[str] = set()
        sys.addaudithook(self._notice)

    def _notice(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.watching and event == "open" and isinstance(arguments[0], str | bytes):
            mode, flags = arguments[1], arguments[2]
            writes = (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or (
                isinstance(flags, int) and flags & 3
            )
            if writes:
                self.paths.add(arguments[0] if isinstance(arguments[0], str) else arguments[0].decode())


@pytest.fixture
def written() -> Iterator[Written]:
    watch = Written()
    yield watch
    watch.watching = False


@pytest.fixture
def program(database: Database, tmp_path: Path) -> Program:
    settings = Settings(var=tmp_path / "var", keyring_passphrase="a passphrase for the canary")
    return Program(settings, database, create_key_ring(settings.keyring_path, Passphrase(settings.keyring_passphrase)))


def test_no_identifying_word_is_found_where_it_must_not_be(
    program: Program,
    cluster: EmbeddedCluster,
    database_name: str,
    tmp_path: Path,
    written: Written,
    capfd: pytest.CaptureFixture[str],
) -> None:
    canaries, left = Canaries({}), tmp_path / "left"
    left.mkdir()
    token = publish(program)
    written.watching = True
    with serving_on_socket(program, lambda _operation, _submission: None) as socket:
        transport = httpx.HTTPTransport(uds=str(socket))
        season = Season(program, cluster, database_name, canaries, transport, "http://localhost", left, searches_freely=False)
        sent = _collect(season, token)
        live_through(season)
    _release(program, tmp_path / "release")
    written.watching = False

    assert len(canaries.words) >= 100
    assert sent == {201: 9, 400: 1, 404: 1, 409: 1}
    assert _reasons(program) == ["INGEST-001", "INGEST-003", "INGEST-004"]
    administrate(cluster, "CHECKPOINT")
    assert season.unasked() == []
    output = "".join(capfd.readouterr()).encode()
    files = {path: Path(path) for path in written.paths if Path(path).is_file()}
    assert canaries.found_among({"output": output, **files}) == {}
    assert canaries.found_under(cluster.data_folder, tmp_path) == {}
    assert {path for path in written.paths if not _expected(path, tmp_path)} == set()


def _collect(season: Season, token: str) -> Mapping[int, int]:
    with Phone(season.transport, f"{season.address}/key/{token}") as phone:
        phone.download_forms()
        send_everything(phone, season.canaries)
        statuses = dict(phone.statuses)
    with season.program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        casework.admit_awaiting(session, season.program.ring, OPERATION)
    _carry_along(season, token)
    return statuses


def _carry_along(season: Season, token: str) -> None:
    """The phone fetches its cases, with all that any phone may carry."""
    with season.program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        [phone] = list_collectors(session, OPERATION)
        carry_cases(session, phone.id, CARRIED)
    with Phone(season.transport, f"{season.address}/key/{token}") as again:
        listed = again.client.get("forms/assistance_interview/media/cases.csv").text
        again.client.get("cases", params={"id": listed.splitlines()[1].partition(",")[0]})
    carried = ("case_reference", "screening_interview/prs_First_Name", "screening_interview/prs_MailingCity")
    assert all(season.canaries.word(about) in listed for about in carried)


def _release(program: Program, folder: Path) -> None:
    protect_week(program, OPERATION, WEEK, actor="officer")
    release_period(program, OPERATION, WEEK, folder, actor="officer")


def _reasons(program: Program) -> list[str]:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        return sorted(entry.code for entry in ingest.quarantined(session, OPERATION))


def _expected(path: str, tmp_path: Path) -> bool:
    """What leaves, and var/; the null device, and what the interpreter compiles."""
    return path.startswith((str(tmp_path), "/dev/")) or path.endswith(".pyc") or "__pycache__" in path


@pytest.mark.parametrize("before", ["", "x", "xy"])
@pytest.mark.parametrize(
    "disguise",
    [
        str.encode,
        lambda said: said.lower().encode(),
        lambda said: said.upper().encode(),
        lambda said: said.encode("utf-16-le"),
        lambda said: said.encode()[::-1],
        lambda said: base64.b64encode(said.encode()),
        lambda said: base64.b64encode(said.encode("utf-16-le")),
        lambda said: said.encode().hex().encode(),
    ],
)
def test_the_search_itself_finds_what_it_looks_for(disguise: Callable[[str], bytes], before: str) -> None:
    """A canary that cannot sing proves nothing."""
    canaries = Canaries({})
    for question, canary in (("name", canaries.word("name")), ("phone", canaries.number("phone"))):
        assert canaries.found_in(b"x" + disguise(before + canary + "yz") + b"yy") == [question]
    assert canaries.found_in(b"nothing here") == []


def test_it_is_found_in_the_one_file_that_holds_it(tmp_path: Path) -> None:
    canaries, deep = Canaries({}), tmp_path / "deep" / "inside"
    deep.mkdir(parents=True)
    (deep / "clean").write_bytes(bytes(10_000))
    (deep / "leak").write_bytes(bytes(10_000) + canaries.word("name").encode())
    assert canaries.found_under(tmp_path) == {str(deep / "leak"): ["name"]}
