"""The secret of the noise: one file for the same people, for ever.

It holds 32 random bytes, from which a key is derived for each use, and the parameters of the perturbation table. Whoever
has it takes the noise out of every number. It is written once, readable by its owner only, and refused when others may read it.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from anonymizer.cell_keys.errors import SecretNotFree, SecretUnfit
from anonymizer.cell_keys.perturbation_table import Noise
from core.keys.derive_key import derive_keys

__all__ = ["Secret", "begin_secret", "read_secret"]

FORMAT: Final = "waystation-noise-secret-1"
KEY_BYTES: Final = 32
USES: Final = (
    b"waystation anonymizer record keys 1",
    b"waystation anonymizer clipping 1",
    b"waystation anonymizer rounding 1",
)


@dataclass(frozen=True)
class Secret:
    """The parameters, and a key for each use: for the keys of records, for which records of a person are counted, and for the
    side to which a number is rounded."""

    noise: Noise
    for_records: bytes = field(repr=False)
    for_clipping: bytes = field(repr=False)
    for_rounding: bytes = field(repr=False)


def begin_secret(path: Path, noise: Noise) -> Secret:
    """Draw a new secret and write it. Raises `SecretNotFree`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SecretNotFree(path=path) from None
    written = {"format": FORMAT, "key": secrets.token_hex(KEY_BYTES), **asdict(noise)}
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(written, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_secret(path)


def read_secret(path: Path) -> Secret:
    """Read a secret. Raises `SecretUnfit`, also where others than its owner may read the file."""
    try:
        if path.stat().st_mode & 0o077:
            raise SecretUnfit(path=path, reason="others than its owner may read it")
        found = json.loads(path.read_text(encoding="utf-8"))
        key = bytes.fromhex(found["key"])
        noise = Noise(int(found["greatest"]), float(found["variance"]), int(found["least"]))
    except OSError as error:
        raise SecretUnfit(path=path, reason=error.strerror or type(error).__name__) from None
    except (KeyError, TypeError, ValueError):
        raise SecretUnfit(path=path, reason="it is not what was written") from None
    if found.get("format") != FORMAT or len(key) != KEY_BYTES:
        raise SecretUnfit(path=path, reason="it is of another kind")
    return Secret(noise, *derive_keys(key, USES))
