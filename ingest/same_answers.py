"""One notation for the answers to a form's questions, in which equal answers are equal bytes.

A phone's XML and the JSON that a server makes of it are written differently; what was answered is the same. A server that
reads numbers and places writes them anew: `1.50` becomes `1.5`.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from forms import FormDefinition
from ingest.read_answers import Answers

__all__ = ["same_answers"]

IN_ORDER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False).encode


def same_answers(answers: Answers, definition: FormDefinition) -> bytes:
    """The answers in an order of their own, without anything that is not an answer to a question of the form."""
    return IN_ORDER(_plain(answers, definition.measures)).encode()


def _plain(answers: Answers, measures: Mapping[str, str]) -> list[Any]:
    measured = measures.keys() & answers.values.keys()
    values = answers.values
    if measured:
        values = {**values, **{path: NOTATIONS[measures[path]](values[path]) for path in measured}}
    repeats = {path: [_plain(entry, measures) for entry in entries] for path, entries in answers.repeats.items()}
    return [values, repeats]


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
