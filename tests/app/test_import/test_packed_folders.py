"""A card or a folder of ODK Briefcase packed into an archive is read as the folder is, and never unpacked to a disk."""

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from core.errors import Problem
from ingest.from_files import PassedOver
from tests.app.test_import.conftest import Desk, outcomes

PHOTO = b"\xff\xd8 a face"
WITH_PHOTO = "<photo>face.jpg</photo>"
LINK = 0o120777 << 16


def pack(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            archive.write(one, one.relative_to(folder.parent))
    return path


def test_a_packed_card_is_taken_in_as_the_card_is(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.instance("one", desk.household.answers("uuid:1", body=WITH_PHOTO), {"face.jpg": PHOTO, ".hidden": b"x"})
    desk.instance("two", desk.household.answers("uuid:2"))
    desk.instance("three", b"broken off")
    packed = pack(desk.card, tmp_path / "card.zip")
    written: list[str] = []
    monkeypatch.setattr(os, "mkdir", written.append)
    told = desk.folder(path=packed, dry_run=True)
    assert outcomes(told) == ["accepted", "malformed", "accepted"]
    assert [one.place.file for one in told] == [f"card/instances/{name}/{name}.xml" for name in ("one", "three", "two")]
    assert outcomes(desk.folder(path=packed)) == ["accepted", "malformed", "accepted"]
    assert outcomes(desk.folder()) == ["resent", "malformed", "resent"]
    assert (sorted(path.name for path in tmp_path.iterdir()), written) == (["card", "card.zip"], [])


def test_drafts_are_known_by_the_phones_own_list_in_it(desk: Desk, tmp_path: Path) -> None:
    desk.instance("one", desk.household.answers("uuid:1"))
    (desk.card / "metadata").mkdir()
    with sqlite3.connect(desk.card / "metadata" / "instances.db") as listed:
        listed.execute("PRAGMA journal_mode = WAL")
        listed.execute("CREATE TABLE instances (instanceFilePath TEXT, status TEXT)")
        listed.execute("INSERT INTO instances VALUES ('/sdcard/instances/one/one.xml', 'incomplete')")
        listed.commit()
        listed.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    packed = pack(desk.card, tmp_path / "card.zip")
    assert outcomes(desk.folder(path=packed)) == ["INGEST-205"]
    assert outcomes(desk.folder(path=packed, drafts=True)) == ["accepted"]


def test_links_and_what_is_damaged_are_told_and_the_others_taken_in(desk: Desk, tmp_path: Path) -> None:
    packed = tmp_path / "card.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("one", "two"):
            archive.writestr(f"instances/{name}/{name}.xml", desk.household.answers(f"uuid:{name}"))
        link = zipfile.ZipInfo("instances/one/passwd")
        link.external_attr = LINK
        archive.writestr(link, "/etc/passwd")
    content = packed.read_bytes()
    packed.write_bytes(content.replace(b"uuid:two", b"uuid:TWO"))  # which its sum does not fit any more
    told = desk.folder(path=packed)
    assert outcomes(told) == ["INGEST-206", "accepted", "INGEST-231"]
    assert all(isinstance(told[at], PassedOver) for at in (0, 2))


@pytest.mark.parametrize(
    "name", ["../out.xml", "/etc/out.xml", "instances/../../out.xml", "instances\\out.xml", "C:out.xml"], ids=str
)
def test_a_name_that_leads_out_of_it_is_refused(desk: Desk, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "card.zip", "w") as archive:
        archive.writestr(name, "x")
    assert refused(desk, tmp_path / "card.zip") == "INGEST-230"


@pytest.mark.parametrize(
    ("bound", "value"), [("MOST_ENTRIES", 1), ("MOST_BYTES", 900_000), ("MOST_RATIO", 200)], ids=["many", "large", "dense"]
)
def test_one_beyond_bounds_is_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(f"ingest.from_files.file_tree.{bound}", value)
    with zipfile.ZipFile(tmp_path / "card.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("instances/a/a.xml", bytes(1_100_000))
        archive.writestr("instances/b/b.xml", b"x")
    assert refused(desk, tmp_path / "card.zip") == "INGEST-230"


def test_two_files_of_one_name_and_a_password_are_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "card.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", "x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.xml", "y")
    assert refused(desk, path) == "INGEST-230"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", "x")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # as if it were encrypted
    path.write_bytes(content)
    assert refused(desk, path) == "INGEST-230"
    path.write_bytes(b"PK\x03\x04 broken off")
    assert refused(desk, path) == "INGEST-230"


def test_packed_media_are_found_by_the_ids_of_their_records(desk: Desk, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "media.zip", "w") as archive:
        archive.writestr("household/attachments/u-1/face.jpg", PHOTO)
    (tmp_path / "a.csv").write_text("person/name,photo,_uuid\nAmal,face.jpg,u-1\nBadr,face.jpg,u-2\n")
    told = desk.table(tmp_path / "a.csv", media=tmp_path / "media.zip")
    assert [one.complete for one in told] == [True, False]


def refused(desk: Desk, path: Path) -> str:
    with pytest.raises(Problem) as problem:
        desk.folder(path=path)
    return problem.value.code
