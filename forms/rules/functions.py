"""The functions of forms' expressions that are evaluated here, by name (XPath 1.0, section 4, and the ODK XForms standard).

`today()` and `now()` are the day of the interview as its phone noted it, for answers may arrive weeks later.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from forms.rules.errors import ExpressionUnsupported
from forms.rules.values import Value, days_of, is_true, number, said

__all__ = ["FUNCTIONS", "Function"]

MANY: Final = 50
LONGEST_MATCHED: Final = 500
MOST_UNBOUNDED: Final = 2  # repetitions without an end: more of them take a time that grows with a high power of the length
UNBOUNDED: Final = re.compile(r"(?<!\\)[*+]|\{\d*,\}")
GROUP_REPEATED: Final = re.compile(r"\)(?:[*+]|\{(?:\d+,)?(\d*)\})")
MOST_REPEATED: Final = 5  # of a group, and only where nothing else is repeated without an end
NOT_PLAIN: Final = re.compile(r"\(\?|\\[1-9]|\\[pP]\{")  # looking around, going back, classes that are written otherwise here


@dataclass(frozen=True)
class Function:
    """What is done with the values given, of which there may be so many; `several`: a list is given whole."""

    takes: tuple[int, int]
    does: Callable[..., Value]
    several: bool = False


def _round(value: Value, digits: Value = 0.0) -> float:
    told = number(value)
    if math.isnan(told) or math.isinf(told):
        return told
    factor = 10.0 ** int(number(digits))
    return math.floor(told * factor + 0.5) / factor  # half goes up, as in XPath


def _whole(value: Value, towards: Callable[[float], int]) -> float:
    told = number(value)
    return told if math.isnan(told) or math.isinf(told) else float(towards(told))


def _text_from(text: Value, start: Value, end: Value | None = None) -> str:
    whole = said(text)
    first, last = number(start), len(whole) if end is None else number(end)
    return "" if math.isnan(first) or math.isnan(last) else whole[int(first) : int(last)]


def _selected(chosen: Value, code: Value) -> bool:
    return said(code).strip() in said(chosen).split()


def _selected_at(chosen: Value, position: Value) -> str:
    codes, at = said(chosen).split(), number(position)
    return codes[int(at)] if not math.isnan(at) and 0 <= at < len(codes) else ""


def _matches(text: Value, pattern: Value) -> bool:
    """Only patterns whose time is bounded, for the text is a stranger's. Found anywhere, which is the lenient reading."""
    wanted, whole = said(pattern), said(text)
    if _may_take_long(wanted) or NOT_PLAIN.search(wanted) or len(whole) > LONGEST_MATCHED:
        raise ExpressionUnsupported(at="regex()", reason="its pattern or the text might take too long")
    try:
        return re.search(wanted, whole) is not None
    except re.error:
        raise ExpressionUnsupported(at="regex()", reason="its pattern is not understood") from None


def _may_take_long(pattern: str) -> bool:
    groups = [int(most or MOST_REPEATED + 1) for most in GROUP_REPEATED.findall(pattern)]
    unbounded = len(
        UNBOUNDED.findall(re.sub(r"\[[^\]]*\]", "", pattern))
    )  # in a class of characters these stand for themselves
    if len(groups) > 1 or any(most > MOST_REPEATED for most in groups):
        return True
    return unbounded > (0 if groups else MOST_UNBOUNDED)


def _numbers(given: tuple[Value, ...]) -> list[float]:
    return [number(one) for value in given for one in (value if isinstance(value, list) else [value]) if said(one) != ""]


def _day(value: Value) -> str:
    text = said(value)
    return text[:10] if days_of(text) is not None else ""


def _power(base: Value, exponent: Value) -> float:
    try:
        result = number(base) ** number(exponent)
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return result if isinstance(result, float) else math.nan


def _days(value: Value) -> float:
    days = days_of(said(value))
    return math.nan if days is None else days


FUNCTIONS: Final[Mapping[str, Function]] = {
    "true": Function((0, 0), lambda: True),
    "false": Function((0, 0), lambda: False),
    "today": Function((0, 0), lambda: ""),  # `evaluate` knows the day
    "now": Function((0, 0), lambda: ""),
    "not": Function((1, 1), lambda value: not is_true(value)),
    "boolean": Function((1, 1), is_true),
    "boolean-from-string": Function((1, 1), lambda value: said(value).lower() in {"1", "true"}),
    "string": Function((1, 1), said),
    "number": Function((1, 1), number),
    "int": Function((1, 1), lambda value: _whole(value, math.trunc)),
    "if": Function((3, 3), lambda asked, yes, no: yes if is_true(asked) else no),
    "coalesce": Function((2, 2), lambda first, second: said(first) or said(second)),
    "selected": Function((2, 2), _selected),
    "selected-at": Function((2, 2), _selected_at),
    "count-selected": Function((1, 1), lambda chosen: float(len(said(chosen).split()))),
    "string-length": Function((1, 1), lambda value: float(len(said(value)))),
    "substr": Function((2, 3), _text_from),
    "concat": Function((1, MANY), lambda *given: "".join(map(said, given))),
    "contains": Function((2, 2), lambda text, part: said(part) in said(text)),
    "starts-with": Function((2, 2), lambda text, part: said(text).startswith(said(part))),
    "ends-with": Function((2, 2), lambda text, part: said(text).endswith(said(part))),
    "normalize-space": Function((1, 1), lambda value: " ".join(said(value).split())),
    "regex": Function((2, 2), _matches),
    "round": Function((1, 2), _round),
    "floor": Function((1, 1), lambda value: _whole(value, math.floor)),
    "ceiling": Function((1, 1), lambda value: _whole(value, math.ceil)),
    "abs": Function((1, 1), lambda value: abs(number(value))),
    "pow": Function((2, 2), _power),
    "date": Function((1, 1), _day),
    "decimal-date-time": Function((1, 1), _days),
    "count": Function((1, 1), lambda value: float(len(value) if isinstance(value, list) else 1), several=True),
    "sum": Function((1, 1), lambda *given: float(sum(_numbers(given))), several=True),
    "min": Function((1, MANY), lambda *given: min(_numbers(given), default=math.nan), several=True),
    "max": Function((1, MANY), lambda *given: max(_numbers(given), default=math.nan), several=True),
}
