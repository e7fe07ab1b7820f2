"""How often two interviews differ, as post-enumeration surveys measure it."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.back_checks import content_errors
from tests.ingest.test_quality.conftest import looked

CODES = st.sampled_from(["never", "often", "always"])


def test_the_rates_of_a_small_example() -> None:
    """Ten pairs, of which two differ; by chance 0.52 would agree, so the index is 0.2 / 0.48."""
    told = [("never", "never")] * 5 + [("often", "often")] * 3 + [("never", "often"), ("often", "never")]
    pairs = [(looked(1, {"row0": one, "age": 30}), looked(2, {"row0": other, "age": 32})) for one, other in told]
    age, row = content_errors(pairs)
    assert (row.question, row.pairs, row.gross, row.mean_difference) == ("row0", 10, 0.2, None)
    assert row.index is not None
    assert round(row.index, 4) == round(0.2 / 0.48, 4)
    assert (age.question, age.gross, age.mean_difference) == ("age", 1.0, 2.0)


@given(st.lists(st.tuples(CODES, CODES), min_size=1, max_size=12))
def test_the_same_answers_have_no_error_and_no_rate_is_beyond_its_bounds(told: list[tuple[str, str]]) -> None:
    pairs = [(looked(1, {"row0": one}), looked(2, {"row0": other})) for one, other in told]
    errors = {error.question: error for error in content_errors(pairs)}
    assert errors["age"].gross == 0
    assert errors["age"].index is None
    assert 0 <= errors["row0"].gross <= 1
    assert (errors["row0"].gross == 0) == all(one == other for one, other in told)


def test_what_was_answered_once_alone_makes_no_pair() -> None:
    assert [error.question for error in content_errors([(looked(1, {"row0": "never"}), looked(2, {}))])] == ["age"]
