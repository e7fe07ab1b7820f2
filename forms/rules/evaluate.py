"""Evaluate the expressions of a form over answers that have arrived."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from forms.rules.errors import ExpressionUnsupported
from forms.rules.functions import FUNCTIONS
from forms.rules.parse_expression import Binary, Call, Literal, Node, Path
from forms.rules.values import Value, equal, is_true, number

__all__ = ["Evaluator", "Said", "evaluator"]

COMPARES: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
RECKONS: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": operator.truediv,
    "mod": math.fmod,
}


class Said(Protocol):
    """The answers, seen from one question of them."""

    def answers(self, path: str) -> list[str]:
        """What was said at a path: one answer, or one for each entry of a repeat; nothing where nobody was asked."""
        ...

    @property
    def day(self) -> str:
        """The day of the interview (ISO 8601); empty where it is not known."""
        ...

    @property
    def moment(self) -> str:
        """When the interview ended; empty where it is not known."""
        ...


Evaluator = Callable[[Said], Value]


def evaluator(node: Node) -> Evaluator:
    """What gives the value of a parsed expression over answers; it raises `ExpressionUnsupported` where that depends on what is
    not known here. Made once for each expression of a form: its answers are many."""
    if isinstance(node, Literal):
        value = node.value
        return lambda _: value
    if isinstance(node, Path):
        return _answer(node.path)
    return _called(node) if isinstance(node, Call) else _reckoned(node)


def _answer(path: str) -> Evaluator:
    def answer(said: Said) -> Value:
        found = said.answers(path)
        if len(found) > 1:
            raise ExpressionUnsupported(at=path, reason="it is asked several times, and one answer is meant")
        return found[0] if found else ""

    return answer


def _called(node: Call) -> Evaluator:
    does, given = FUNCTIONS[node.function].does, [evaluator(one) for one in node.given]
    if node.function in {"today", "now"}:
        return _when(node.function)
    if FUNCTIONS[node.function].several:
        lists = [_all_answers(one.path) if isinstance(one, Path) else evaluator(one) for one in node.given]
        return lambda said: does(*[one(said) for one in lists])
    if node.function == "if":  # what is not chosen is not asked for
        asked, yes, no = given
        return lambda said: yes(said) if is_true(asked(said)) else no(said)
    return lambda said: does(*[one(said) for one in given])


def _when(function: str) -> Evaluator:
    def moment(said: Said) -> Value:
        known = said.day if function == "today" else said.moment
        if not known:
            raise ExpressionUnsupported(at=f"{function}()", reason="the phone did not note when the interview was")
        return known

    return moment


def _all_answers(path: str) -> Evaluator:
    return lambda said: said.answers(path)


def _reckoned(node: Binary) -> Evaluator:
    left, right = evaluator(node.left), evaluator(node.right)
    if node.operator == "and":
        return lambda said: is_true(left(said)) and is_true(right(said))
    if node.operator == "or":
        return lambda said: is_true(left(said)) or is_true(right(said))
    if node.operator in {"=", "!="}:
        wanted = node.operator == "="
        return lambda said: equal(left(said), right(said)) == wanted
    one, other = _as_number(node.left, left), _as_number(node.right, right)
    if node.operator in COMPARES:
        compares = COMPARES[node.operator]
        return lambda said: compares(one(said), other(said))
    return lambda said: _reckon(node.operator, one(said), other(said))


def _as_number(node: Node, value: Evaluator) -> Callable[[Said], float]:
    if isinstance(node, Literal):
        constant = number(node.value)
        return lambda _: constant
    return lambda said: number(value(said))


def _reckon(sign: str, one: float, other: float) -> float:
    if (sign in {"div", "mod"} and other == 0) or math.isinf(one):
        return math.nan
    return RECKONS[sign](one, other)
