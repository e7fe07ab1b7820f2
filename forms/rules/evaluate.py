"""Evaluate an expression of a form over answers that have arrived."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from forms.rules.errors import ExpressionUnsupported
from forms.rules.functions import FUNCTIONS
from forms.rules.parse_expression import Binary, Call, Literal, Node, Path
from forms.rules.values import Value, equal, is_true, number

__all__ = ["Said", "evaluate"]

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


def evaluate(node: Node, answers: Said) -> Value:
    """The value of a parsed expression; raises `ExpressionUnsupported` where it depends on what is not known here."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Path):
        found = answers.answers(node.path)
        if len(found) > 1:
            raise ExpressionUnsupported(at=node.path, reason="it is asked several times, and one answer is meant")
        return found[0] if found else ""
    if isinstance(node, Call):
        return _called(node, answers)
    return _reckoned(node, answers)


def _called(node: Call, answers: Said) -> Value:
    if node.function in {"today", "now"}:
        known = answers.day if node.function == "today" else answers.moment
        if not known:
            raise ExpressionUnsupported(at=f"{node.function}()", reason="the phone did not note when the interview was")
        return known
    function = FUNCTIONS[node.function]
    if function.several:
        return function.does(
            *(answers.answers(one.path) if isinstance(one, Path) else evaluate(one, answers) for one in node.given)
        )
    if node.function == "if":  # what is not chosen is not asked for
        chosen = 1 if is_true(evaluate(node.given[0], answers)) else 2
        return evaluate(node.given[chosen], answers)
    return function.does(*(evaluate(one, answers) for one in node.given))


def _reckoned(node: Binary, answers: Said) -> Value:
    left = evaluate(node.left, answers)
    if node.operator in {"and", "or"}:
        decided = is_true(left) == (node.operator == "or")
        return decided == (node.operator == "or") if decided else is_true(evaluate(node.right, answers))
    right = evaluate(node.right, answers)
    if node.operator in {"=", "!="}:
        return equal(left, right) == (node.operator == "=")
    one, other = number(left), number(right)
    if node.operator in COMPARES:
        return COMPARES[node.operator](one, other)
    if (node.operator in {"div", "mod"} and other == 0) or math.isinf(one):
        return math.nan
    return RECKONS[node.operator](one, other)
