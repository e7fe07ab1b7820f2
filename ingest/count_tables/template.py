"""What the tables of a workbook of counts mean: suggested once, looked through by somebody, kept as TOML, used for each period.

A table is found by its headings, so that it may move on its sheet. What nobody has decided yet begins with `?`.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from ingest.mapped_sheets import MappingUndecided, MappingUnreadable
from ingest.toml_text import toml_value

__all__ = [
    "LAST_WEEK",
    "PERSONS",
    "UNDECIDED",
    "Axis",
    "Block",
    "CountTemplate",
    "Stated",
    "is_template",
    "parse_template",
    "require_template_decided",
    "template_text",
    "write_template",
]

UNDECIDED: Final = "?"
COUNTS: Final = "counts"
PERSONS: Final = "persons"
LAST_WEEK: Final = "last week"
HEAD: Final = """# What the tables of a workbook of counts mean. Look it through and correct it before it is used:
# what begins with ? is not decided yet.
# office, period: `beside` is the text left of the cell that says it, `name` the workbook's own name for the cell.
# longer = "last week": a period longer than a week is counted in the last week that belongs to it. "" refuses it.
# block: a table. `title` is the text above it where a sheet has several; `unit` is persons, or the question that counts.
# rows, columns: what a column of row headings, or a row of column headings, tells: sex, age, group (both in one), a question's
# path, or "" for nothing. `codes` says what a heading means where it is no code or label; `totals` are sums of the others.
"""


@dataclass(frozen=True)
class Axis:
    """What one level of headings tells."""

    answers: str
    codes: Mapping[str, str] = field(default_factory=dict)
    places: str = ""
    totals: Sequence[str] = field(default_factory=list)
    left_out: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stated:
    """A cell that says something of the whole workbook, found by the text left of it or by its name; or its words alone."""

    beside: str = ""
    name: str = ""
    text: str = ""
    answers: str = ""
    dates: str = ""
    places: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    longer: str = ""


@dataclass(frozen=True)
class Block:
    """A table: levels of row headings from the left, of column headings from the top."""

    sheet: str
    rows: Sequence[Axis]
    columns: Sequence[Axis]
    title: str = ""
    unit: str = PERSONS
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def axes(self) -> Sequence[Axis]:
        return [*self.rows, *self.columns]


@dataclass(frozen=True)
class CountTemplate:
    """`none` are the texts that say that nobody was counted; `constants` answer a question in every report."""

    form: str
    office: Stated
    period: Stated
    block: Sequence[Block]
    stated: Sequence[Stated] = field(default_factory=list)
    none: Sequence[str] = field(default_factory=list)
    constants: Mapping[str, str] = field(default_factory=dict)


def is_template(text: str) -> bool:
    """Whether what is written says that it is about counts; what cannot be read does not."""
    try:
        return tomllib.loads(text).get("kind") == COUNTS
    except ValueError:
        return False


def parse_template(text: str, path: Path) -> CountTemplate:
    """A template as it is written, for whatever lies, or would lie, there; raises `MappingUnreadable`."""
    try:
        said = tomllib.loads(text)
        said.pop("kind", None)
        template: CountTemplate = _built(CountTemplate, said)
    except ValueError as error:
        raise MappingUnreadable(path=path, reason=f"it is no TOML ({type(error).__name__})") from None
    except TypeError as error:
        raise MappingUnreadable(path=path, reason=str(error)) from None
    return template


def write_template(template: CountTemplate, path: Path) -> None:
    """To a new file that its owner alone can read; raises `FileExistsError`."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(template_text(template))


def template_text(template: CountTemplate) -> str:
    """As it is kept in a file."""
    return "\n".join([HEAD, *_lines(template), ""])


def require_template_decided(template: CountTemplate, path: Path) -> None:
    """Raises `MappingUndecided`, which lists what somebody has yet to decide."""
    whole = {"office": template.office, "period": template.period, "stated": template.stated}
    undecided = [name for name, said in whole.items() if _is_open(said)]
    undecided += [f"block {number}" for number, block in enumerate(template.block, 1) if _is_open(block)]
    if undecided:
        raise MappingUndecided(path=path, listed=", ".join(undecided))


def _is_open(said: object) -> bool:
    if isinstance(said, str):
        return said.startswith(UNDECIDED)
    if isinstance(said, Mapping):
        return any(map(_is_open, said.values()))
    if isinstance(said, Sequence):
        return any(map(_is_open, said))
    return any(_is_open(getattr(said, one.name)) for one in fields(said))  # type: ignore[arg-type]


PARTS: Final[Mapping[str, type]] = {"office": Stated, "period": Stated}
LISTS: Final[Mapping[str, type]] = {"stated": Stated, "block": Block, "rows": Axis, "columns": Axis}
WORDS: Final = {"none", "totals", "left_out"}
TABLES: Final = {"constants", "codes"}


def _built(kind: Any, said: object) -> Any:
    """The value that a table of the file says; raises `TypeError` for what is not what it should be."""
    if not isinstance(said, dict):
        raise TypeError(f"a {kind.__name__.lower()} is not what it should be")
    known = {one.name: one for one in fields(kind)}
    for name in said.keys() - known.keys():
        raise TypeError(f"'{name}' means nothing there")
    for name, one in known.items():
        if name not in said and one.default is MISSING and one.default_factory is MISSING:
            raise TypeError(f"'{name}' is missing")
    return kind(**{name: _value(name, value) for name, value in said.items()})


def _value(name: str, value: Any) -> Any:
    if name in PARTS:
        return _built(PARTS[name], value)
    if name in LISTS and isinstance(value, list):
        return [_built(LISTS[name], one) for one in value]
    if name in WORDS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    if name in TABLES and isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return value
    if name in {*LISTS, *WORDS, *TABLES} or not isinstance(value, str):
        raise TypeError(f"'{name}' is not what it should be")
    return value


def _lines(template: CountTemplate) -> Iterator[str]:
    yield from (f'kind = "{COUNTS}"', f"form = {toml_value(template.form)}", f"none = {toml_value(template.none)}")
    yield f"constants = {toml_value(template.constants)}"
    yield from ("\n[office]", *_filled(template.office), "\n[period]", *_filled(template.period))
    for stated in template.stated:
        yield from ("\n[[stated]]", *_filled(stated))
    for block in template.block:
        yield from ("\n[[block]]", *(f"{name} = {toml_value(getattr(block, name))}" for name in ("sheet", "title", "unit")))
        yield f"constants = {toml_value(block.constants)}"
        for side in ("rows", "columns"):
            for axis in getattr(block, side):
                yield from (f"\n[[block.{side}]]", f"answers = {toml_value(axis.answers)}", *_filled(axis, "answers"))


def _filled(said: Stated | Axis, *but: str) -> Iterator[str]:
    values = {one.name: getattr(said, one.name) for one in fields(said)}
    return (f"{name} = {toml_value(value)}" for name, value in values.items() if value and name not in but)
