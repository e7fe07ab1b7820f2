"""What an operation's forms ask, kept from batch to batch: a published version never changes."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from sqlalchemy.orm import Session

from forms import FormDefinition, find_definition, find_form

__all__ = ["FormAsked", "LookUp", "find_asked"]

# By form and version, or with None by the version published last; None where there is no such.
LookUp: TypeAlias = Callable[[str, str | None], FormDefinition | None]


class FormAsked(NamedTuple):
    """A form and its version; None stands for the version published last."""

    form_id: str
    version: str | None


def find_asked(session: Session, operation: str, asked: FormAsked) -> FormDefinition | None:
    """What that form asks (collection zone); None where it is not published."""
    form_id, version = asked
    if version is None:
        newest = find_form(session, operation, form_id, None)
        if newest is None:
            return None
        version = newest.version
    return find_definition(session, operation, form_id, version)
