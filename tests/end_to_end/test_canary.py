"""The canary: unique words in every identifying field, and then a search for them in every byte that was written.

The whole main job runs, mishaps included. Afterwards no word may be found in the database's files, its write-ahead log, its
log, the release folder, on the program's output, or in any other file that the program opened for writing.
"""

import base64
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text

import casework
import forms
import ingest
from app.demonstration.phone import Phone, fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.program import Program
from app.web.serve import serving_on_socket
from app.weekly_release import protect_week, release_week
from core.audit import Purpose
from core.clock import now
from core.database import Database, Zone
from core.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.key_providers.passphrase import Passphrase
from core.key_ring_file import create_key_ring
from core.places import add_places, read_gazetteer
from core.settings import Settings
from core.week import Week

OPERATION = "TEST"
BINARY = {
    "screening_interview/consent_signature",
    "screening_interview/con_recording",
    "screening_interview/interview_recording",
    "assistance_interview/supporting_document",
}
WEEK = Week.of(now().date()).plus(-1)
# Answers that must fit their question; every other question that is not open gets a word of its own.
FITTING: Mapping[str, str] = {
    "arrival_date": WEEK.monday.isoformat(),
    "origin_district": "XM0101",
    "destination_district": "XM0201",
    "reason": "conflict",
    "female_18_59": "3",
    "interview_date": WEEK.monday.isoformat(),
    "con_Consent": "yes",
    "con_Language": "ar",
    "con_GivenBy": "guardian",
    "con_Statistics": "yes",
    "con_SharingWith": "medical_partner",
    "con_Expiry": "1_year",
    "vic_TraffickingStatus": "actual",
    "eligible": "yes",
    "cas_Status": "active",
    "household_size": "2",
}


@dataclass
class Canaries:
    """Words that occur nowhere else in the world, by the question they were put into."""

    words: dict[str, str]

    def word(self, question: str) -> str:
        return self.words.setdefault(question, f"Zq{uuid4().hex[:14]}")

    def found_in(self, content: bytes) -> list[str]:
        """The questions whose words occur, in clear or in a common disguise."""
        return [question for question, word in self.words.items() if any(form in content for form in _disguises(word))]


def _disguises(word: str) -> list[bytes]:
    plain = word.encode()
    return [plain, word.encode("utf-16-le"), base64.b64encode(plain)[:-4], plain.hex().encode(), plain[::-1]]


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


def answers(canaries: Canaries, definition: forms.FormDefinition, reference: str) -> dict[str, object]:
    """One filled form with a word in every question that is not open."""
    given: dict[str, object] = {}
    repeats: dict[str, dict[str, str]] = {}
    for question in definition.questions:
        if question.name in FITTING:
            given[question.name] = FITTING[question.name]
        elif question.name == "case_reference":
            given[question.name] = reference
        elif question.privacy is not forms.PrivacyClass.OPEN and question.kind in ("string", "binary"):
            into = repeats.setdefault(question.repeat.rsplit("/", 1)[1], {}) if question.repeat else given
            into[question.name] = canaries.word(f"{definition.form_id}/{question.name}")
    return {**given, **{name: [row] for name, row in repeats.items()}}


def test_no_identifying_word_is_found_where_it_must_not_be(
    program: Program,
    cluster: EmbeddedCluster,
    database_name: str,
    tmp_path: Path,
    written: Written,
    capfd: pytest.CaptureFixture[str],
) -> None:
    canaries = Canaries({})
    release = tmp_path / "release"
    token = publish(program)
    written.watching = True
    sent = _run_main_job(program, canaries, token, release)
    written.watching = False

    assert len(canaries.words) >= 25
    assert sent == {201: 7, 400: 1, 404: 1, 409: 1}
    assert _reasons(program) == ["INGEST-001", "INGEST-003", "INGEST-004"]
    assert _read_back(program, canaries) == canaries.words["screening_interview/prs_First_Name"]
    flush(cluster, database_name)
    output = "".join(capfd.readouterr()).encode()
    places = {"output": output, **files_under(cluster.data_folder), **files_under(release), **files_under(tmp_path / "var")}
    places |= {path: Path(path).read_bytes() for path in written.paths if Path(path).is_file()}
    assert {path: found for path, content in places.items() if (found := canaries.found_in(content))} == {}
    assert {path for path in written.paths if not _expected(path, tmp_path)} == set()


def _run_main_job(program: Program, canaries: Canaries, token: str, release: Path) -> Mapping[int, int]:
    with (
        serving_on_socket(program, lambda _operation, _submission: None) as socket,
        Phone(httpx.HTTPTransport(uds=str(socket)), f"http://canary/key/{token}") as phone,
    ):
        phone.download_forms()
        send_everything(phone, canaries)
        statuses = dict(phone.statuses)
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        casework.admit_awaiting(session, program.ring, OPERATION)
    protect_week(program, OPERATION, WEEK, actor="officer")
    release_week(program, OPERATION, WEEK, release, actor="officer")
    return statuses


def publish(program: Program) -> str:
    places = read_gazetteer(GAZETTEER)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_places(session, OPERATION, places)
        for name in forms.QUESTIONNAIRES:
            compiled = forms.compile_workbook(forms.build_questionnaire(name), f"{name}.xlsx")
            forms.publish_form(session, OPERATION, compiled.xform, {"places.csv": forms.places_media(places)})
        return ingest.add_collector(session, OPERATION, "canary")


def send_everything(phone: Phone, canaries: Canaries) -> None:
    def filled(form: str, instance: UUID, *, replaces: UUID | None = None, reference: str = "") -> bytes:
        definition = forms.read_form_definition(phone.forms[form])
        return fill_form(phone.forms[form], answers(canaries, definition, reference), instance, replaces=replaces)

    chance = random.Random(3)
    reference = canaries.word("case_reference")
    movements = [UUID(int=chance.getrandbits(128), version=4) for _ in range(4)]
    whole = filled("movement_tracking", movements[0])
    for xml in (
        whole,
        *(filled("movement_tracking", instance) for instance in movements[1:]),
        filled("movement_tracking", uuid4(), replaces=movements[1]),
        whole.replace(b"XM0101", b"XM0102"),  # the same number, another report
        whole[: len(whole) // 2],  # cut off
        whole.replace(b"movement_tracking", b"no_such_form"),
        filled("screening_interview", uuid4(), reference=reference),
        filled("assistance_interview", uuid4(), reference=reference),
    ):
        named = [word for question, word in canaries.words.items() if question in BINARY and word.encode() in xml]
        phone.send(xml, {name: canaries.word(f"the content of {name}").encode() * 1000 for name in named})


def _reasons(program: Program) -> list[str]:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        return sorted(entry.code for entry in ingest.quarantined(session, OPERATION))


def _read_back(program: Program, canaries: Canaries) -> str:
    """The first name of the person whose case it is: the words did arrive in the store."""
    parts = [forms.RecordPart.IDENTITY]
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        case = casework.find_case(
            session, program.ring, OPERATION, canaries.words["case_reference"], purpose=Purpose.ASSISTANCE
        )
        assert case
        person = casework.read_person(session, program.ring, case.person, parts=parts, purpose=Purpose.ASSISTANCE)
    return str(person.parts[forms.RecordPart.IDENTITY]["prs_First_Name"])


def flush(cluster: EmbeddedCluster, database_name: str) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def files_under(folder: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_socket()}


def _expected(path: str, tmp_path: Path) -> bool:
    """The release folder and var/, the null device, and what the interpreter compiles."""
    return path.startswith((str(tmp_path), "/dev/")) or path.endswith(".pyc") or "__pycache__" in path


def test_the_search_itself_finds_what_it_looks_for() -> None:
    """A canary that cannot sing proves nothing."""
    canaries = Canaries({})
    word = canaries.word("name")
    disguised: list[Callable[[str], bytes]] = [
        str.encode,
        lambda text: text.encode("utf-16-le"),
        lambda text: base64.b64encode(text.encode()),
        lambda text: text.encode().hex().encode(),
    ]
    assert all(canaries.found_in(b"xx" + disguise(word) + b"yy") == ["name"] for disguise in disguised)
    assert canaries.found_in(b"nothing here") == []
