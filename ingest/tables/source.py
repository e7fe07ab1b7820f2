"""A file to be read: one on a disk, or one that is held in memory and lies nowhere in clear."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

__all__ = ["Source"]


@dataclass(frozen=True)
class Source:
    """`open` begins to read it anew; it raises `OSError`."""

    name: str
    open: Callable[[], IO[bytes]] = field(repr=False)

    @classmethod
    def on_disk(cls, path: Path) -> "Source":
        """A file by its path."""
        return cls(path.name, lambda: path.open("rb"))

    @classmethod
    def held(cls, name: str, content: bytes) -> "Source":
        """A file that is in memory."""
        return cls(name, lambda: io.BytesIO(content))
