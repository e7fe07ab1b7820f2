"""Has a picture made small by a process of its own (`decode_alone`): the bytes go through pipes, and nothing touches a disk."""

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from core.errors import Problem

__all__ = ["MOST_BYTES", "PICTURES", "DecoderUnusable", "shrink_picture"]

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})  # what every browser shows by itself
BEGINNINGS: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"RIFF",
)  # of such content; no process is started for other
PROGRAM: Final = Path(__file__).with_name("decode_alone.py")
MOST_BYTES: Final = 32 * 1024 * 1024  # of a picture as it comes
PATIENCE: Final = 20  # seconds, however busy the machine is
NO_PICTURE: Final = 3  # as `decode_alone` says
AT_ONCE: Final = BoundedSemaphore(2)  # a page asks for twenty


class DecoderUnusable(Problem):
    code = "CASE-277"
    says = "No small picture can be made on this machine: the program that decodes pictures ended with code {ended}."
    remedy = "Run bin/setup, which installs what is missing. Files are kept and shown in full meanwhile."


def shrink_picture(content: bytes) -> bytes:
    """A JPEG of at most 128 pixels a side, without metadata; empty where none can be made of this content.

    That is so for what is no picture or is damaged, for more than `MOST_BYTES`, and for one that takes too many pixels, too
    much memory or too long. Raises `DecoderUnusable` where no picture at all would be made.
    """
    if len(content) > MOST_BYTES or not content.startswith(BEGINNINGS):
        return b""
    command = [sys.executable, "-I", str(PROGRAM)]
    with AT_ONCE:
        try:
            done = subprocess.run(
                command,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                env={},
                cwd="/",
                check=False,
            )
        except subprocess.TimeoutExpired:
            return b""
    if done.returncode > 0 and done.returncode != NO_PICTURE:
        raise DecoderUnusable(ended=done.returncode)
    return done.stdout if done.returncode == 0 else b""
