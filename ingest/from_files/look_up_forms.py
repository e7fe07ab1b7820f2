"""What an operation's forms ask, kept from batch to batch: a published version never changes."""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy.orm import Session

from forms import FormDefinition, find_definition, find_form

__all__ = ["FormsAsked", "LookUp", "NotAskedYet"]

# By form and version, or with None by the version published last; None where there is no such.
LookUp: TypeAlias = Callable[[str, str | None], FormDefinition | None]


class NotAskedYet(Exception):
    """Whether there is such a form cannot be told without asking, or its answers name files, which are read only when they are
    taken in."""


class FormsAsked:
    """The forms of one operation that were asked for so far."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._found: dict[tuple[str, str | None], FormDefinition | None] = {}

    def by(self, session: Session) -> LookUp:
        """Look forms up, with this transaction for those that were not asked for before or were not there."""
        for asked in [asked for asked, found in self._found.items() if found is None]:
            self._found[asked] = _find(session, self._operation, *asked)

        def look_up(form_id: str, version: str | None) -> FormDefinition | None:
            asked = (form_id, version)
            if asked not in self._found:
                self._found[asked] = _find(session, self._operation, form_id, version)
            return self._found[asked]

        return look_up

    def known(self, form_id: str, version: str | None) -> FormDefinition | None:
        """Look up without a transaction; raises `NotAskedYet`."""
        found = self._found.get((form_id, version), NotAskedYet)
        if isinstance(found, FormDefinition) and not found.file_paths:
            return found
        if found is None:
            return None
        raise NotAskedYet


def _find(session: Session, operation: str, form_id: str, version: str | None) -> FormDefinition | None:
    if version is None:
        newest = find_form(session, operation, form_id, None)
        if newest is None:
            return None
        version = newest.version
    return find_definition(session, operation, form_id, version)
