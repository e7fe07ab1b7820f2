"""Columns of an older export that hold entries of repeats: `children[1]/name` is the name that the first entry says.

Such a header is the path of its question, with the number of the entry at each repeat on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from forms import FormDefinition
from ingest.from_files.match_columns import NUMBERED, Columns, Headers, put_in_column
from ingest.pull.write_xml import root_name
from ingest.read_answers import Answers

__all__ = ["EntryColumns", "EntryPlace", "entries_in_columns", "entry_at"]

MOST_ENTRIES: Final = 999
Numbers = tuple[int, ...]


@dataclass(frozen=True)
class EntryPlace:
    """An entry: the repeats around it from the outermost, and its number in each; the first is 1."""

    repeats: Sequence[str]
    numbers: Numbers


@dataclass(frozen=True)
class EntryColumns:
    """The columns of each entry, in the order of the entries; `unmatched` headers name no question of a repeat."""

    entries: Sequence[tuple[EntryPlace, Columns]] = field(repr=False)
    unmatched: Sequence[str]


def entries_in_columns(headers: Mapping[int, str], definition: FormDefinition) -> EntryColumns:
    """For the headers of columns that answer no question by themselves."""
    root = f"/{root_name(definition)}/"
    known = {repeat: Headers(definition.asked_in.get(repeat, ()), root) for repeat in definition.repeats}
    found: dict[tuple[str, Numbers], Columns] = {}
    unmatched = []
    for number, header in headers.items():
        numbers, bare = tuple(int(one) for one in NUMBERED.findall(header)), NUMBERED.sub("", header)
        repeat = _repeat_of(header, root, definition) if all(0 < one <= MOST_ENTRIES for one in numbers) else None
        if repeat is None:
            unmatched.append(header)
            continue
        columns = found.setdefault((repeat, numbers), Columns({}, {}, [], known[repeat].names))
        if not put_in_column(columns, known[repeat], number, bare):
            unmatched.append(header)
    placed = [(EntryPlace(_around(repeat, definition), numbers), columns) for (repeat, numbers), columns in found.items()]
    return EntryColumns(sorted(placed, key=lambda one: (len(one[0].numbers), one[0].repeats, one[0].numbers)), unmatched)


def entry_at(answers: Answers, place: EntryPlace) -> Answers:
    """The entry there; it is made, with those before it, which said nothing, where it is not there yet."""
    for repeat, number in zip(place.repeats, place.numbers, strict=True):
        entries = answers.repeats.setdefault(repeat, [])
        while len(entries) < number:
            entries.append(Answers())
        answers = entries[number - 1]
    return answers


def _repeat_of(header: str, root: str, definition: FormDefinition) -> str | None:
    """The innermost repeat that a header numbers, where it numbers each repeat around that, and nothing else."""
    steps = list(_numbered(header, root))
    repeats = [path for path, numbered in steps if path in definition.repeat_paths]
    numbered = [path for path, numbered in steps if numbered]
    return repeats[-1] if repeats and repeats == numbered else None


def _numbered(header: str, root: str) -> Iterator[tuple[str, bool]]:
    path = root
    for step in header.split("/"):
        path = f"{path.rstrip('/')}/{NUMBERED.sub('', step)}"
        yield path, NUMBERED.search(step) is not None


def _around(repeat: str, definition: FormDefinition) -> Sequence[str]:
    return [one for one in sorted(definition.repeats, key=len) if repeat == one or repeat.startswith(f"{one}/")]
