"""Write answers that came in a notation of a server or a table as the XML that a phone would have sent, with the record inside.

So everything downstream reads one notation, and nothing of what came is lost: the record travels in an element of its own,
which no form asks for.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol
from xml.sax.saxutils import quoteattr

from forms import FormDefinition
from ingest.errors import AnswersUnreadable
from ingest.parse_xml import LARGEST_XML
from ingest.read_answers import Answers

__all__ = ["Rewritten", "root_name", "write_xml"]

NAMESPACE: Final = "urn:waystation:ingest"
TO_ESCAPE: Final = re.compile("[&<>\r]")
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Rewritten(Protocol):
    """A record in a notation of its own: its id, the ids that it may replace (the nearest first), and all that came of it."""

    @property
    def instance_id(self) -> str: ...

    @property
    def before(self) -> Sequence[str]: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


def write_xml(record: Rewritten, answers: Answers, definition: FormDefinition) -> bytes:
    """Raises `AnswersUnreadable` where an answer holds a character that no XML can, or it is too long to be read again."""
    root = root_name(definition)
    received = json.dumps(record.content, separators=(",", ":"))  # ASCII alone: fits into any XML
    replaces = f"<orx:deprecatedID>{_text(record.before[0])}</orx:deprecatedID>" if record.before else ""
    text = (
        f"<{root} id={quoteattr(definition.form_id)} version={quoteattr(definition.version)} "
        f'xmlns:orx="http://openrosa.org/xforms">{_children(_tree(answers, f"/{root}/"))}'
        f"<orx:meta><orx:instanceID>{_text(record.instance_id)}</orx:instanceID>{replaces}</orx:meta>"
        f'<waystation-received xmlns="{NAMESPACE}">{_text(received)}</waystation-received></{root}>'
    )
    if NOT_IN_XML.search(text):
        raise AnswersUnreadable(reason="it holds a character that XML cannot", line=1)
    xml = text.encode()
    if len(xml) > LARGEST_XML:
        raise AnswersUnreadable(reason=f"larger than {LARGEST_XML} bytes", line=1)
    return xml


def root_name(definition: FormDefinition) -> str:
    """The name of the form's outermost element: every question's path begins with it."""
    return definition.questions[0].path.split("/", 2)[1] if definition.questions else "data"


def _tree(answers: Answers, base: str) -> dict[str, Any]:
    """Answers by their place: a name leads to a text, to a group of names, or to the entries of a repeat."""
    tree: dict[str, Any] = {}
    for path, text in answers.values.items():
        groups, name = _steps(base, path)
        _place(tree, groups)[name] = text
    for path, entries in answers.repeats.items():
        groups, name = _steps(base, path)
        _place(tree, groups)[name] = [_tree(entry, f"{path}/") for entry in entries]
    return tree


@lru_cache(4096)
def _steps(base: str, path: str) -> tuple[Sequence[str], str]:
    """The groups on the way to a question, and its name: the same for every record of a form."""
    *groups, name = path.removeprefix(base).split("/")
    return groups, name


def _place(tree: dict[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    for group in groups:
        tree = tree.setdefault(group, {})
    return tree


def _children(tree: Mapping[str, Any]) -> str:
    return "".join(
        [
            f"<{name}>{_text(content)}</{name}>" if isinstance(content, str) else _element(name, content)
            for name, content in tree.items()
        ]
    )


def _element(name: str, content: Any) -> str:
    if isinstance(content, list):
        return "".join([_element(name, entry) for entry in content])
    return f"<{name}>{_children(content)}</{name}>"


def _text(text: str) -> str:
    """Escaped; a bare carriage return would be read as a line feed."""
    if not TO_ESCAPE.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
