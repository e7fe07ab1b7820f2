"""The key ring's passphrase divided among officers: any K of N shares give it again, fewer give nothing (SLIP-0039).

A share is a line of words with a checksum of its own. No message here repeats a word of one.
"""

from collections.abc import Sequence
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from core.errors import Problem

__all__ = ["ShareUnreadable", "SharesUnfit", "SplitImpossible", "combine_shares", "read_share", "split_passphrase"]

MOST_SHARES: Final = 16
SHORTEST: Final = 32  # bytes: shorter passphrases are filled up, so that a share does not tell how short


class ShareUnreadable(Problem):
    code = "CORE-129"
    says = "Share {number} is not one: a word is unknown or missing, or its checksum does not fit."
    remedy = "Compare every word with the paper; the order matters. Nothing was changed."


class SharesUnfit(Problem):
    code = "CORE-116"
    says = "These shares do not give a passphrase: {reason}."
    remedy = "Use different shares of one and the same splitting, as many as it asks for. Nothing was changed."


class SplitImpossible(Problem):
    code = "CORE-117"
    says = "A passphrase cannot be divided like this: {reason}."
    remedy = "Choose 2 to 16 shares and let 2 or more of them, at most all, be needed."


def split_passphrase(passphrase: str, threshold: int, shares: int) -> list[str]:
    """Divide it into `shares` lines of words, any `threshold` of which give it again; raises `SplitImpossible`."""
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise SplitImpossible(reason=f"{threshold} of {shares}")
    content = passphrase.encode()
    if len(content) > 255:
        raise SplitImpossible(reason="it is longer than 255 bytes")
    padded = (bytes([len(content)]) + content).ljust(SHORTEST, b"\0")
    if len(padded) % 2:
        padded += b"\0"
    lines: list[str]
    [lines] = generate_mnemonics(1, [(threshold, shares)], padded, iteration_exponent=0)  # no second passphrase to slow down
    if combine_shares(lines[-threshold:]) != passphrase:
        raise SplitImpossible(reason="the shares did not give it again when they were tried")
    return lines


def read_share(line: str, number: int) -> Share:
    """A share by itself: how many are needed and which it is; raises `ShareUnreadable`."""
    try:
        return Share.from_mnemonic(" ".join(line.lower().split()))
    except (MnemonicError, ValueError):
        raise ShareUnreadable(number=number) from None


def combine_shares(lines: Sequence[str]) -> str:
    """The passphrase; more shares than are needed do no harm. Raises `ShareUnreadable` or `SharesUnfit`."""
    shares = [read_share(line, number) for number, line in enumerate(lines, start=1)]
    if not shares:
        raise SharesUnfit(reason="none was given")
    if len({share.common_parameters() for share in shares}) > 1 or len({share.member_threshold for share in shares}) > 1:
        raise SharesUnfit(reason="they come from different splittings")
    different = {share.index: share for share in shares}
    needed = shares[0].member_threshold
    if len(different) < needed:
        raise SharesUnfit(reason=f"{needed} different ones are needed, {len(different)} were given")
    try:
        padded: bytes = combine_mnemonics([share.mnemonic() for share in list(different.values())[:needed]])
        return padded[1 : 1 + padded[0]].decode()
    except (MnemonicError, ValueError):
        raise SharesUnfit(reason="they do not belong together") from None
