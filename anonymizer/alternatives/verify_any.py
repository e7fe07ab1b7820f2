"""Check a release whatever its method: its certificate says which that was."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from anonymizer.alternatives.verify_released import verify_noisy, verify_records
from anonymizer.method import Method
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


def verify_any(folder: Path, tell: Callable[[str], None] | None = None) -> tuple[str, list[Check]]:
    """The method that the certificate names, and everything that can be checked of it.

    Raises `ReleaseUnreadable` where the folder is no release with a certificate.
    """
    certificate = read_json(folder, CERTIFICATE)
    method = str(certificate.get("method", Method.SUPPRESSION))
    if method not in OTHERWISE:
        return method, verify_release(folder, tell)
    if tell:
        tell("reading the files")
    return method, [check_files(certificate, hashes_in(folder)), *OTHERWISE[method](folder, certificate)]
