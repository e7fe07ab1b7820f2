"""What a case file says of what was decided and done, as sentences: codes and days, free words only where asked for.

Drafts, what was cancelled, tasks, flags, notes, transfers and other reports are no part of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casework.case_file.kinds import FIELDS, FieldKind
from casework.case_file.read_case_file import CaseFile, Entry
from casework.case_file_models import EntryKind
from casework.narrative.report_texts import Spoken
from casework.narrative.section import Section
from casework.programme import Programme

__all__ = ["TOLD_KINDS", "sections_of_case"]

_K = EntryKind
CHAPTERS: Final[Mapping[str, tuple[EntryKind, ...]]] = {
    "decided": (_K.DECISION, _K.ASSESSMENT),
    "helped": (_K.PLAN, _K.GOAL, _K.SERVICE, _K.REFERRAL, _K.VISIT),
    "returned": (_K.RETURN,),
    "closed": (_K.CLOSURE,),
}
TOLD_KINDS: Final = frozenset(kind for kinds in CHAPTERS.values() for kind in kinds)
# What somebody wrote in free words about the person, by kind; what they noted for themselves or were answered is none of it.
WORDS: Final[Mapping[EntryKind, tuple[str, ...]]] = {
    _K.DECISION: ("reasons",),
    _K.ASSESSMENT: ("situation", "wishes"),
    _K.PLAN: ("aim",),
    _K.GOAL: ("goal", "measure"),
    _K.REFERRAL: ("reason",),
    _K.RETURN: ("reintegration",),
    _K.CLOSURE: ("reason", "reopening"),
}


@dataclass(frozen=True)
class _Telling:
    """In which words: the language, and what the programme calls its codes."""

    spoken: Spoken
    programme: Programme
    in_words: bool


def sections_of_case(file: CaseFile, programme: Programme, spoken: Spoken, *, in_words: bool) -> list[Section]:
    """What was decided, done, and how it ended, each with the numbers of the steps that say it."""
    telling = _Telling(spoken, programme, in_words)
    return [_chapter(telling, file, heading, kinds) for heading, kinds in CHAPTERS.items()]


def _chapter(telling: _Telling, file: CaseFile, heading: str, kinds: tuple[EntryKind, ...]) -> Section:
    entries = [one for one in file.entries if one.kind in kinds and one.fields is not None]
    told = [(entry, list(_sentences(telling, entry))) for entry in entries]
    steps = sorted(step.number for entry, said in told if said for step in entry.steps)
    source = telling.spoken.say("from_file", steps=", ".join(map(str, steps)))
    return Section(heading, [one for _, said in told for one in said], [source])


def _sentences(telling: _Telling, entry: Entry) -> Iterator[str]:
    """Nothing where there is no sentence for where the entry stands."""
    fields = entry.fields or {}
    filled = {
        one.name: _READ.get(one.kind, _plain)(telling, one.codes, fields.get(one.name) or "") for one in FIELDS[entry.kind]
    }
    filled["day"] = telling.spoken.day(entry.steps[-1].at.date())
    sentence = telling.spoken.say(f"{entry.kind.value}_{entry.state}", **filled)
    if sentence and (telling.in_words or entry.kind is not EntryKind.GOAL):
        yield sentence
        for name in WORDS.get(entry.kind, ()) if telling.in_words else ():
            yield telling.spoken.say("words", words=str(fields.get(name) or ""))


def _plain(_: _Telling, __: str, value: Any) -> str:
    return str(value)


def _codes(telling: _Telling, of_list: str, value: Any) -> str:
    codes = [value] if isinstance(value, str) else value
    return ", ".join(telling.programme.label(of_list, code, telling.spoken.language) for code in codes if code)


def _yes_or_no(telling: _Telling, _: str, value: Any) -> str:
    return telling.spoken.say(str(value)) if value else ""


def _day(telling: _Telling, _: str, value: Any) -> str:
    return telling.spoken.day(str(value))


_READ: Final[Mapping[FieldKind, Callable[[_Telling, str, Any], str]]] = {
    FieldKind.CODE: _codes,
    FieldKind.CODES: _codes,
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.DATE: _day,
}
