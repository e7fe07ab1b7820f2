"""What phones send in a season: the questionnaires with a canary in every question that is not open, and mishaps."""

import random
from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid4

from lxml import etree

import forms
from app.demonstration.phone import Phone, fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.program import Program
from core.access import Custody
from core.clock import now
from core.database import Zone
from core.periods.week import Week
from core.places import add_places, read_gazetteer
from forms.encrypt_form import encryption_key
from ingest.collectors import add_collector
from tests import questionnaires
from tests.encrypting_phone import encrypt
from tests.end_to_end.canaries import Canaries

__all__ = ["OPERATION", "WEEK", "movement", "publish", "screening", "send", "send_everything"]

OPERATION: Final = "TEST"
WEEK: Final = Week.of(now().date()).plus(-1)
ENCRYPTED: Final = "assistance_interview"  # on the phone
NUMBERS: Final = {"reporter_phone", "prs_MobilePhone"}
# Answers that must fit their question; every other question that is not open gets a word of its own.
FITTING: Final[Mapping[str, str]] = {
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
    "prs_Birthdate": "1990-04-23",
    "prs_Gender": "female",
    "prs_Citizenship": "SOM",
    "vic_TraffickingStatus": "actual",
    "eligible": "yes",
    "cas_Status": "active",
    "household_size": "2",
}


def publish(program: Program) -> str:
    """Offer every questionnaire to a new collector, whose token is returned."""
    places = read_gazetteer(GAZETTEER)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_places(session, OPERATION, places)
        forms.add_form_key(session, program.ring, OPERATION)
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        public_key = forms.newest_public_key(session, program.ring, OPERATION)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        for name in forms.QUESTIONNAIRES:
            compiled = questionnaires.compiled(name)
            xform = forms.encrypt_form(compiled.xform, public_key) if name == ENCRYPTED else compiled.xform
            forms.publish_form(session, OPERATION, xform, {"places.csv": forms.places_media(places)})
        return add_collector(session, OPERATION, "canary", custody=Custody("ORG"))


def send_everything(phone: Phone, canaries: Canaries) -> None:
    """Four movements and an edit; a conflicting, a cut off and an unknown report; two interviews of one person, the same
    person once more under another reference, and somebody else, who will ask to be erased."""
    chance = random.Random(3)
    movements = [UUID(int=chance.getrandbits(128), version=4) for _ in range(4)]
    whole = movement(phone, canaries, movements[0])
    for xml in (
        whole,
        *(movement(phone, canaries, instance) for instance in movements[1:]),
        movement(phone, canaries, uuid4(), replaces=movements[1]),
        whole.replace(b"XM0101", b"XM0102"),  # the same number, another report
        whole[: len(whole) // 2],  # cut off
        whole.replace(b"movement_tracking", b"no_such_form"),
        *(screening(phone, canaries, again=again) for again in (False, True)),
        screening(phone, canaries, whose="erased: "),
        _filled(phone, canaries, "assistance_interview", uuid4(), reference=canaries.word("case_reference")),
    ):
        send(phone, canaries, xml)


def send(phone: Phone, canaries: Canaries, xml: bytes) -> None:
    """Send answers with the files that they name, encrypted where the form says so."""
    files = _files(phone, canaries, xml)
    if f'id="{ENCRYPTED}"'.encode() not in xml:
        phone.send(xml, files)
        return
    root = etree.fromstring(xml)
    named = {"form_id": ENCRYPTED, "version": root.get("version", ""), "instance_id": root.findtext(".//{*}instanceID", "")}
    sent = encrypt(encryption_key(phone.forms[ENCRYPTED]) or "", xml, files, **named)
    phone.send(sent.manifest, sent.files)


def movement(phone: Phone, canaries: Canaries, instance: UUID, *, replaces: UUID | None = None) -> bytes:
    return _filled(phone, canaries, "movement_tracking", instance, replaces=replaces)


def screening(phone: Phone, canaries: Canaries, *, whose: str = "", again: bool = False) -> bytes:
    """The screening of somebody; `again`: of the same person under another reference."""
    reference = canaries.word(f"{whose}case_reference{' again' if again else ''}")
    return _filled(phone, canaries, "screening_interview", uuid4(), whose=whose, reference=reference)


def _filled(
    phone: Phone,
    canaries: Canaries,
    form: str,
    instance: UUID,
    *,
    whose: str = "",
    replaces: UUID | None = None,
    reference: str = "",
) -> bytes:
    given = _answers(canaries, forms.read_form_definition(phone.forms[form]), whose, reference)
    return fill_form(phone.forms[form], given, instance, replaces=replaces)


def _answers(canaries: Canaries, definition: forms.FormDefinition, whose: str, reference: str) -> dict[str, object]:
    """One filled form with a word in every question that is not open."""
    given: dict[str, object] = {}
    repeats: dict[str, dict[str, str]] = {}
    for question in definition.questions:
        about = f"{whose}{definition.form_id}/{question.name}"
        if question.name in FITTING:
            given[question.name] = FITTING[question.name]
        elif question.name == "case_reference":
            given[question.name] = reference
        elif question.name in NUMBERS:
            given[question.name] = f"+{canaries.number(about)}"
        elif question.privacy is not forms.PrivacyClass.OPEN and question.kind in ("string", "binary"):
            into = repeats.setdefault(question.repeat.rsplit("/", 1)[1], {}) if question.repeat else given
            into[question.name] = canaries.word(about)
    return {**given, **{name: [row] for name, row in repeats.items()}}


def _files(phone: Phone, canaries: Canaries, xml: bytes) -> dict[str, bytes]:
    """The files that the answers name, each full of a word of its own."""
    definitions = [forms.read_form_definition(xform) for xform in phone.forms.values()]
    binary = {question.name for definition in definitions for question in definition.questions if question.kind == "binary"}
    words = [
        word for question, word in canaries.words.items() if question.rpartition("/")[2] in binary and word.encode() in xml
    ]
    return {name: canaries.word(f"the content of {name}").encode() * 1000 for name in words}
