"""Answers that a phone encrypted: stored as they came, opened when all of them has come, and then answers like all others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.erasure import Tally
from core.keys.keyring import KeyRing
from core.sealing.odk_encryption import new_private_key, public_key_of
from forms import add_form_key, newest_public_key
from ingest import (
    Outcome,
    Receipt,
    UploadedFile,
    erase_submissions,
    mark_handled,
    open_encrypted,
    quarantined,
    read_submissions,
    received_before,
    set_aside,
    submissions_set_aside,
    unopened_submissions,
)
from ingest.errors import EncryptedUnopened, FormUnknown
from ingest.models import Quarantine, State, Submission
from ingest.read_submission import read_as_received
from tests.encrypting_phone import Encrypted, encrypt

OPERATION = "TEST"
PHOTOS = "<photo>house.jpg</photo><member><portrait>sami.jpg</portrait></member>"
MEDIA = {"house.jpg": b"\xff\xd8 a house", "sami.jpg": b"\xff\xd8 a face"}


class Office:
    """The household's phone encrypts, and the office opens."""

    def __init__(self, household: Any) -> None:
        self.phone = household
        self.public_key = ""
        self.add_key()

    def add_key(self) -> None:
        with self.phone.zone(Zone.COLLECTION) as session:
            add_form_key(session, self.phone.ring, OPERATION)
        with self.phone.zone(Zone.CASEWORK) as session:
            self.public_key = newest_public_key(session, self.phone.ring, OPERATION)

    def encrypted(self, instance: str = "uuid:1", *, body: str = PHOTOS, replaces: str = "", **other: str) -> Encrypted:
        xml = self.phone.answers(instance, body=body, replaces=replaces)
        media = {name: content for name, content in MEDIA.items() if name in body}
        named = {"form_id": "household", "version": "1", "instance_id": instance, **other}
        return encrypt(named.pop("public_key", self.public_key), xml, media, **named)

    def send(self, encrypted: Encrypted, *names: str) -> Receipt:
        """Post the manifest with these files, or with all."""
        files = [UploadedFile(name, "application/octet-stream", encrypted.files[name]) for name in names or encrypted.files]
        receipt: Receipt = self.phone.send(encrypted.manifest, files)
        return receipt

    def open(self, receipt: Receipt) -> Outcome:
        assert receipt.submission_id
        with self.phone.zone(Zone.CASEWORK) as session:
            return open_encrypted(session, self.phone.ring, receipt.submission_id)

    def take_in(self, encrypted: Encrypted) -> tuple[Receipt, Outcome]:
        receipt = self.send(encrypted)
        return receipt, self.open(receipt)

    def reasons(self) -> list[tuple[str, UUID | None]]:
        with self.phone.zone(Zone.CASEWORK) as session:
            return [(entry.code, entry.submission_id) for entry in quarantined(session, OPERATION)]

    def unopened(self, *, again: bool = False) -> list[UUID]:
        with self.phone.zone(Zone.CASEWORK) as session:
            return unopened_submissions(session, OPERATION, again=again)


@pytest.fixture
def office(household: Any) -> Office:
    return Office(household)


class TestOnArrival:
    def test_they_become_the_answers_that_the_phone_had(self, office: Office) -> None:
        receipt, outcome = office.take_in(office.encrypted())
        assert (receipt.outcome, receipt.complete, receipt.to_open, outcome) == (Outcome.ACCEPTED, True, True, Outcome.ACCEPTED)
        assert office.phone.awaiting() == [receipt.submission_id]
        read = office.phone.read(receipt)
        assert read.xml == office.phone.answers("uuid:1", body=PHOTOS)
        assert read.files == tuple(UploadedFile(name, "image/jpeg", content) for name, content in MEDIA.items())

    def test_many_are_read_without_their_files(self, office: Office) -> None:
        plain = office.phone.send(office.phone.answers("uuid:plain"))
        receipt, _ = office.take_in(office.encrypted())
        ids = [plain.submission_id, receipt.submission_id]
        with office.phone.zone(Zone.CASEWORK) as session:
            read = read_submissions(session, office.phone.ring, ids, purpose=Purpose.COLLECTION)
        assert [read[one].xml for one in ids] == [
            office.phone.answers("uuid:plain"),
            office.phone.answers("uuid:1", body=PHOTOS),
        ]

    def test_what_came_is_kept_as_it_came(self, office: Office) -> None:
        encrypted = office.encrypted()
        receipt, _ = office.take_in(encrypted)
        with office.phone.zone(Zone.CASEWORK) as session:
            kept = read_as_received(session, office.phone.ring, receipt.submission_id, purpose=Purpose.VERIFICATION)
        assert kept.xml == encrypted.manifest
        assert {file.name: file.content for file in kept.files} == encrypted.files

    def test_split_uploads_are_opened_when_the_last_file_has_come(self, office: Office) -> None:
        encrypted = office.encrypted()
        for name in ("submission.xml.enc", "house.jpg.enc"):
            receipt = office.send(encrypted, name)
            assert (receipt.complete, receipt.to_open, office.open(receipt)) == (False, False, Outcome.RESENT)
        assert office.unopened() == []
        last = office.send(encrypted, "sami.jpg.enc")
        assert (last.outcome, last.complete, last.to_open) == (Outcome.FILES_ADDED, True, True)
        assert office.unopened() == [last.submission_id]
        assert office.open(last) is Outcome.ACCEPTED
        assert office.unopened() == []

    def test_sent_again_it_is_known(self, office: Office) -> None:
        encrypted = office.encrypted()
        office.take_in(encrypted)
        again = office.send(encrypted)
        assert (again.outcome, again.to_open) == (Outcome.RESENT, False)
        assert office.open(again) is Outcome.RESENT

    def test_encrypted_anew_under_the_same_id_is_another_copy(self, office: Office) -> None:
        """A phone encrypts with a new key each time; which copy is right, somebody must say."""
        first, _ = office.take_in(office.encrypted())
        assert office.send(office.encrypted()).outcome is Outcome.CONFLICTING
        assert office.phone.awaiting() == [first.submission_id]

    @pytest.mark.parametrize("prefix", ["", "xmlns:orx='http://openrosa.org/javarosa'"])
    def test_the_prefix_of_meta_may_be_undeclared(self, office: Office, prefix: str) -> None:
        assert office.take_in(office.encrypted().but(prefix=prefix))[1] is Outcome.ACCEPTED

    def test_a_form_without_a_version_signs_without_one(self, household: Any) -> None:
        household.publish(version="")
        office = Office(household)
        xml = household.answers().replace(b' version="1"', b"")
        encrypted = encrypt(office.public_key, xml, form_id="household", version="", instance_id="uuid:1")
        assert office.take_in(encrypted)[1] is Outcome.ACCEPTED

    def test_opening_leaves_a_line(self, office: Office) -> None:
        receipt, _ = office.take_in(office.encrypted())
        with office.phone.zone(Zone.AUDIT) as session:
            [line] = audited_entries(session, action=Action.READ)
        assert (line.subject, line.purpose) == (f"ingest.submission:{receipt.submission_id}", "collection")

    def test_plain_answers_have_nothing_to_open(self, office: Office) -> None:
        receipt = office.phone.send(office.phone.answers())
        assert (receipt.to_open, office.open(receipt)) == (False, Outcome.RESENT)


class TestKeys:
    def test_an_older_key_opens_what_was_still_on_a_phone(self, office: Office) -> None:
        old = office.encrypted("uuid:old")
        office.add_key()
        assert office.take_in(old)[1] is Outcome.ACCEPTED
        assert office.take_in(office.encrypted("uuid:new"))[1] is Outcome.ACCEPTED

    def test_answers_for_another_key_stay_locked_until_it_is_there(self, office: Office) -> None:
        foreign = office.encrypted(public_key=public_key_of(new_private_key()))
        receipt, outcome = office.take_in(foreign)
        assert outcome is Outcome.LOCKED
        assert office.reasons() == [("INGEST-009", receipt.submission_id)]
        assert office.phone.quarantine()[0][1] == foreign.manifest
        assert office.open(office.send(foreign)) is Outcome.LOCKED
        assert len(office.reasons()) == 1

    def test_the_door_makes_a_key_and_reads_none(self, office: Office) -> None:
        for column in ("private_key", "sealed", "id"):
            with pytest.raises(ProgrammingError, match="permission denied"), office.phone.zone(Zone.COLLECTION) as session:
                session.execute(text(f"SELECT {column} FROM forms.form_key"))

    def test_another_operation_has_other_keys(self, office: Office) -> None:
        with office.phone.zone(Zone.CASEWORK, "OTHER") as session:
            assert session.execute(text("SELECT count(*) FROM forms.form_key")).scalar() == 0


def with_file(encrypted: Encrypted, name: str, content: bytes) -> Encrypted:
    return encrypted.but(files={**encrypted.files, name: content})


def flipped(content: bytes, at: int) -> bytes:
    at %= len(content)
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def swapped(encrypted: Encrypted) -> Encrypted:
    one, two, *rest = encrypted.listed
    return encrypted.but(listed=[two, one, *rest])


DAMAGE: dict[str, Callable[[Encrypted], Encrypted]] = {
    "a bit of a photo": lambda it: with_file(it, "house.jpg.enc", flipped(it.files["house.jpg.enc"], 3)),
    "a bit of the answers": lambda it: with_file(it, "submission.xml.enc", flipped(it.files["submission.xml.enc"], 40)),
    "the last bit": lambda it: with_file(it, "submission.xml.enc", flipped(it.files["submission.xml.enc"], -1)),
    "a photo cut off": lambda it: with_file(it, "house.jpg.enc", it.files["house.jpg.enc"][:-7]),
    "a photo without its end": lambda it: with_file(it, "house.jpg.enc", it.files["house.jpg.enc"][:-16]),
    "answers cut off": lambda it: with_file(it, "submission.xml.enc", it.files["submission.xml.enc"][:32]),
    "an empty photo": lambda it: with_file(it, "house.jpg.enc", b""),
    "one photo twice": lambda it: with_file(it, "house.jpg.enc", it.files["sami.jpg.enc"]),
    "photos in another order": swapped,
    "a photo left out": lambda it: it.but(listed=[name for name in it.listed if name != "sami.jpg.enc"]),
    "the signature of nothing": lambda it: it.but(signature=it.key),
    "a signature that is none": lambda it: it.but(signature="AAAA"),
    "another instance": lambda it: it.but(instance_id="uuid:2"),
}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
    def test_what_does_not_verify_is_never_taken_in_by_half(self, office: Office, damage: Callable[..., Encrypted]) -> None:
        damaged = damage(office.encrypted())
        receipt, outcome = office.take_in(damaged)
        assert outcome is Outcome.MALFORMED
        assert office.reasons() == [("INGEST-010", receipt.submission_id)]
        assert office.phone.awaiting() == []
        [(_, xml, files)] = office.phone.quarantine()
        assert (xml, {file.name: file.content for file in files}) == (damaged.manifest, damaged.files)
        with pytest.raises(EncryptedUnopened):
            office.phone.read(receipt)

    def test_the_signature_of_another_form_does_not_pass(self, office: Office) -> None:
        """Signed for a form called otherwise, posted as this one; and signed as this one around answers to another."""
        other = office.encrypted(form_id="stranger").but(form_id="household")
        assert office.take_in(other)[1] is Outcome.MALFORMED
        xml = office.phone.answers("uuid:2").replace(b'"household"', b'"stranger"')
        inside = encrypt(office.public_key, xml, form_id="household", version="1", instance_id="uuid:2")
        assert office.take_in(inside)[1] is Outcome.MALFORMED
        assert {code for code, _ in office.reasons()} == {"INGEST-010"}

    @pytest.mark.parametrize(
        "xml", [b"not XML", b"<data/>", b'<data id="household" version="1"><meta><instanceID>uuid:9</instanceID></meta></data>']
    )
    def test_inside_must_be_the_answers_that_the_manifest_speaks_of(self, office: Office, xml: bytes) -> None:
        encrypted = encrypt(office.public_key, xml, form_id="household", version="1", instance_id="uuid:1")
        assert office.take_in(encrypted)[1] is Outcome.MALFORMED
        assert office.phone.awaiting() == []

    def test_a_photo_that_was_not_encrypted_with_them_can_never_come(self, office: Office) -> None:
        xml = office.phone.answers("uuid:1", body=PHOTOS)
        encrypted = encrypt(office.public_key, xml, form_id="household", version="1", instance_id="uuid:1")
        assert office.take_in(encrypted)[1] is Outcome.MALFORMED

    def test_an_encrypted_manifest_inside_is_not_opened_further(self, office: Office) -> None:
        inner = office.encrypted(body="").manifest
        encrypted = encrypt(office.public_key, inner, form_id="household", version="1", instance_id="uuid:1")
        assert office.take_in(encrypted)[1] is Outcome.MALFORMED

    @pytest.mark.parametrize("lacking", ["base64EncryptedKey", "encryptedXmlFile", "base64EncryptedElementSignature"])
    def test_a_manifest_that_lacks_something_is_refused_at_once(self, office: Office, lacking: str) -> None:
        manifest = office.encrypted().manifest.replace(lacking.encode(), b"nothing")
        assert office.phone.send(manifest).outcome is Outcome.MALFORMED
        assert [code for code, _ in office.reasons()] == ["INGEST-008"]

    @pytest.mark.parametrize("twice", ["house.jpg.enc", "house.jpg", "submission.xml.enc"])
    def test_a_name_that_is_listed_twice_is_refused_at_once(self, office: Office, twice: str) -> None:
        encrypted = office.encrypted()
        manifest = encrypted.but(listed=[twice, *encrypted.listed]).manifest
        assert office.phone.send(manifest).outcome is Outcome.MALFORMED
        assert [code for code, _ in office.reasons()] == ["INGEST-008"]

    def test_a_form_that_is_gone_is_told(self, office: Office) -> None:
        assert office.phone.send(office.encrypted().but(form_id="stranger").manifest).outcome is Outcome.UNKNOWN_FORM
        assert [code for code, _ in office.reasons()] == [FormUnknown.code]


class TestUntilItIsOpened:
    def test_nothing_moves_it_on(self, office: Office) -> None:
        """Neither setting it aside for another reason nor an edit of it, and it is not tried again by itself."""
        damaged = DAMAGE["a bit of a photo"](office.encrypted())
        receipt, _ = office.take_in(damaged)
        with office.phone.zone(Zone.CASEWORK) as session:
            set_aside(session, office.phone.ring, receipt.submission_id, reason=("X", "another reason"))
            assert submissions_set_aside(session, OPERATION) == []
        office.phone.send(office.phone.answers("uuid:3", replaces="uuid:2"))
        office.phone.send(office.phone.answers("uuid:2", replaces="uuid:1"))
        with office.phone.zone(Zone.CASEWORK) as session:
            assert session.get(Submission, receipt.submission_id).state == State.ENCRYPTED
        assert (office.unopened(), office.unopened(again=True)) == ([], [receipt.submission_id])

    def test_once_it_opens_its_entry_in_quarantine_is_resolved(self, office: Office) -> None:
        """As after a key that was lost has been restored: here the form keys were hidden meanwhile."""
        encrypted = office.encrypted()
        receipt = office.send(encrypted)
        with office.phone.zone(Zone.CASEWORK) as session:
            empty = KeyRing({**office.phone.ring.keys, 1: bytes(32)}, office.phone.ring.token_secret)
            assert open_encrypted(session, empty, receipt.submission_id) is Outcome.LOCKED
        assert [code for code, _ in office.reasons()] == ["CORE-110"]
        assert office.open(receipt) is Outcome.ACCEPTED
        assert office.reasons() == []
        with office.phone.zone(Zone.CASEWORK) as session:
            session.execute(update(Quarantine).values(resolved_at=None))
            mark_handled(session, [receipt.submission_id])

    def test_what_is_never_opened_is_kept_no_longer_than_what_was_refused(self, office: Office) -> None:
        receipt, _ = office.take_in(DAMAGE["a bit of a photo"](office.encrypted()))
        with office.phone.zone(Zone.CASEWORK) as session:
            at = session.get(Submission, receipt.submission_id).received_at
            later, sooner = at.replace(year=at.year + 1), at.replace(year=at.year - 1)
            assert received_before(session, OPERATION, handled=later, refused=sooner)[0] == []
            assert received_before(session, OPERATION, handled=sooner, refused=later)[0] == [receipt.submission_id]


class TestEdits:
    def test_an_edit_inside_takes_the_place_of_what_it_replaces(self, office: Office) -> None:
        first, _ = office.take_in(office.encrypted("uuid:1"))
        second, outcome = office.take_in(office.encrypted("uuid:2", replaces="uuid:1"))
        assert outcome is Outcome.EDITED
        assert office.phone.awaiting() == [second.submission_id]
        assert office.phone.read(second).root_id == first.submission_id

    def test_an_edit_of_a_replaced_version_is_kept_in_quarantine(self, office: Office) -> None:
        office.take_in(office.encrypted("uuid:1"))
        second, _ = office.take_in(office.encrypted("uuid:2", replaces="uuid:1"))
        third, outcome = office.take_in(office.encrypted("uuid:3", replaces="uuid:1"))
        assert outcome is Outcome.STALE_EDIT
        assert office.reasons() == [("INGEST-006", third.submission_id)]
        assert office.phone.awaiting() == [second.submission_id]

    def test_edits_join_in_whatever_order_they_are_opened(self, office: Office) -> None:
        sent = [
            office.send(office.encrypted("uuid:1")),
            office.send(office.encrypted("uuid:2", replaces="uuid:1")),
            office.phone.send(office.phone.answers("uuid:3", replaces="uuid:2")),
        ]
        assert office.open(sent[1]) is Outcome.EDITED
        assert office.open(sent[0]) is Outcome.ACCEPTED
        assert len({office.phone.read(receipt).root_id for receipt in sent}) == 1
        assert office.phone.awaiting() == [sent[2].submission_id]

    def test_what_the_manifest_says_of_edits_is_not_believed(self, office: Office) -> None:
        first = office.phone.send(office.phone.answers("uuid:1"))
        encrypted = office.encrypted("uuid:2")
        said = encrypted.manifest.replace(b"</orx:meta>", b"<orx:deprecatedID>uuid:1</orx:deprecatedID></orx:meta>")
        files = [UploadedFile(name, "", content) for name, content in encrypted.files.items()]
        receipt = office.phone.send(said, files)
        assert office.open(receipt) is Outcome.ACCEPTED
        assert set(office.phone.awaiting()) == {first.submission_id, receipt.submission_id}


class TestRaces:
    """Threads with a connection each, released together."""

    def test_what_is_opened_by_many_at_once_is_opened_once(self, office: Office) -> None:
        receipt = office.send(office.encrypted())
        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(office.open, [receipt] * 6))
        assert sorted(outcomes) == [Outcome.ACCEPTED] + [Outcome.RESENT] * 5

    def test_of_many_edits_of_one_version_one_wins(self, office: Office) -> None:
        office.take_in(office.encrypted("uuid:0", body=""))
        edits = [office.send(office.encrypted(f"uuid:{number}", body="", replaces="uuid:0")) for number in range(1, 7)]
        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(office.open, edits))
        assert sorted(outcomes) == [Outcome.EDITED] + [Outcome.STALE_EDIT] * 5
        assert len(office.phone.awaiting()) == 1

    def test_a_chain_that_is_opened_all_at_once_is_one_chain(self, office: Office) -> None:
        links = [office.send(office.encrypted("uuid:0", body=""))]
        links += [office.send(office.encrypted(f"uuid:{at}", body="", replaces=f"uuid:{at - 1}")) for at in range(1, 6)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(office.open, reversed(links)))
        assert len({office.phone.read(receipt).root_id for receipt in links}) == 1
        assert office.phone.awaiting() == [links[-1].submission_id]


class TestErasure:
    def erase(self, office: Office, receipt: Receipt) -> None:
        with office.phone.zone(Zone.CASEWORK) as session:
            erase_submissions(session, office.phone.ring, OPERATION, [receipt.submission_id], Tally())

    def test_what_was_erased_is_not_stored_again(self, office: Office) -> None:
        encrypted = office.encrypted()
        receipt, _ = office.take_in(encrypted)
        self.erase(office, receipt)
        assert office.send(encrypted) == Receipt(Outcome.ERASED, None, complete=False)

    def test_an_edit_of_it_is_erased_as_soon_as_it_is_opened(self, office: Office) -> None:
        receipt, _ = office.take_in(office.encrypted("uuid:1"))
        self.erase(office, receipt)
        edit = office.encrypted("uuid:2", replaces="uuid:1")
        assert office.take_in(edit)[1] is Outcome.ERASED
        with office.phone.zone(Zone.CASEWORK) as session:
            for table in ("submission", "attachment", "record_key", "quarantine"):
                assert session.execute(text(f"SELECT count(*) FROM ingest.{table}")).scalar() == 0, table
        assert office.send(edit).outcome is Outcome.ERASED
