"""What a form demands at one place."""

from dataclasses import dataclass

__all__ = ["Rule"]


@dataclass(frozen=True)
class Rule:
    """What a form demands at the path of a question, group or repeat, as expressions of its own; empty where it demands
    nothing. `preload` is what the phone fills in by itself: `start`, `end` or `today`."""

    path: str
    constraint: str = ""
    required: str = ""
    relevant: str = ""
    preload: str = ""
