"""Which columns of a sheet answer which questions of a form: suggested once, looked through by somebody, kept as TOML.

What nobody has decided yet begins with `?`, and nothing is imported by a mapping that holds such a word.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ingest.mapped_sheets.errors import MappingUndecided, MappingUnreadable
from ingest.toml_text import toml_value

__all__ = [
    "UNDECIDED",
    "ColumnMapping",
    "SheetMapping",
    "mapping_text",
    "parse_mapping",
    "read_mapping",
    "require_decided",
    "text_of",
    "write_mapping",
]

UNDECIDED: Final = "?"
HEAD: Final = """# Which columns of a sheet answer which questions of a form. Look it through and correct it before it is used:
# what begins with ? is not decided yet. `question = ""` leaves a column out.
# key: the columns that name a row together, so that the same row of a later file is known; [] for all columns that are used.
# id: the column of the phones' own ids (uuid), where the sheet was made of an export; then no key is needed.
"""


@dataclass(frozen=True)
class ColumnMapping:
    """A column by its header. `question` is a path below the form's root; `dates` how days are written (as `strptime` reads
    them), `places` the level whose codes or names stand there, `codes` what stands for which code of a choice."""

    header: str
    question: str
    dates: str = ""
    places: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetMapping:
    """A sheet: `header` is the row of its headers and `first` the first row below them that is a record (the first row of a
    sheet is 1). `constants` answer a question in every record."""

    form: str
    sheet: str
    header: int
    first: int
    key: Sequence[str]
    columns: Sequence[ColumnMapping]
    id: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)


def read_mapping(path: Path) -> SheetMapping:
    """Raises `MappingUnreadable`."""
    return parse_mapping(text_of(path), path)


def text_of(path: Path) -> str:
    """What a file of a mapping or template says; raises `MappingUnreadable`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise MappingUnreadable(path=path, reason=f"it is no TOML ({type(error).__name__})") from None


def parse_mapping(text: str, path: Path) -> SheetMapping:
    """A mapping as it is written, for whatever lies, or would lie, there; raises `MappingUnreadable`."""
    try:
        said = tomllib.loads(text)
    except ValueError as error:
        raise MappingUnreadable(path=path, reason=f"it is no TOML ({type(error).__name__})") from None
    columns = said.pop("column", None)
    try:
        read = [ColumnMapping(**_typed(one, ColumnMapping)) for one in columns]
        return SheetMapping(**_typed(said, SheetMapping), columns=read)
    except (TypeError, AttributeError) as error:
        raise MappingUnreadable(path=path, reason=str(error).replace("SheetMapping.__init__()", "it")) from None


def write_mapping(mapping: SheetMapping, path: Path) -> None:
    """To a new file that its owner alone can read, since words of the sheet stand in it; raises `FileExistsError`."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(mapping_text(mapping))


def mapping_text(mapping: SheetMapping) -> str:
    """As it is kept in a file."""
    return "\n".join([HEAD, *_lines(mapping), ""])


def require_decided(mapping: SheetMapping, path: Path) -> None:
    """Raises `MappingUndecided`, which lists what somebody has yet to decide."""
    undecided = [f"column '{one.header}'" for one in mapping.columns if any(map(_is_open, _said_of(one)))]
    undecided += ["key"] if any(map(_is_open, mapping.key)) else []
    undecided += [name for name in ("sheet", "id") if _is_open(getattr(mapping, name))]
    if undecided:
        raise MappingUndecided(path=path, listed=", ".join(undecided))


def _said_of(column: ColumnMapping) -> Sequence[str]:
    return [column.question, *([column.dates, column.places, *column.codes.values()] if column.question else [])]


def _is_open(word: str) -> bool:
    return word.startswith(UNDECIDED)


TYPES: Final[Mapping[str, type]] = {"header": str, "codes": dict, "constants": dict, "key": list, "first": int}


def _typed(said: Mapping[str, Any], of: type) -> dict[str, Any]:
    """The same, once every value is of the type that it should be."""
    for name, value in said.items():
        wanted = int if name == "header" and of is SheetMapping else TYPES.get(name, str)
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if type(value) is not wanted or not all(isinstance(one, str) for one in inside):
            raise TypeError(f"'{name}' is not what it should be")
    return dict(said)


def _lines(mapping: SheetMapping) -> Iterator[str]:
    yield from (f"{name} = {toml_value(getattr(mapping, name))}" for name in ("form", "sheet", "header", "first", "key", "id"))
    yield f"constants = {toml_value(mapping.constants)}"
    for column in mapping.columns:
        yield "\n[[column]]"
        yield f"header = {toml_value(column.header)}"
        yield f"question = {toml_value(column.question)}"
        yield from (f"{name} = {toml_value(getattr(column, name))}" for name in ("dates", "places") if getattr(column, name))
        yield from [f"codes = {toml_value(column.codes)}"] if column.codes else []
