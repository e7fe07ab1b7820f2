"""Which answers travel with a case as its entity's properties.

A form's workbook says which: those with a name in the column `save_to` of a form that declares the list. Of these travel the
answers of parts that the phone may carry. What harms a person where it becomes known (`sensitive`) never does, nor does what is
kept in the narrative, nor an answer within a repeat.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.admission.named_case import LIST_NAME
from forms import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart, find_definition, list_forms

__all__ = ["Properties", "properties_of", "said_properties"]

KINDS: Final = (RecordKind.SCREENING, RecordKind.ASSISTANCE)  # what casework keeps by person
Properties = Mapping[str, frozenset[tuple[RecordPart, str]]]  # by name, the parts and names under which answers to it are kept


def properties_of(session: Session, operation: str, carried: Collection[RecordPart]) -> Properties:
    """The properties that the newest versions of the operation's forms declare and a phone with these parts may carry.

    One that several questions are saved to travels only where each of them may.
    """
    found: dict[str, set[tuple[RecordPart, str]]] = {}
    refused: set[str] = set()
    for form in list_forms(session, operation):
        definition = find_definition(session, operation, form.form_id, form.version)
        for name, kept_as, asked in _saved(definition):
            found.setdefault(name, set()).add((asked.part, kept_as))
            if not _travels(asked, carried):
                refused.add(name)
    return {name: frozenset(sources) for name, sources in sorted(found.items()) if name not in refused}


def said_properties(properties: Properties, told: Collection[Mapping[RecordPart, Mapping[str, Any]]]) -> dict[str, str]:
    """What was said of each property, where anything was: in the last of those that tell, the oldest first."""
    said: dict[str, str] = {}
    for parts in told:
        for name, sources in properties.items():
            answers = [str(parts[part][kept_as]) for part, kept_as in sorted(sources) if parts.get(part, {}).get(kept_as)]
            said |= {name: answers[0]} if answers else {}
    return said


def _saved(definition: FormDefinition | None) -> Iterator[tuple[str, str, Question]]:
    """The name of a property, the name under which the answer is kept, and the question."""
    if definition is None or definition.entity is None or definition.entity.list_name != LIST_NAME:
        return
    if definition.record_kind not in KINDS:
        return
    names, asked = definition.short_names, definition.by_path
    for name, path in definition.entity.saved.items():
        if path in asked:
            yield name, names.get(path, path), asked[path]


def _travels(asked: Question, carried: Collection[RecordPart]) -> bool:
    told_at_length = asked.part is RecordPart.NARRATIVE
    return asked.part in carried and asked.privacy is not PrivacyClass.SENSITIVE and not told_at_length and asked.repeat is None
