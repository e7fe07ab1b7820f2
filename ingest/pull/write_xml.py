"""Write answers that came in a notation of a server or a table as the XML that a phone would have sent, with the record inside.

So everything downstream reads one notation, and nothing of what came is lost: the record travels in an element of its own,
which no form asks for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol
from xml.sax.saxutils import quoteattr

from forms import FormDefinition
from ingest.errors import AnswersUnreadable
from ingest.parse_xml import LARGEST_XML
from ingest.picking import Picking, picking
from ingest.read_answers import Answers

__all__ = ["Rewritten", "root_name", "write_xml"]

NAMESPACE: Final = "urn:waystation:ingest"
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONTROLS: Final = bytes({*range(0x20)} - {*b"\t\n\r"})


class Rewritten(Protocol):
    """A record in a notation of its own: its id, the ids that it may replace (the nearest first), and all that came of it, as
    JSON."""

    @property
    def instance_id(self) -> str: ...

    @property
    def before(self) -> Sequence[str]: ...

    @property
    def text(self) -> str: ...


def write_xml(record: Rewritten, answers: Answers, definition: FormDefinition) -> bytes:
    """Raises `AnswersUnreadable` where an answer holds a character that no XML can, or it is too long to be read again."""
    root, named = root_name(definition), _named(definition.form_id, definition.version)
    replaces = f"<orx:deprecatedID>{_text(record.before[0])}</orx:deprecatedID>" if record.before else ""
    answered = _encoded(
        f'<{root} {named} xmlns:orx="http://openrosa.org/xforms">{_written(answers, f"/{root}/")}'
        f"<orx:meta><orx:instanceID>{_text(record.instance_id)}</orx:instanceID>{replaces}</orx:meta>"
        f'<waystation-received xmlns="{NAMESPACE}">'
    )
    if answered is None:
        raise AnswersUnreadable(reason="it holds a character that XML cannot", line=1)
    xml = b"%b%b</waystation-received></%b>" % (answered, _kept(record.text), root.encode())
    if len(xml) > LARGEST_XML:
        raise AnswersUnreadable(reason=f"larger than {LARGEST_XML} bytes", line=1)
    return xml


def _encoded(text: str) -> bytes | None:
    """In UTF-8; None where it holds a character that XML cannot. They are looked for one kind after the other, which is many
    times faster than one pattern for all."""
    if "\ufffe" in text or "\uffff" in text:
        return None
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # half of a pair
        return None
    return encoded if len(encoded.translate(None, CONTROLS)) == len(encoded) else None


def _kept(json: str) -> bytes:
    """As text within XML. JSON holds no control characters; any other that XML cannot hold stands in a string, where JSON has
    another name for it."""
    if "\ufffe" in json or "\uffff" in json:
        json = NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
    return _text(json).encode()


@lru_cache(1024)
def _named(form_id: str, version: str) -> str:
    return f"id={quoteattr(form_id)} version={quoteattr(version)}"


def root_name(definition: FormDefinition) -> str:
    """The name of the form's outermost element: every question's path begins with it."""
    return definition.questions[0].path.split("/", 2)[1] if definition.questions else "data"


def _written(answers: Answers, base: str) -> str:
    """The elements below the one that `base` leads to."""
    texts = list(answers.values.values())
    if _is_to_escape("".join(texts)):
        texts = [_text(text) for text in texts]
    for path, entries in answers.repeats.items():
        name = path.rpartition("/")[2]
        texts.append("".join([f"<{name}>{_written(entry, f'{path}/')}</{name}>" for entry in entries]))
    frame, in_order = _frame(base, tuple(answers.values), tuple(answers.repeats))
    return frame % in_order(texts)


@lru_cache(1024)
def _frame(base: str, questions: tuple[str, ...], repeats: tuple[str, ...]) -> tuple[str, Picking]:
    """The elements around answers to these questions and the entries of these repeats, with `%s` where each of them stands, and
    what puts them in this order. The same for all records in which the same was answered."""
    tree: dict[str, Any] = {}
    for number, path in enumerate((*questions, *repeats)):
        *groups, name = path.removeprefix(base).split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = number
    order: list[int] = []
    return "".join(_around(tree, order, len(questions))), picking(order)


def _around(tree: Mapping[str, Any], order: list[int], questions: int) -> Iterator[str]:
    for name, content in tree.items():
        if isinstance(content, dict):
            yield from (f"<{name}>", *_around(content, order, questions), f"</{name}>")
        else:
            order.append(content)
            yield f"<{name}>%s</{name}>" if content < questions else "%s"


def _text(text: str) -> str:
    """Escaped; a bare carriage return would be read as a line feed."""
    if not _is_to_escape(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _is_to_escape(text: str) -> bool:
    return "&" in text or "<" in text or ">" in text or "\r" in text
