"""What the name tokens betray, in a small run of the simulation that `bench/leakage.py` makes in full."""

import pytest

from bench.leakage import simulate


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    return simulate(60_000)


def test_the_attack_works_on_names_alone(shares: dict[str, float]) -> None:
    assert shares["given name alone"] > 0.1


def test_the_tokens_as_built_betray_less_than_one_in_a_thousand(shares: dict[str, float]) -> None:
    assert {what: share for what, share in shares.items() if "as built" in what and share >= 0.001} == {}


def test_three_stored_years_would_betray_more_than_one(shares: dict[str, float]) -> None:
    three, one = shares["given + family + year, three years stored"], shares["given + family + year, one stored (as built)"]
    assert three > 5 * one
