"""Check a release from nothing but its folder: files, cells, sums, marks, what the certificate says, and what can be recovered.

That a published number is the true one, and that no unsafe cell was published, cannot be seen from outside: that much of the
certificate has to be believed of whoever made it.
"""

from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import Any

from anonymizer.attacker import Audit, audit
from anonymizer.errors import ReleaseUnfit, TablesContradict, TableUnreadable
from anonymizer.method import Method
from anonymizer.policy import Policy
from anonymizer.rounding import why_not_rounded
from anonymizer.tool.cell_names import write_cell
from anonymizer.tool.certificate import CERTIFICATE, FORMAT, certificate_of, worst_of
from anonymizer.tool.check_files import Check, check_files, check_hierarchies, hashes_in
from anonymizer.tool.read_release import Release, read_json, read_release

__all__ = ["verify_release"]


def verify_release(folder: Path, tell: Callable[[str], None] | None = None) -> list[Check]:
    """Everything that can be checked, in order; a check that cannot be made because an earlier one failed is left out.

    `tell` is told what is being done. Raises `ReleaseUnreadable` where the folder is no release with a certificate.
    """
    say = tell or (lambda _: None)
    certificate = read_json(folder, CERTIFICATE)
    say("reading the files")
    hashes = hashes_in(folder)
    checks = [check_files(certificate, hashes)]
    try:
        release = read_release(folder)
    except (ReleaseUnfit, TableUnreadable) as problem:
        return [*checks, Check("every cell of every level is there once, with the marks that fit it", problem.what)]
    checks += [
        Check("every cell of every level is there once, with the marks that fit it"),
        check_hierarchies(folder, (each for table in release.tables for each in table.dimensions)),
        _policy(certificate, release),
    ]
    if any(table.rounding for table in release.tables) and not (checks := [*checks, _rounded(release)])[-1].holds:
        return checks
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


def _rounded(release: Release) -> Check:
    what = "every number is a multiple of its base, and every total the sum of its parts"
    reasons = (f"{table.name}: {reason}" for table in release.tables if (reason := why_not_rounded(table)))
    return Check(what, next(reasons, ""))


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
    what = "the certificate is true: method, tables, counts of cells, worst interval"
    if certificate.get("format") != FORMAT:
        return Check(what, f"its format is not {FORMAT}")
    true = certificate_of(release.tables, policy, worst_of(found), hashes)
    methods = {said.get("method", Method.SUPPRESSION) for said in (certificate, release.package)}
    if methods != {true["method"]} or certificate.get("statement") != true["statement"]:
        return Check(what, f"it does not state the method that the tables show, which is {true['method']}")
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
