"""A picture in, a small one out: a program of its own, started for one picture, that imports nothing of this one.

What strangers made is decoded here, by libraries written in C. So the process holds no key and no other record, is told nothing
by its environment, and before it reads the first byte it gives up what it could do harm with: it opens no file and no
connection, starts nothing, writes to no disk, and its memory and time are limited.

Exit code 0: the picture is on the output, as JPEG without metadata. `NO_PICTURE`: there is none to be made of this.
"""

import ctypes
import resource
import sys
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

__all__ = ["FORMATS", "NO_PICTURE", "SIDE", "give_up_rights", "small"]

FORMATS: Final = ("GIF", "JPEG", "PNG", "WEBP")  # nothing else is tried
SIDE: Final = 128  # pixels: seen at 64 to 128 in a list, also on a fine screen
QUALITY: Final = 65  # some 2 to 5 kB
MOST_PIXELS: Final = 64_000_000  # photos of phones have 12 to 50 million
MOST_MEMORY: Final = 1024**3
MOST_SECONDS: Final = 5  # of the processor
NO_PICTURE: Final = 3
ORIENTATION: Final = 0x0112  # Exif 2.32, tag of TIFF
SET_DUMPABLE: Final = 4  # PR_SET_DUMPABLE, prctl(2)


def give_up_rights() -> None:
    """From now on this process computes, reads what it was given and writes what is asked for, within its limits."""
    _rehearse()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(SET_DUMPABLE, 0, 0, 0, 0)  # nobody looks into its memory
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open: input and output
    ):
        resource.setrlimit(limit, (most, most))


def small(content: bytes) -> bytes:
    """The picture, or the first one of several, upright and within `SIDE`, on white where it is transparent.

    Raises what Pillow raises, and `ValueError` for more than `MOST_PIXELS`. It is drawn on a new sheet, so no place, device or
    comment is carried over.
    """
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # A JPEG is decoded at about the size that is wanted. Others have palettes, which do not scale.
        scaled = picture if picture.format == "JPEG" else picture.convert("RGBA")
        scaled.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(scaled)
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    made = BytesIO()
    sheet.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _rehearse() -> None:
    """One picture of each kind, so that Pillow has imported what it needs: afterwards it can open no file."""
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    for kind in FORMATS:
        held = BytesIO()
        Image.new("RGB", (2, 1)).save(held, kind, exif=turned)
        small(held.getvalue())


def _main() -> int:
    give_up_rights()
    try:
        made = small(sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001  (of what strangers made anything can be wrong)
        return NO_PICTURE
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
