"""What becomes of one part of a set-up where it is brought in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from core.permissions import Right

__all__ = ["Outcome", "State", "Why", "conflict"]


class State(StrEnum):
    """How a part stands to what is here."""

    ADDED = "added"
    CHANGED = "changed"
    PROPOSED = "proposed"  # to a second person; not in force
    SAME = "same"  # as it is here already
    WAITS = "waits"  # proposed before, and not decided
    OLDER = "older"  # than the version that is used here
    LACKS = "lacks"  # something that does not travel
    NOT_YOURS = "not_yours"
    CONFLICT = "conflict"
    REFUSED = "refused"  # when it was to be brought in


class Why(StrEnum):
    """What `detail` is about."""

    NOTHING = ""
    OTHER_PLACE = "other_place"
    OTHER_GAZETTEER = "other_gazetteer"
    OTHER_CONTENT = "other_content"
    OTHER_VERSIONS = "other_versions"
    OTHER_CLASSES = "other_classes"
    OTHER_ROLE = "other_role"
    UNUSABLE = "unusable"
    LISTS = "lists"
    FORM_KEY = "form_key"
    RIGHT = "right"


@dataclass(frozen=True)
class Outcome:
    """`part` is a kind of part, `name` which of them. `act` brings it in, in a transaction of its own; None: nothing to do."""

    part: str
    name: str
    state: State
    why: Why = Why.NOTHING
    detail: str = ""
    needs: Right | None = None
    act: Callable[[], None] | None = field(default=None, repr=False, compare=False)


def conflict(part: str, name: str, why: Why, detail: str = "") -> Outcome:
    """A part that stands here otherwise."""
    return Outcome(part, name, State.CONFLICT, why, detail)
