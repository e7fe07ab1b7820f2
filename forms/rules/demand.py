"""What a form demands at one place, ready to be held against answers."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from forms.rules.errors import ExpressionUnsupported
from forms.rules.evaluate import Said, evaluator
from forms.rules.parse_expression import parse_expression, paths_in
from forms.rules.rule import Rule
from forms.rules.values import is_true

__all__ = ["Condition", "Demand", "demand_at", "require_evaluated"]

# Whether it holds; None where that cannot be told here.
Condition = Callable[[Said], bool | None]
Evaluated = Callable[[Said], bool]


@dataclass(frozen=True)
class Demand:
    """`constraint` and `required` are None where nothing is demanded; `relevant` are the conditions under which the question is
    asked, its own and those of every group around it."""

    constraint: Condition | None
    required: Condition | None
    relevant: tuple[Condition, ...]


def demand_at(path: str, rules: Mapping[str, Rule], known: Collection[str]) -> Demand:
    """What `rules` (by path) demand of the question at a path, where answers stand at the `known` paths."""
    rule = rules.get(path, Rule(path))
    return Demand(
        _condition(rule.constraint, path, known) if rule.constraint else None,
        _condition(rule.required, path, known) if rule.required else None,
        tuple(_conditions_around(path, rules, known)),
    )


def require_evaluated(expression: str, at: str, known: Collection[str]) -> Evaluated:
    """Whether the expression of the place `at` holds; raises `ExpressionUnsupported` where it is not evaluated here at all."""
    node = parse_expression(expression, at)
    unknown = paths_in(node).difference(known)
    if unknown:
        raise ExpressionUnsupported(at=at, reason=f"`{min(unknown)}` is no question of the form")
    evaluate = evaluator(node)
    return lambda said: is_true(evaluate(said))


def _conditions_around(path: str, rules: Mapping[str, Rule], known: Collection[str]) -> Iterator[Condition]:
    steps = path.split("/")
    for length in range(2, len(steps) + 1):
        rule = rules.get("/".join(steps[:length]))
        if rule and rule.relevant:
            yield _condition(rule.relevant, rule.path, known)


def _condition(expression: str, at: str, known: Collection[str]) -> Condition:
    try:
        holds = require_evaluated(expression, at, known)
    except ExpressionUnsupported:
        return _cannot_be_told

    def condition(said: Said) -> bool | None:
        try:
            return holds(said)
        except ExpressionUnsupported:
            return None

    return condition


def _cannot_be_told(_: Said) -> None:
    """Of an expression that is not evaluated here."""
