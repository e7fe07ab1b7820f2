"""Write a change into the text of a programme: lists and approvals anew, every other line as it stood, comments too.

The page changes what it shows; rules of the screening, reminders and what somebody wrote beside them are not its to touch.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from casework.programme.errors import ProgrammeNotRewritable
from casework.programme.read_programme import APPROVABLE, Programme, parse_programme
from casework.programme.screening_rules import Labels

__all__ = ["CodeList", "rewrite_approvals", "rewrite_list"]

HEADER: Final = re.compile(r"\[+([\w.-]+)\]+")
ENTRY: Final = re.compile(r"\s*[\w-]+\s*=")


@dataclass(frozen=True)
class CodeList:
    """One list as it shall stand: what is offered, and what was taken out and is still read where it was recorded."""

    offered: Mapping[str, Labels]
    gone: Mapping[str, Labels]


def rewrite_list(content: str, name: str, wanted: CodeList) -> str:
    """The text with this list as wanted; raises `ProgrammeUnreadable` or `ProgrammeNotRewritable`."""
    here, gone = f"lists.{name}", f"gone.{name}"
    lines: list[str] = []
    for section in _sections(content):
        if section.name == here:
            lines += [section.header, *_codes(wanted.offered)]
            lines += ["", f"[{gone}]", *_codes(wanted.gone)] if wanted.gone else []
            lines += section.beside
        elif section.name == gone:
            lines += section.beside if any(line.strip() for line in section.beside) else []
        else:
            lines += section.whole
    if not any(section.name == here for section in _sections(content)):  # as in a text older than the list
        lines += ["", f"[{here}]", *_codes(wanted.offered), "", f"[{gone}]", *_codes(wanted.gone)]
    return _checked(lines, content, name, wanted)


def rewrite_approvals(content: str, wanted: frozenset[str]) -> str:
    """The text with these kinds of entries to be approved; raises as `rewrite_list`."""
    sections = list(_sections(content))
    named = [line.partition("=")[0].strip() for one in sections if one.name == "approvals" for line in one.whole[1:]]
    kinds = [kind for kind in named if kind in APPROVABLE]
    said = [f"{kind} = {str(kind in wanted).lower()}" for kind in (*kinds, *sorted(APPROVABLE.difference(kinds)))]
    lines = [] if any(one.name == "approvals" for one in sections) else ["[approvals]", *said, ""]
    for one in sections:
        lines += [one.header, *said, *one.beside] if one.name == "approvals" else one.whole
    text = "\n".join(lines)
    if parse_programme(text).approvals != wanted:
        raise ProgrammeNotRewritable(section="approvals")
    return text


def _checked(lines: list[str], before: str, name: str, wanted: CodeList) -> str:
    """The text, if reading it gives what was wanted and nothing else has changed."""
    text = "\n".join(lines)
    was, now = parse_programme(before), parse_programme(text)
    if _other(was, name) != _other(now, name) or (now.lists[name], now.gone.get(name, {})) != (wanted.offered, wanted.gone):
        raise ProgrammeNotRewritable(section=f"lists.{name}")
    return text


def _other(programme: Programme, name: str) -> object:
    """All that a change of one list leaves as it is."""
    kept = [{of: codes for of, codes in lists.items() if of != name} for lists in (programme.lists, programme.gone)]
    return kept, programme.approvals, programme.screening, programme.reassess_after_days


def _codes(codes: Mapping[str, Labels]) -> list[str]:
    return [
        f"{code} = {{ {', '.join(f'{of} = {_string(label)}' for of, label in said.items())} }}" for code, said in codes.items()
    ]


def _string(label: str) -> str:
    """A basic string of TOML 1.0, which escapes what JSON escapes."""
    return json.dumps(label, ensure_ascii=False)


@dataclass(frozen=True)
class _Section:
    """The lines under one header, empty for those before the first."""

    name: str
    whole: list[str]

    @property
    def header(self) -> str:
        return self.whole[0]

    @property
    def beside(self) -> list[str]:
        """What is no entry: empty lines and comments."""
        return [line for line in self.whole[1:] if not ENTRY.match(line)]


def _sections(content: str) -> Iterator[_Section]:
    name, lines = "", list[str]()
    for line in content.split("\n"):
        found = HEADER.match(line)
        if found:
            yield _Section(name, lines)
            name, lines = found[1], []
        lines.append(line)
    yield _Section(name, lines)
