"""Which field of the standard is which question of ours, and what its codes are called there."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["BETWEEN", "UNCODED", "HtcdsField", "all_fields", "htcds_fields"]

UNCODED: Final = "not_in_htcds"  # the column that names fields whose answer has no code there
TABLE: Final = Path(__file__).with_name("htcds.toml")
BETWEEN: Final = "; "


@dataclass(frozen=True)
class HtcdsField:
    """A field of the standard; `source` is ours, `codes` what its codes are called there, `many` if several may be chosen, and
    `ours` are those that the standard does not have."""

    name: str
    source: str
    codes: Mapping[str, str] = field(default_factory=dict)
    many: bool = False
    ours: frozenset[str] = frozenset()


@cache
def all_fields() -> tuple[HtcdsField, ...]:
    """In the order of the standard."""
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(
        HtcdsField(name, one["from"], one.get("codes", {}), one.get("many", False), frozenset(one.get("ours", ())))
        for name, one in said.items()
    )


def htcds_fields(approved: Sequence[str]) -> list[HtcdsField]:
    """The fields of the standard that these fields of ours fill, in its order; empty where none does."""
    return [one for one in all_fields() if one.source in approved]
