"""`certificate.json`: what was proven of a release, in a form that anybody can check from the release alone.

It binds the files, the numbers and the policy together; it is no signature. Whoever wants to know who made a release
signs this one file: it holds the hashes of all others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from anonymizer.attacker import FAR, Audit, Interval
from anonymizer.method import Method
from anonymizer.policy import Policy, stated
from anonymizer.published import PublishedTable, count_cells

__all__ = ["CERTIFICATE", "FORMAT", "certificate_of", "hashes_of", "pack_json", "worst_of"]

CERTIFICATE: Final = "certificate.json"
FORMAT: Final = "waystation-certificate-1"
STATEMENTS: Final = {
    Method.SUPPRESSION: (
        "Every published number is the true one. For every cell that is unsafe under this policy, other tables of whole "
        "numbers exist that would have been published with the very same numbers and in which the cell holds whatever the "
        "policy says must stay possible; a linear program over the published numbers finds no narrower interval. For every "
        "suppressed cell that may be under the threshold, tables were found that leave as many numbers open as 'worst' does."
    ),
    Method.ROUNDING: (
        "Every published number is a multiple of 'base' and less than 'within' away from the true one; every total is the sum "
        "of its published parts, and nothing is suppressed. To which side a number went was drawn from a secret. For every "
        "cell that is unsafe under this policy, other tables of whole numbers exist that may be rounded to the very same "
        "numbers and in which the cell holds the ends of what the policy says must stay possible. For every cell that may be "
        "under the threshold, tables were found that leave as many numbers open as 'worst' does."
    ),
}


def certificate_of(
    tables: Sequence[PublishedTable], policy: Policy, worst: Interval | None, hashes: Mapping[str, str]
) -> dict[str, Any]:
    """What a certificate of these tables and files says; `hashes` holds SHA-256 by path, hexadecimal.

    All tables were protected by one method.
    """
    method = tables[0].method
    return {
        "format": FORMAT,
        "method": method,
        "statement": STATEMENTS[method],
        "policy": stated(policy),
        "tables": [_table(table) for table in tables],
        "worst": worst and _worst(worst),
        "files": dict(sorted(hashes.items())),
    }


def worst_of(audit: Audit) -> Interval | None:
    """What a certificate may claim after an audit: tables were found that leave no cell that may be small less than this."""
    if audit.narrowest is None:
        return None
    low, high = audit.narrowest
    return Interval(low, None if high >= FAR else high)


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, hexadecimal."""
    return {path: sha256(content).hexdigest() for path, content in files.items()}


def pack_json(document: Mapping[str, Any]) -> bytes:
    """JSON as it is written into a release."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _table(table: PublishedTable) -> dict[str, Any]:
    published, suppressed = count_cells([table])
    rounding = {"rounding": asdict(table.rounding)} if table.rounding else {}
    return {"name": table.name, "digest": table.digest, "published": published, "suppressed": suppressed} | rounding


def _worst(interval: Interval) -> dict[str, int | None]:
    return {"least": interval.low, "greatest": interval.high}
