"""Dividing the key ring's passphrase among officers, and putting it together again; both are in the audit log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.keys.key_operations import KEY_RING, Approve, note_use
from app.keys.key_provider import passphrase, write_private
from app.program import Program, open_database
from core.access import Access, require
from core.audit_line import Action, Purpose, record
from core.database import Zone
from core.errors import Problem
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import open_key_ring
from core.keys.key_shares import SplitImpossible, combine_shares, split_passphrase
from core.permissions import Right
from core.settings import Settings

__all__ = ["PassphraseFileExists", "join_shares", "share_passphrase", "split_subject", "telling_failure"]


class PassphraseFileExists(Problem):
    code = "APP-016"
    says = "There is a file at {path} already; it was left as it is."
    remedy = "The shares do give the passphrase. Remove that file if it is wrong, or name another with --out."


def split_subject(threshold: int, shares: int) -> str:
    """What a proposal to divide the passphrase is about."""
    return f"{KEY_RING}:split:{threshold}-of-{shares}"


def share_passphrase(program: Program, who: Access, threshold: int, shares: int, approve: Approve) -> list[str]:
    """The shares of the passphrase in use, to be shown once and never kept; raises `SplitImpossible`."""
    if program.settings.key_provider != "passphrase":
        raise SplitImpossible(reason="the key ring is sealed by a key service and has no passphrase")
    lines = split_passphrase(passphrase(program.settings), threshold, shares)
    with program.database.transaction(Zone.KEYS, access=who) as session:
        require(session, Right.MANAGE_KEYS, subject=KEY_RING)
        approve(session, split_subject(threshold, shares))
        note_use(session, "split", threshold=threshold, shares=shares)
    return lines


def join_shares(settings: Settings, who: Access, lines: Sequence[str], path: Path) -> Path:
    """Write the passphrase that the shares give to `path`, once it is known to open the ring; overwrites nothing.

    Raises `ShareUnreadable`, `SharesUnfit`, `PassphraseWrong` or `PassphraseFileExists`, each with a line in the audit log.
    """
    with telling_failure(settings, who):
        found = combine_shares(lines)
        open_key_ring(settings.keyring_path, Passphrase(found))
        if path.exists():
            raise PassphraseFileExists(path=path)
    with open_database(settings) as database, database.transaction(Zone.KEYS, access=who) as session:
        note_use(session, "combine", shares=len(lines))
    try:
        write_private(path, found + "\n")
    except FileExistsError:
        raise PassphraseFileExists(path=path) from None
    return path


@contextmanager
def telling_failure(settings: Settings, who: Access) -> Iterator[None]:
    """Leave a line when putting the passphrase together fails: with the problem's code, and nothing of a share."""
    try:
        yield
    except Problem as problem:
        with open_database(settings) as database, database.transaction(Zone.KEYS, access=who) as session:
            detail = {"did": "combine", "code": problem.code}
            record(session, Action.DENIED, KEY_RING, purpose=Purpose.SECURITY, count=0, detail=detail)
        raise
