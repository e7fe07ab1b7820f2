"""Whether a template fits a form: every count has a question, every report tells the same, and nobody counts twice."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.count_tables.read_headings import FormCounts, HeadingReader
from ingest.count_tables.template import PERSONS, Block, CountTemplate
from ingest.mapped_sheets import ColumnMapping, PlaceNames
from ingest.mapped_sheets.read_by_mapping import ColumnReader
from ingest.tables import CellFault

__all__ = ["BlockReaders", "fit_template"]

BlockReaders = tuple[Sequence[HeadingReader], Sequence[HeadingReader]]  # of its rows and of its columns
ABOUT_PERSONS = {"sex", "age", "group"}


def fit_template(template: CountTemplate, form: FormCounts, places: Mapping[str, PlaceNames]) -> Sequence[BlockReaders]:
    """The readers of each block's headings; raises `TemplateUnfit`."""
    if not template.block:
        raise form.unfit("it has no block")
    _require_constants(template, form)
    told: dict[frozenset[str], int] = {}
    for number, block in enumerate(template.block, 1):
        if not block.rows or not block.columns:
            raise form.unfit(f"block {number} has no rows or no columns")
        _require_unit(block, number, form)
        told.setdefault(_told(template, block, number, form), number)
    if len(told) > 1:
        first, second = sorted(told.values())[:2]
        raise form.unfit(f"blocks {first} and {second} tell their reports apart by different questions, so people count twice")
    return [
        (
            [HeadingReader(axis, form, places) for axis in block.rows],
            [HeadingReader(axis, form, places) for axis in block.columns],
        )
        for block in template.block
    ]


def _require_constants(template: CountTemplate, form: FormCounts) -> None:
    for constants in (template.constants, *(block.constants for block in template.block)):
        for path, text in constants.items():
            reader = ColumnReader(form.question(path), ColumnMapping("", path), None)
            if isinstance(reader.read(text), CellFault):
                raise form.unfit(f"'{path}' has no answer '{text}'")
    for stated in (template.office, template.period, *template.stated):
        if stated.answers:
            form.question(stated.answers)
    if not template.period.answers:
        raise form.unfit("the period answers no question")


def _require_unit(block: Block, number: int, form: FormCounts) -> None:
    """Persons are counted by sex and age, since the form asks for them so; anything else by one question."""
    axes = {axis.answers for axis in block.axes} & ABOUT_PERSONS
    if block.unit != PERSONS:
        form.question(block.unit)
        if axes:
            raise form.unfit(f"block {number} counts by '{block.unit}', which is not asked by sex or age")
    elif not form.groups:
        raise form.unfit("it does not count persons by sex and age")
    elif axes not in ({"group"}, {"sex", "age"}):
        raise form.unfit(f"block {number} does not count persons by sex and age: name both, or group")


def _told(template: CountTemplate, block: Block, number: int, form: FormCounts) -> frozenset[str]:
    """By which questions the reports of a block are told apart."""
    axes = [axis.answers for axis in block.axes if axis.answers and axis.answers not in ABOUT_PERSONS]
    whole = [*template.constants, *(one.answers for one in (template.office, template.period, *template.stated) if one.answers)]
    twice = [path for path, times in Counter([*axes, *block.constants, *whole]).items() if times > 1]
    if twice or block.unit in axes:
        raise form.unfit(f"block {number} answers '{(twice or [block.unit])[0]}' twice")
    return frozenset([*axes, *block.constants])
