"""The page of docs/ that shows the state machine of casework, made from its table."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from casework.case_file import FIELDS, TRANSITIONS, EntryKind, Transition

__all__ = ["case_file_page"]

HEADING = """# The case file

What is done on a case is an entry of one of these kinds, and each entry moves by acts that this table allows and no others. A
diagram shows from which state an act leads to which; `[*]` is an entry that is not there yet. This page is made from
`casework/case_file/transitions.py` by `bin/waystation docs`; tests take every step of it, and try every other.

*by another*: never by anybody who wrote, changed or submitted the entry. *if asked*: only where the programme asks for an
approval of this kind of entry; *if not asked*: only where it does not.
"""
SAYS: Final = {"any": "", "asked": "if asked", "not_asked": "if not asked"}


def case_file_page() -> str:
    """Each kind with its diagram, its acts and its fields."""
    return HEADING + "".join(_of_kind(kind, list(rows)) for kind, rows in groupby(TRANSITIONS, lambda row: row.kind))


def _of_kind(kind: EntryKind, rows: list[Transition]) -> str:
    arrows = "".join(f"    {row.before or '[*]'} --> {row.after}: {row.act}\n" for row in rows)
    table = "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows)
    fields = ", ".join(f"`{field.name}` ({field.codes or field.kind.value})" for field in FIELDS[kind])
    head = "| from | act | to | right | needs | | the case |\n|---|---|---|---|---|---|---|\n"
    return f"\n## {kind.value}\n\n```mermaid\nstateDiagram-v2\n{arrows}```\n\n{head}{table}\nFields: {fields}.\n"


def _cells(row: Transition) -> Iterator[str]:
    yield row.before or "not there"
    yield row.act.value
    yield row.after
    yield f"`{row.right.value}`"
    yield ", ".join(f"`{name}`: yes" if name in row.only_yes else f"`{name}`" for name in row.needs)
    yield ", ".join(filter(None, ("by another" if row.by_another else "", SAYS[row.approval.value])))
    yield f"becomes {row.case_to.value}" if row.case_to else ""
