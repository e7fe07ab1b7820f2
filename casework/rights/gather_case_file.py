"""What an access pack says of the case file: every entry as it stands, in the person's language, and when it came to that.

What workers note for themselves (notes, tasks, flags) may name others: that it is held is said, and it is not shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select

from casework.case_file.kinds import FIELDS, EntryField, FieldKind
from casework.case_file.words import case_words
from casework.case_file_models import EntryKind
from casework.models import Case
from casework.programme import Programme, programme_in_force
from casework.rights.access_pack import HeldAnswer, HeldSection
from casework.rights.access_pack_texts import words_of
from casework.rights.gather_access_pack import Holdings
from casework.store.seal_steps import open_steps
from casework.store.sealed_step import SealedStep

__all__ = ["sections_of_cases"]

OWN_NOTES: Final = frozenset({EntryKind.NOTE, EntryKind.TASK, EntryKind.FLAG})
NOTE: Final = "note"  # beside a service or a visit
# A report may name anybody. That it is held is said, for whom and on what basis; who signed it gives the person a copy.
OF_REPORTS: Final = "text"
BASIS: Final = "basis"
UNSAID: Final = frozenset({"holds"})  # for the program alone
SAID: Final = {"yes": "given", "no": "refused"}  # as a pack says it of consents


def sections_of_cases(held: Holdings) -> list[HeldSection]:
    """A section for each entry of the person's cases, in the order in which they were begun."""
    cases = held.session.scalars(select(Case).where(Case.person == held.person.id).order_by(Case.opened_at, Case.id)).all()
    programme = programme_in_force(held.session)
    return [section for case in cases for section in _sections(held, programme, open_steps(held.session, held.key, case))]


def _sections(held: Holdings, programme: Programme, steps: list[SealedStep]) -> Iterator[HeldSection]:
    by_entry: dict[object, list[SealedStep]] = {}
    for step in steps:
        by_entry.setdefault(step.entry, []).append(step)
    for taken in by_entry.values():
        kind, newest = taken[0].kind, taken[-1]
        fields = {name: value for step in taken for name, value in step.fields.items()}
        answers = [_answer(held, programme, kind, one, fields[one.name]) for one in FIELDS[kind] if _is_said(one, fields)]
        title = case_words(held.language)[f"kind_{kind.value}"]
        yield HeldSection(kind.value, f"{newest.at:%Y-%m-%d}", tuple(answers), title=title)


def _answer(held: Holdings, programme: Programme, kind: EntryKind, field: EntryField, value: Any) -> HeldAnswer:
    label = case_words(held.language)[f"field_{field.name}"]
    own = kind in OWN_NOTES or field.name == NOTE or (kind is EntryKind.REPORT and field.name == OF_REPORTS)
    return HeldAnswer(field.name, label, None if own else _in_words(held.language, programme, field, value))


def _is_said(field: EntryField, fields: Mapping[str, Any]) -> bool:
    return bool(fields.get(field.name)) and field.name not in UNSAID


def _in_words(language: str, programme: Programme, field: EntryField, value: Any) -> str:
    if field.codes:
        codes = [value] if isinstance(value, str) else value
        return ", ".join(programme.label(field.codes, code, language) for code in codes)
    if field.name == BASIS:
        return words_of(language).get(value, value)
    return words_of(language)[SAID[value]] if field.kind is FieldKind.YES_NO else str(value)
