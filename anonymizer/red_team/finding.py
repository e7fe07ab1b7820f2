"""What an attack found: a release that says more than its published cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from anonymizer.attacker import Interval
from anonymizer.published import Identity

__all__ = ["Finding", "Findings", "cell_text"]


@dataclass(frozen=True)
class Finding:
    """One leak: in which release and where in it, and what it tells.

    `cell` is what is told of, `interval` the numbers that are left for it; both are None where the leak is of another kind,
    as a mark is that differs. They are secrets of people, so they do not stand in what Python shows of a finding.
    """

    attack: str
    release: str
    place: str
    tells: str
    cell: Identity | None = field(default=None, repr=False)
    interval: Interval | None = field(default=None, repr=False)


Findings = Iterator[Finding]


def cell_text(cell: Identity) -> str:
    """A cell in one line, `destination=XM01,sex=female`; `total` where it has no code."""
    return ",".join(f"{dimension}={code}" for dimension, code in cell) or "total"
