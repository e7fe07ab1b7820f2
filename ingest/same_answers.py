"""One notation for the answers to a form's questions, in which equal answers are equal bytes.

A phone's XML and the JSON that a server makes of it are written differently; what was answered is the same. A server that
reads numbers and places writes them anew: `1.50` becomes `1.5`.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final

from forms import FormDefinition
from ingest.picking import Picking, picking
from ingest.read_answers import Answers

__all__ = ["same_answers"]


def same_answers(answers: Answers, definition: FormDefinition) -> bytes:
    """The answers in an order of their own, without anything that is not an answer to a question of the form."""
    return _told(answers, definition.measures).encode()


def _told(answers: Answers, measures: Mapping[str, str]) -> str:
    """A list of two objects in JSON: values by path, and lists of entries, each told in the same way, by path."""
    values = answers.values
    if measures and (measured := measures.keys() & values.keys()):
        values = {**values, **{path: NOTATIONS[measures[path]](values[path]) for path in measured}}
    texts = [encode_basestring_ascii(text) for text in values.values()]
    for entries in answers.repeats.values():
        told = ",".join([_told(entry, measures) for entry in entries])
        texts.append(f"[{told}]")
    frame, in_order = _frame(tuple(values), tuple(answers.repeats))
    return frame % in_order(texts)


@lru_cache(1024)
def _frame(questions: tuple[str, ...], repeats: tuple[str, ...]) -> tuple[str, Picking]:
    """The JSON around answers to these questions and the entries of these repeats, in the order of the paths, with `%s` where
    each of them stands, and what puts them in this order. The same for all records in which the same was answered."""
    paths = (*questions, *repeats)
    asked = sorted(range(len(questions)), key=paths.__getitem__)
    repeated = sorted(range(len(questions), len(paths)), key=paths.__getitem__)
    values, entries = (
        ",".join(f"{encode_basestring_ascii(paths[number])}:".replace("%", "%%") + "%s" for number in order)
        for order in (asked, repeated)
    )
    return f"[{{{values}}},{{{entries}}}]", picking([*asked, *repeated])


def _number(text: str) -> str:
    """As the nearest double, which is how a server in JavaScript keeps it; what is no number stays as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return repr(number + 0.0) if math.isfinite(number) else text


def _place(text: str) -> str:
    """Latitude, longitude, altitude and accuracy."""
    return " ".join(_number(part) for part in text.split())


def _line(text: str) -> str:
    """The places of a line or an area, without their accuracies, which a server may leave out."""
    return ";".join(_place(" ".join(point.split()[:3])) for point in text.split(";") if point.strip())


NOTATIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "int": _number,
    "integer": _number,
    "decimal": _number,
    "geopoint": _place,
    "geotrace": _line,
    "geoshape": _line,
}
