"""What a proposed text changes in the one that holds: line by line, under the section in which it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["ChangedSection", "changed_sections"]


@dataclass(frozen=True)
class ChangedSection:
    """Lines of one section that are taken away and that come instead."""

    header: str
    taken: Sequence[str]
    added: Sequence[str]


def changed_sections(before: str, after: str) -> list[ChangedSection]:
    """The changes from one text to another, in their order; empty lines are not told."""
    was, now = before.split("\n"), after.split("\n")
    return [
        ChangedSection(_header(now, new_from) or _header(was, from_), _told(was[from_:to]), _told(now[new_from:new_to]))
        for tag, from_, to, new_from, new_to in SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
        if tag != "equal" and (_told(was[from_:to]) or _told(now[new_from:new_to]))
    ]


def _told(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _header(lines: Sequence[str], at: int) -> str:
    """The header above a line."""
    return next((line.partition("]")[0].strip("[ ") for line in reversed(lines[:at]) if line.startswith("[")), "")
