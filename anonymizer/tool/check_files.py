"""What is checked of every release, whatever its method: its files, by their hashes, and its hierarchies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from anonymizer.dimension import Dimension, finest
from anonymizer.errors import TableUnreadable
from anonymizer.tool.certificate import CERTIFICATE
from anonymizer.tool.describe_package import hierarchy_path, members_of
from anonymizer.tool.read_columns import read_columns

__all__ = ["Check", "check_files", "check_hierarchies", "hashes_in"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `fault` is empty where it holds."""

    looked_at: str
    fault: str = ""

    @property
    def holds(self) -> bool:
        return not self.fault


def hashes_in(folder: Path) -> dict[str, str]:
    """SHA-256 of each file but the certificate, by relative path, hexadecimal."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}
    found.pop(CERTIFICATE)
    return found


def check_files(certificate: Mapping[str, Any], hashes: Mapping[str, str]) -> Check:
    """The files are those that the certificate names."""
    what = "every file is the one that the certificate names, and there is no other"
    named = certificate.get("files")
    if not isinstance(named, dict):
        return Check(what, "the certificate names no files")
    for path in sorted(named.keys() | hashes.keys()):
        if path not in hashes:
            return Check(what, f"{path} is not there")
        if path not in named:
            return Check(what, f"{path} is not named in the certificate")
        if named[path] != hashes[path]:
            return Check(what, f"{path} was changed")
    return Check(what)


def check_hierarchies(folder: Path, dimensions: Iterable[Dimension]) -> Check:
    """The files of hierarchies say what the package says: everything else was checked by the latter."""
    what = "the hierarchies are those that the tables were checked with"
    for dimension in finest(dimensions).values():
        path = hierarchy_path(dimension.name)
        try:
            columns = read_columns(folder / path)
            code, parent = columns.columns["code"], columns.columns["parent"]
        except (TableUnreadable, KeyError):
            return Check(what, f"{path} cannot be read")
        told = [
            (code.texts[own], parent.texts[above] or None)
            for own, above in zip(code.rows.tolist(), parent.rows.tolist(), strict=True)
        ]
        if sorted(told, key=str) != sorted(members_of(dimension), key=str):
            return Check(what, f"{path} differs from datapackage.json")
    return Check(what)
