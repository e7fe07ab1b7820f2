"""What a form itself demands of its answers, and its expressions evaluated without a phone.

The subset of ODK's XPath that can be evaluated safely stands in `parse_expression` and `functions`; what is not in it is
refused with `ExpressionUnsupported`, never guessed.
"""

from forms.rules.demand import Condition, Demand, demand_at, require_evaluated
from forms.rules.errors import ExpressionUnsupported
from forms.rules.evaluate import Said, evaluator
from forms.rules.parse_expression import parse_expression
from forms.rules.rule import Rule

__all__ = [
    "Condition",
    "Demand",
    "ExpressionUnsupported",
    "Rule",
    "Said",
    "demand_at",
    "evaluator",
    "parse_expression",
    "require_evaluated",
]
