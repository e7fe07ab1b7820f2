"""Which methods may stand side by side on the same variables: none, but what is drawn from released numbers alone."""

from itertools import combinations

import pytest

from anonymizer.method import Method, why_not_beside


@pytest.mark.parametrize(("one", "other"), list(combinations([method for method in Method if method != Method.SYNTHETIC], 2)))
def test_two_methods_are_refused_with_a_reason_whichever_came_first(one: Method, other: Method) -> None:
    reason = why_not_beside(one, other)
    assert reason
    assert why_not_beside(other, one) == reason


@pytest.mark.parametrize("method", list(Method))
def test_a_method_may_stand_beside_itself_and_beside_what_is_drawn_from_released_numbers(method: Method) -> None:
    assert why_not_beside(method, method) is None
    assert why_not_beside(Method.SYNTHETIC, method) is None
