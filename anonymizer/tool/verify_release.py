"""Check a release from nothing but its folder: files, cells, sums, marks, what the certificate says, and what can be recovered.

That a published number is the true one, and that no unsafe cell was published, cannot be seen from outside: that much of the
certificate has to be believed of whoever made it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from anonymizer.attacker import Audit, audit
from anonymizer.dimension import finest
from anonymizer.errors import ReleaseUnfit, TablesContradict, TableUnreadable
from anonymizer.policy import Policy
from anonymizer.tool.cell_names import write_cell
from anonymizer.tool.certificate import CERTIFICATE, FORMAT, certificate_of, worst_of
from anonymizer.tool.describe_package import hierarchy_path, members_of
from anonymizer.tool.read_columns import read_columns
from anonymizer.tool.read_release import Release, read_json, read_release

__all__ = ["Check", "verify_release"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `fault` is empty where it holds."""

    looked_at: str
    fault: str = ""

    @property
    def holds(self) -> bool:
        return not self.fault


def verify_release(folder: Path, tell: Callable[[str], None] | None = None) -> list[Check]:
    """Everything that can be checked, in order; a check that cannot be made because an earlier one failed is left out.

    `tell` is told what is being done. Raises `ReleaseUnreadable` where the folder is no release with a certificate.
    """
    say = tell or (lambda _: None)
    certificate = read_json(folder, CERTIFICATE)
    say("reading the files")
    hashes = _hashes(folder)
    checks = [_files(certificate, hashes)]
    try:
        release = read_release(folder)
    except (ReleaseUnfit, TableUnreadable) as problem:
        return [*checks, Check("every cell of every level is there once, with the marks that fit it", problem.what)]
    checks += [
        Check("every cell of every level is there once, with the marks that fit it"),
        _hierarchies(release),
        _policy(certificate, release),
    ]
    say("auditing as an outsider")
    policy = release.policy or Policy()
    try:
        found = audit(release.tables, policy)
    except TablesContradict as problem:
        return [*checks, Check("the totals add up", problem.what)]
    return [
        *checks,
        Check("the totals add up"),
        _certificate(certificate, release, policy, found, hashes),
        _exposed(release, found),
    ]


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}
    found.pop(CERTIFICATE)
    return found


def _files(certificate: Mapping[str, Any], hashes: Mapping[str, str]) -> Check:
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


def _hierarchies(release: Release) -> Check:
    """The files of hierarchies say what the package says: the sums were checked by the latter."""
    what = "the hierarchies are those that the tables were checked with"
    for dimension in finest(dimension for table in release.tables for dimension in table.dimensions).values():
        path = hierarchy_path(dimension.name)
        try:
            columns = read_columns(release.folder / path)
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


def _policy(certificate: Mapping[str, Any], release: Release) -> Check:
    rules = f"threshold {release.policy.threshold}, contributors {release.policy.contributors}" if release.policy else "none"
    what = f"the release and its certificate state the same policy: {rules}"
    stated = release.package.get("confidentiality", {}).get("policy")
    if stated is None or certificate.get("policy") != stated:
        return Check(what, "they differ")
    return Check(what)


def _certificate(
    certificate: Mapping[str, Any],
    release: Release,
    policy: Policy,
    found: Audit,
    hashes: Mapping[str, str],
) -> Check:
    """Every field, worked out anew."""
    what = "the certificate is true: tables, counts of cells, worst interval"
    if certificate.get("format") != FORMAT:
        return Check(what, f"its format is not {FORMAT}")
    true = certificate_of(release.tables, policy, worst_of(found), hashes)
    if certificate.get("tables") != true["tables"]:
        return Check(what, "what it says under 'tables' is not so")
    if not _shown(certificate.get("worst"), true["worst"]):
        return Check(what, "what it says under 'worst' could not be shown")
    return Check(what)


def _shown(claimed: Any, found: Mapping[str, int | None] | None) -> bool:
    """Whether what was found leaves as much open as was claimed."""
    if not isinstance(claimed, dict) or found is None:
        return claimed is None and found is None
    try:
        return _width(found) >= _width(claimed)
    except (KeyError, TypeError):
        return False


def _width(interval: Mapping[str, int | None]) -> float:
    low, high = interval["least"], interval["greatest"]
    return inf if high is None else high - (low or 0)


def _exposed(release: Release, found: Audit) -> Check:
    what = "no published number breaks the policy; no cell can be recovered, or is known to be small with a number ruled out"
    for first in found.offences[:1]:
        [table] = (table for table in release.tables if table.name == first.table)
        low, high = first.interval
        cell = write_cell(table.dimensions, first.key)
        return Check(what, f"{len(found.offences)} can; the first is {cell}, from {low} to {high}")
    return Check(what)
