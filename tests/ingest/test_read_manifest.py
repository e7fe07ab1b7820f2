"""Manifests of encrypted answers, also those that real phones and web forms wrote."""

from pathlib import Path
from typing import Any

import pytest

from core.database import Zone
from forms import add_form_key
from ingest import Outcome, UploadedFile, open_encrypted
from ingest.errors import IdentityMissing, ManifestUnusable
from ingest.parse_xml import parse_xml
from ingest.read_manifest import Manifest, read_manifest

FOLDER = "onadata-fixtures"
# As Collect wrote two of them, with `orx`, and as a web form did: form, version, and the files that it lists.
REAL = {
    "tutorial_encrypted/instances/tutorial_encrypted.xml": (
        "tutorial_encrypted",
        "201701031234",
        ("1483528430996.jpg.enc", "1483528445767.jpg.enc", "submission.xml.enc"),
    ),
    "transportation/instances_encrypted/submission.xml": ("transportation_encrypted", "2025051326", ("submission.xml.enc",)),
    "encrypted-submission.xml": ("hh_survey2", "202107261131", ("6-seater-7-15_15_11-15_45_15.jpg.enc", "submission.xml.enc")),
}
MANIFEST = (
    '<data id="household" encrypted="yes"><base64EncryptedKey>key</base64EncryptedKey>'
    "<meta><instanceID>uuid:1</instanceID></meta><media><file>1.jpg.enc</file><file> 2.jpg.enc </file></media>"
    "<media><file>3.jpg.enc</file><file/></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
    "<base64EncryptedElementSignature>signature</base64EncryptedElementSignature></data>"
)


def read(xml: str | bytes) -> Manifest:
    return read_manifest(parse_xml(xml.encode() if isinstance(xml, str) else xml))


def test_files_are_listed_in_the_order_of_encryption_the_answers_last() -> None:
    manifest = read(MANIFEST)
    assert manifest.files == ("1.jpg.enc", "2.jpg.enc", "3.jpg.enc", "submission.xml.enc")
    assert (manifest.key, manifest.signature, manifest.answers) == ("key", "signature", "submission.xml.enc")


def test_it_must_be_whole() -> None:
    for element in ("base64EncryptedKey", "encryptedXmlFile", "base64EncryptedElementSignature"):
        with pytest.raises(ManifestUnusable, match=element):
            read(MANIFEST.replace(element, "nothing"))
    with pytest.raises(IdentityMissing):
        read(MANIFEST.replace("uuid:1", ""))
    with pytest.raises(ManifestUnusable, match="the same name"):
        read(MANIFEST.replace("3.jpg", "1.jpg"))


@pytest.mark.needs_shared_data
@pytest.mark.parametrize("name", REAL)
def test_real_manifests_are_read(shared_data: Path, name: str) -> None:
    form_id, version, files = REAL[name]
    manifest = read((shared_data / FOLDER / name).read_bytes())
    assert (manifest.head.form_id, manifest.head.version, manifest.files) == (form_id, version, files)
    assert manifest.head.encrypted


@pytest.mark.needs_shared_data
def test_a_real_submission_for_somebody_elses_key_is_kept_and_stays_locked(shared_data: Path, household: Any) -> None:
    """Its private key is nowhere to be had; that it came whole is seen all the same."""
    folder = shared_data / FOLDER / "tutorial_encrypted" / "instances"
    xml = (folder / "tutorial_encrypted.xml").read_bytes()
    household.publish("201701031234")
    xml = xml.replace(b'id="tutorial_encrypted"', b'id="household"')
    files = [UploadedFile(path.name, "", path.read_bytes()) for path in sorted(folder.glob("*.enc"))]
    with household.zone(Zone.COLLECTION) as session:
        add_form_key(session, household.ring, "TEST")
    receipt = household.send(xml, files)
    assert (receipt.outcome, receipt.complete) == (Outcome.ACCEPTED, True)
    with household.zone(Zone.CASEWORK) as session:
        assert open_encrypted(session, household.ring, receipt.submission_id) is Outcome.LOCKED
    [(code, kept, came)] = household.quarantine()
    assert (code, kept, {file.content for file in came}) == ("INGEST-009", xml, {file.content for file in files})
