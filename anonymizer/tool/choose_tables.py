"""Which tables a release holds: each a choice of a file's columns, some of them perhaps down to a level only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from anonymizer.errors import ChoiceUnfit

__all__ = ["FORBIDDEN", "Choice", "read_choices"]

FORBIDDEN = '/\\:*?"<>|=,'
"""Letters that cannot stand in a name which is to name a file and to be written in a command."""


@dataclass(frozen=True)
class Choice:
    """A table's name, its columns in order, and the level below the total at which some of them end."""

    name: str
    columns: tuple[str, ...]
    levels: Mapping[str, int] = field(default_factory=dict)


def read_choices(texts: Iterable[str]) -> list[Choice]:
    """Tables written as `NAME=origin,destination:1,reason`, a column perhaps with its lowest level; raises `ChoiceUnfit`."""
    choices: list[Choice] = []
    for text in texts:
        choice = _read_choice(text)
        if choice.name.casefold() in {other.name.casefold() for other in choices}:
            raise ChoiceUnfit(text=text, reason=f"there is a table called {choice.name} already")
        choices.append(choice)
    return choices


def _read_choice(text: str) -> Choice:
    name, _, chosen = text.partition("=")
    if not name.strip() or name != name.strip() or name.startswith(".") or any(letter in name for letter in FORBIDDEN):
        raise ChoiceUnfit(text=text, reason="it does not begin with a name that can be that of a file, and =")
    columns: list[str] = []
    levels: dict[str, int] = {}
    for part in chosen.split(","):
        column, colon, level = part.partition(":")
        if not column or column in columns:
            raise ChoiceUnfit(text=text, reason="a column has no name, or stands there twice")
        columns.append(column)
        if colon:
            if not (level.isascii() and level.isdigit() and int(level)):
                raise ChoiceUnfit(text=text, reason=f"{column} ends at a level of 1 or more, counted from below the total")
            levels[column] = int(level)
    return Choice(name, tuple(columns), levels)
