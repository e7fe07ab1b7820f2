"""One file of named parts: what was packed comes out, and anything else is refused before it is used."""

import io
import json
from hashlib import sha256
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sealing import packed_parts
from core.sealing.packed_parts import PackChanged, PackTooLarge, PackUnreadable, pack, unpack

PARTS = {"units.json": b"[]", "forms/0001/form.xml": b"<form/>" * 50}
WORDS = st.from_regex(r"[a-z0-9_ é]{1,12}", fullmatch=True)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map("/".join).filter(lambda name: name != "manifest.json")


def file_of(parts: dict[str, bytes], /, listed: dict[str, bytes] | None = None, **manifest: object) -> bytes:
    """As a forger packs it, who knows how to write a manifest."""
    told = {name: {"sha256": sha256(content).hexdigest()} for name, content in (parts if listed is None else listed).items()}
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps({"kind": "a kind", "version": 1, "parts": told} | manifest))
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return out.getvalue()


@settings(max_examples=30)
@given(st.dictionaries(NAMES, st.binary(max_size=60), max_size=6))
def test_what_was_packed_comes_out(parts: dict[str, bytes]) -> None:
    packed = pack("a kind", 3, parts)
    assert unpack(packed, "a kind", 3) == parts
    assert packed == pack("a kind", 3, dict(reversed(parts.items())))


@settings(max_examples=30)
@given(st.data())
def test_no_byte_of_a_part_changes_unnoticed(data: st.DataObject) -> None:
    parts = dict(PARTS)
    name = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[name]) - 1))
    parts[name] = parts[name][:at] + bytes([parts[name][at] ^ data.draw(st.integers(1, 255))]) + parts[name][at + 1 :]
    with pytest.raises(PackChanged, match=name):
        unpack(file_of(parts, listed=PARTS), "a kind", 1)


def test_no_part_is_added_or_taken_out() -> None:
    for parts, listed in (({**PARTS, "more": b""}, PARTS), ({"units.json": b"[]"}, PARTS)):
        with pytest.raises(PackChanged):
            unpack(file_of(parts, listed=listed), "a kind", 1)


def test_no_part_is_there_twice() -> None:
    out = io.BytesIO(file_of(PARTS))
    with ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("units.json", b"[]")
    with pytest.raises(PackChanged, match="units"):
        unpack(out.getvalue(), "a kind", 1)


@pytest.mark.parametrize("name", ["../up", "a/../../b", "/etc/passwd", "c:\\windows", "a\\b", "./a", "a/", "a//b", "a\x1bb"])
def test_no_name_leads_elsewhere(name: str) -> None:
    with pytest.raises((PackUnreadable, PackChanged)):
        unpack(file_of({name: b"x"}), "a kind", 1)


def test_what_unpacks_to_more_than_is_read_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_parts, "LARGEST_PART", 10_000)
    bomb = file_of({"bomb": bytes(10_001)})
    with pytest.raises(PackTooLarge, match="bomb"):
        unpack(bomb, "a kind", 1)
    size = (10_001).to_bytes(4, "little")
    with pytest.raises((PackTooLarge, PackUnreadable, PackChanged)):
        unpack(bomb.replace(size, (1).to_bytes(4, "little")), "a kind", 1)  # its head says that it is small
    monkeypatch.setattr(packed_parts, "LARGEST_WHOLE", 100)
    monkeypatch.setattr(packed_parts, "LARGEST_MANIFEST", 100)
    with pytest.raises(PackTooLarge, match="unpacked"):
        unpack(bomb, "a kind", 1)
    monkeypatch.setattr(packed_parts, "MOST_PARTS", 1)
    with pytest.raises(PackTooLarge, match="parts"):
        unpack(file_of(PARTS), "a kind", 1)
    monkeypatch.setattr(packed_parts, "LARGEST_FILE", 10)
    with pytest.raises(PackTooLarge, match="as it comes"):
        unpack(bomb, "a kind", 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"not a zip at all",
        file_of(PARTS, kind="another"),
        file_of(PARTS, version=2),
        file_of(PARTS, version="1"),
        file_of(PARTS, parts=[]),
        file_of(PARTS)[:-40],
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(PackUnreadable):
        unpack(content, "a kind", 1)


def test_what_the_program_would_not_read_it_does_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_parts, "LARGEST_PART", 10)
    with pytest.raises(PackTooLarge):
        pack("a kind", 1, {"part": bytes(11)})
