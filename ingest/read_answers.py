"""Read the answers out of a submission's XML, as the questions of its form name them."""

from dataclasses import dataclass, field

from lxml import etree

from forms import FormDefinition
from ingest.parse_xml import local_name

__all__ = ["Answers", "answers_of"]


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
    _Reader(definition).read(root, f"/{local_name(root)}", answers)
    return answers


class _Reader:
    """A form's questions and repeats, by their paths."""

    def __init__(self, definition: FormDefinition) -> None:
        self.questions, self.repeats = definition.paths, definition.repeat_paths

    def read(self, parent: etree._Element, at: str, into: Answers) -> None:
        for child in parent.iterchildren("*"):
            path = f"{at}/{local_name(child)}"
            if path in self.repeats:
                entry = Answers()
                into.repeats.setdefault(path, []).append(entry)
                self.read(child, path, entry)
            elif path in self.questions and child.text:
                into.values[path] = child.text
            elif len(child):
                self.read(child, path, into)
