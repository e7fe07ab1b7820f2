"""Read the answers out of a submission's XML, as the questions of its form name them."""

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from forms import FormDefinition
from ingest.alike import ByForm, make_room
from ingest.parse_xml import last_part

__all__ = ["Answers", "answers_of"]

MOST_NAMES: Final = 4096  # of elements below one


@dataclass(frozen=True)
class Answers:
    """Answers outside any repeat by the path of their question, and each repeat's entries by the repeat's path.

    An entry is again `Answers`, with full paths (`/data/member/name`) and the repeats nested in it. A question
    without an answer is absent; answers are text exactly as the phone wrote it.
    """

    values: dict[str, str] = field(default_factory=dict, repr=False)
    repeats: dict[str, list["Answers"]] = field(default_factory=dict, repr=False)


def answers_of(root: etree._Element, definition: FormDefinition) -> Answers:
    """The answers to a form's questions in parsed XML; what the form does not ask is left out."""
    answers = Answers()
    at = _form_of(definition).below(root.tag)
    if at is not None:
        _read(root, at, answers)
    return answers


class _Place:
    """A question, a repeat, or what is around them; with what was found below it, by the elements' names as they are written,
    which are the same in most answers."""

    def __init__(self, path: str, form: FormDefinition) -> None:
        self.path = path
        self.repeated, self.asked = path in form.repeat_paths, path in form.paths
        self.inside: dict[str, _Place] = {}
        self.met: dict[str, _Place | None] = {}

    def below(self, tag: str) -> "_Place | None":
        """None where the form asks nothing."""
        place = self.met.get(tag, self)  # which is not below itself
        if place is self:
            make_room(self.met, MOST_NAMES)  # they are a stranger's
            place = self.met[tag] = self.inside.get(last_part(tag))
        return place


def _places(form: FormDefinition) -> _Place:
    """What is around the form's outermost element."""
    top = _Place("", form)
    for path in (*form.repeats, *form.paths):
        place = top
        for name in path.removeprefix("/").split("/"):
            place = place.inside.setdefault(name, _Place(f"{place.path}/{name}", form))
    return top


_form_of: Final = ByForm(_places)


def _read(parent: etree._Element, at: _Place, into: Answers) -> None:
    met, values = at.met, into.values
    for child in parent.iterchildren("*"):
        place = met.get(tag := child.tag) or at.below(tag)
        if place is None:
            continue
        if place.asked and not place.repeated and (text := child.text):
            values[place.path] = text
        elif place.repeated:
            entry = Answers()
            into.repeats.setdefault(place.path, []).append(entry)
            _read(child, place, entry)
        elif len(child):
            _read(child, place, into)
