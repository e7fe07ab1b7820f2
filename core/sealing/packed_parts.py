"""One file of named parts: a zip whose manifest says what kind of file it is, and the SHA-256 of each part.

It is written without moment or machine, so the same parts are the same bytes; and read within bounds, in memory, by names that
lead nowhere. The manifest tells a damaged file from a whole one. It is no signature: who wrote the file is known by comparing
the digest of the whole with them.
"""

import io
import json
import re
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from core.errors import Problem

__all__ = ["PackChanged", "PackTooLarge", "PackUnreadable", "pack", "unpack"]

MANIFEST: Final = "manifest.json"
LARGEST_FILE: Final = 64_000_000  # as it comes
LARGEST_PART: Final = 50_000_000  # unpacked
LARGEST_WHOLE: Final = 256_000_000
MOST_PARTS: Final = 2_000
LARGEST_MANIFEST: Final = 1_000_000
NAME: Final = re.compile(r"[^/\\\x00-\x1f:]{1,120}(?:/[^/\\\x00-\x1f:]{1,120}){0,4}")


class PackUnreadable(Problem):
    code = "CORE-429"
    says = "The file cannot be read: {reason}."
    remedy = "Ask for it anew from whoever wrote it. Nothing of it was used."


class PackChanged(Problem):
    code = "CORE-430"
    says = "The part {part} is not what was written into this file: it was damaged, changed, added or taken out."
    remedy = "Do not use the file. Ask for it anew, and compare its SHA-256 with whoever wrote it. Nothing of it was used."


class PackTooLarge(Problem):
    code = "CORE-431"
    says = "The file holds more than is read: {what} at most {limit:,}."
    remedy = "Nothing of it was used. A file of this kind that the program writes is smaller."


def pack(kind: str, version: int, parts: Mapping[str, bytes]) -> bytes:
    """The file; raises `PackTooLarge` where `unpack` would not read it."""
    _require_bounds(parts)
    listed = {name: {"bytes": len(parts[name]), "sha256": sha256(parts[name]).hexdigest()} for name in sorted(parts)}
    manifest = json.dumps({"kind": kind, "version": version, "parts": listed}, indent=1, ensure_ascii=False)
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in {MANIFEST: manifest.encode(), **{name: parts[name] for name in sorted(parts)}}.items():
            member = ZipInfo(name)
            member.compress_type = ZIP_DEFLATED
            archive.writestr(member, content)
    if out.tell() > LARGEST_FILE:
        raise PackTooLarge(what="bytes as it comes", limit=LARGEST_FILE)
    return out.getvalue()


def unpack(content: bytes, kind: str, version: int) -> dict[str, bytes]:
    """The parts by name; raises `PackUnreadable`, `PackChanged` or `PackTooLarge`."""
    if len(content) > LARGEST_FILE:
        raise PackTooLarge(what="bytes as it comes", limit=LARGEST_FILE)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return _parts(archive, kind, version)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise PackUnreadable(reason="it is no zip that is whole, unencrypted and packed as the program packs") from None


def _parts(archive: ZipFile, kind: str, version: int) -> dict[str, bytes]:
    members = archive.infolist()
    if len(members) > MOST_PARTS:
        raise PackTooLarge(what="parts", limit=MOST_PARTS)
    if sum(member.file_size for member in members) > LARGEST_WHOLE + LARGEST_MANIFEST:
        raise PackTooLarge(what="bytes unpacked", limit=LARGEST_WHOLE)
    by_name = {member.filename: member for member in members}
    if MANIFEST not in by_name:
        raise PackUnreadable(reason=f"it has no {MANIFEST}")
    listed = _listed(_content(archive, by_name[MANIFEST], LARGEST_MANIFEST), kind, version)
    names = [member.filename for member in members if member.filename != MANIFEST]
    for name in sorted({*names, *listed}):
        if names.count(name) != 1 or name not in listed:
            raise PackChanged(part=ascii(name))
        if not NAME.fullmatch(name) or {".", ".."} & set(name.split("/")):
            raise PackUnreadable(reason=f"the name {name!a} leads elsewhere")
    parts = {}
    for name in names:
        parts[name] = _content(archive, by_name[name], LARGEST_PART)
        said = listed[name]
        if not isinstance(said, dict) or said.get("sha256") != sha256(parts[name]).hexdigest():
            raise PackChanged(part=ascii(name))
    return parts


def _content(archive: ZipFile, member: ZipInfo, limit: int) -> bytes:
    """What the member unpacks to, whatever its head says of its size; never more than `limit` in memory."""
    with archive.open(member) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise PackTooLarge(what=f"bytes in {member.filename!a}", limit=limit)
    return content


def _listed(manifest: bytes, kind: str, version: int) -> Mapping[str, Any]:
    said = json.loads(manifest)
    if not isinstance(said, dict) or said.get("kind") != kind or not isinstance(said.get("parts"), dict):
        raise PackUnreadable(reason=f"it is no file of the kind {kind}")
    if said.get("version") != version:
        raise PackUnreadable(reason=f"it is of version {said.get('version')!a}, and this program reads version {version}")
    parts: Mapping[str, Any] = said["parts"]
    return parts


def _require_bounds(parts: Mapping[str, bytes]) -> None:
    if len(parts) >= MOST_PARTS:
        raise PackTooLarge(what="parts", limit=MOST_PARTS)
    for name, content in parts.items():
        if len(content) > LARGEST_PART:
            raise PackTooLarge(what=f"bytes in {name!a}", limit=LARGEST_PART)
    if sum(map(len, parts.values())) > LARGEST_WHOLE:
        raise PackTooLarge(what="bytes unpacked", limit=LARGEST_WHOLE)
