"""Check a release whatever its method: its certificate says which that was."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from anonymizer.alternatives.verify_released import verify_noisy, verify_records
from anonymizer.method import Method
from anonymizer.register import Register
from anonymizer.tool.certificate import CERTIFICATE
from anonymizer.tool.check_files import Check, check_files, hashes_in
from anonymizer.tool.read_release import read_json
from anonymizer.tool.verify_release import verify_release

__all__ = ["verify_any"]

Verifier = Callable[[Path, Mapping[str, Any]], list[Check]]

OTHERWISE: Final[Mapping[str, Verifier]] = {
    Method.CELL_KEYS: verify_noisy,
    Method.DIFFERENTIAL_PRIVACY: verify_noisy,
    Method.MICRODATA: verify_records,
    Method.SYNTHETIC: verify_records,
}


def verify_any(
    folder: Path, tell: Callable[[str], None] | None = None, *, register: Path | None = None
) -> tuple[str, list[Check]]:
    """The method that the certificate names, and everything that can be checked of it.

    With `register`, which only its keeper has, also that the release left by it. Raises `ReleaseUnreadable` where the folder is
    no release with a certificate, `RegisterMissing` and `RegisterBroken`.
    """
    certificate = read_json(folder, CERTIFICATE)
    method = str(certificate.get("method", Method.SUPPRESSION))
    kept = [_stands(certificate, register)] if register else []
    if method not in OTHERWISE:
        return method, [*verify_release(folder, tell), *kept]
    if tell:
        tell("reading the files")
    return method, [check_files(certificate, hashes_in(folder)), *OTHERWISE[method](folder, certificate), *kept]


def _stands(certificate: Mapping[str, Any], register: Path) -> Check:
    """An old copy of the register that was put back does not have the lines that were added since."""
    what = "the register holds the line that the certificate prints"
    printed = certificate.get("register")
    if not isinstance(printed, dict):
        return Check(what, "it prints no line, so the release cannot be told to have left by it")
    wanted = printed.get("line"), printed.get("hash")
    return Check(what, "" if any((line.number, line.hash) == wanted for line in Register(register).lines()) else "it does not")
