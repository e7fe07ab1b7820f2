"""Coarser codes as they are written on a command line: `origin=2` leaves levels out, `reason=flood+drought:natural` merges."""

from collections.abc import Iterable
from dataclasses import dataclass

from anonymizer.coarsen import Coarser, drop_level, merge_codes
from anonymizer.dimension import Dimension
from anonymizer.errors import CoarserUnreadable

__all__ = ["Coarsening", "read_dropped", "read_merged"]


@dataclass(frozen=True)
class Coarsening:
    """What is to become of a dimension: without the codes of a `level` and below, or with some `codes` merged `into` one."""

    dimension: str
    level: int = 0
    codes: tuple[str, ...] = ()
    into: str = ""

    def of(self, dimension: Dimension) -> Coarser:
        """The same, of a dimension that is there; raises `CoarseningUnfit`."""
        return merge_codes(dimension, self.codes, self.into) if self.codes else drop_level(dimension, self.level)

    def __str__(self) -> str:
        if self.codes:
            return f"{self.dimension}={'+'.join(self.codes)}:{self.into}"
        return f"{self.dimension} to level {self.level - 1}"


def read_dropped(texts: Iterable[str]) -> list[Coarsening]:
    """Levels to leave out, `DIMENSION=LEVEL` each; raises `CoarserUnreadable`."""
    return [_dropped(text) for text in texts]


def read_merged(texts: Iterable[str]) -> list[Coarsening]:
    """Codes to merge, `DIMENSION=CODE+CODE:NEW` each; raises `CoarserUnreadable`."""
    return [_merged(text) for text in texts]


def _dropped(text: str) -> Coarsening:
    name, _, level = text.partition("=")
    if not name or not (level.isascii() and level.isdigit()):
        raise CoarserUnreadable(text=text, reason="it is not DIMENSION=LEVEL, with a level in digits")
    return Coarsening(name, level=int(level))


def _merged(text: str) -> Coarsening:
    name, _, rest = text.partition("=")
    codes, colon, into = rest.rpartition(":")
    if not (name and codes and colon and into):
        raise CoarserUnreadable(text=text, reason="it is not DIMENSION=CODE+CODE:NEW")
    return Coarsening(name, codes=tuple(codes.split("+")), into=into)
