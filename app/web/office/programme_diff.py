"""What a proposed text changes in the one that holds, section by section: a line that moves is told in both of its sections."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

__all__ = ["ChangedSection", "changed_sections"]

HEADER: Final = re.compile(r"\[+([\w.-]+)\]+")


@dataclass(frozen=True)
class ChangedSection:
    """Lines of one section that are taken away and that come instead; `name` is empty before the first header."""

    name: str
    taken: Sequence[str]
    added: Sequence[str]


def changed_sections(before: str, after: str) -> list[ChangedSection]:
    """The changes from one text to another, in the order of the new one; empty lines are not told."""
    was, now = _sections(before), _sections(after)
    changed = [_changed(name, was.get(name, []), now.get(name, [])) for name in dict.fromkeys((*now, *was))]
    return [one for one in changed if one.taken or one.added]


def _changed(name: str, was: Sequence[str], now: Sequence[str]) -> ChangedSection:
    taken: list[str] = []
    added: list[str] = []
    for tag, from_, to, new_from, new_to in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            taken += was[from_:to]
            added += now[new_from:new_to]
    return ChangedSection(name, taken, added)


def _sections(text: str) -> dict[str, list[str]]:
    """The lines by section; sections of one name, as the rows of a table, are one."""
    found: dict[str, list[str]] = {}
    for name, line in _lines(text):
        if line.strip():
            found.setdefault(name, []).append(line)
    return found


def _lines(text: str) -> Iterator[tuple[str, str]]:
    name = ""
    for line in text.split("\n"):
        header = HEADER.match(line)
        name = header[1] if header else name
        yield name, line
