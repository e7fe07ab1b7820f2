"""What is looked at before it is done has a digest, by which it is known again when it is sent once more to be done."""

from collections.abc import Iterable
from hashlib import sha256

from core.errors import Problem

__all__ = ["NotAsLookedAt", "digest_of"]


class NotAsLookedAt(Problem):
    code = "APP-192"
    says = "What was sent is not what was looked at, or something else was done meanwhile."
    remedy = "Nothing was changed. Look through what is shown now, and send it again."


def digest_of(parts: Iterable[bytes]) -> str:
    """SHA-256 in hexadecimal of the parts' digests, so that no part runs into the next."""
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()
