"""What a form itself demands of its answers, and its expressions evaluated without a phone.

The subset of ODK's XPath that can be evaluated safely stands in `parse_expression` and `functions`; what is not in it is
refused with `ExpressionUnsupported`, never guessed.
"""

from forms.rules.errors import ExpressionUnsupported
from forms.rules.evaluate import Said, evaluate
from forms.rules.parse_expression import Node, parse_expression, paths_in
from forms.rules.rule import Rule
from forms.rules.values import is_true

__all__ = ["ExpressionUnsupported", "Node", "Rule", "Said", "evaluate", "is_true", "parse_expression", "paths_in"]
