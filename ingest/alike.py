"""What is worked out once for what is alike: of a form for all of its answers, of a name for all elements that bear it."""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from forms import FormDefinition

__all__ = ["ByForm", "make_room"]

Worked = TypeVar("Worked")
MOST_FORMS: Final = 128


class ByForm(Generic[Worked]):
    """What `work_out` makes of a form, once."""

    def __init__(self, work_out: Callable[[FormDefinition], Worked]) -> None:
        self._work_out = work_out
        self._known: dict[int, tuple[FormDefinition, Worked]] = {}  # with the form, whose number is another's once it is gone

    def __call__(self, form: FormDefinition) -> Worked:
        known = self._known.get(id(form))
        if known is None:
            make_room(self._known, MOST_FORMS)
            known = self._known[id(form)] = form, self._work_out(form)
        return known[1]


def make_room(known: dict[Any, Any] | set[Any], most: int) -> None:
    """Forget all, before there is more than that many."""
    if len(known) >= most:
        known.clear()
