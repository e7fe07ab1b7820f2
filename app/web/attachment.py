"""What is sent out to be saved: no browser guesses what it is, runs it or keeps it."""

from collections.abc import Mapping
from typing import Final

__all__ = ["ATTACHMENT", "attachment"]

ATTACHMENT: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def attachment(name: str) -> dict[str, str]:
    """The headers of something to save; `name` is ours, of plain letters."""
    return {**ATTACHMENT, "Content-Disposition": f'attachment; filename="{name}"'}
