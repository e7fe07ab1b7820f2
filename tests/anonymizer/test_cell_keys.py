"""Noise by cell keys: a table of maximum entropy with the moments it promises, and the same noise for the same records."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from anonymizer.cell_keys import (
    Limits,
    Noise,
    NoiseUnfit,
    Secret,
    SecretNotFree,
    SecretUnfit,
    TooManyTables,
    begin_secret,
    cell_keys,
    fingerprint,
    make_table,
    perturb,
    read_secret,
    record_keys,
    remembered,
    require_within,
)
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.method import Method
from anonymizer.published import PublishedTable
from anonymizer.records import Records
from anonymizer.register import Departure, begin_register, register_departure

PLACE = Dimension("place", {"_T": None, "N": "_T", "n1": "N", "n2": "N", "S": "_T", "s1": "S"})
SEX = flat_dimension("sex", ["f", "m"])
REASON = flat_dimension("reason", ["flood", "conflict"])
SECRET = Secret(Noise(12, 8.0, 5), b"r" * 32, b"c" * 32, b"s" * 32)

People = list[tuple[str, str, str]]
people = st.lists(
    st.tuples(st.sampled_from(["n1", "n2", "s1"]), st.sampled_from(["f", "m"]), st.sampled_from(["flood", "conflict"])),
    min_size=1,
    max_size=60,
)


def records(told: People, *dimensions: Dimension) -> Records:
    """The records of some people in some of their variables; their ids are their numbers."""
    columns = dict(zip(("place", "sex", "reason"), zip(*told, strict=True), strict=True))
    places = tuple(np.array([each.positions[code] for code in columns[each.name]], np.int64) for each in dimensions)
    return Records("people", dimensions, places, [f"person {at}" for at in range(len(told))], np.arange(len(told)))


@st.composite
def noises(draw: st.DrawFn) -> Noise:
    least = draw(st.integers(1, 8))
    greatest = draw(st.integers(max(least, least**2 // 4 + 1), 30))
    share = draw(st.floats(0.02, 0.98))
    low, high = least**2 // 4, greatest
    assume(low + share * (high - low) < high)
    return Noise(greatest, low + share * (high - low), least)


@settings(max_examples=60, deadline=None)
@given(noise=noises())
def test_every_row_has_mean_zero_and_the_variance_and_gives_no_small_or_negative_number(noise: Noise) -> None:
    zero, *rows = make_table(noise).rows
    assert zero[0].tolist() == [0]
    for count, (changes, likely) in enumerate(rows, start=1):
        assert np.isclose(likely.sum(), 1, atol=1e-12)
        assert np.isclose(changes @ likely, 0, atol=1e-9)
        assert np.isclose(changes**2 @ likely, noise.variance, rtol=1e-9)
        assert np.abs(changes).max() <= noise.greatest
        assert all(after == 0 or after >= noise.least for after in (count + changes).tolist())


@settings(max_examples=30, deadline=None)
@given(noise=noises())
def test_no_row_with_these_moments_has_more_entropy(noise: Noise) -> None:
    """The maximum of a concave program is where the gradient is a combination of the constraints': log p = a + b x + c x^2."""
    for changes, likely in make_table(noise).rows[1:]:
        if likely.min() < 1e-200:
            continue
        scaled = changes / noise.greatest
        basis = np.stack([np.ones_like(scaled), scaled, scaled**2], axis=1)
        fitted = basis @ np.linalg.lstsq(basis, np.log(likely), rcond=None)[0]
        assert np.allclose(fitted, np.log(likely), atol=1e-6)


@pytest.mark.parametrize("parameters", [(5, 8.0, 5), (12, 6.0, 5), (12, 12.0, 5), (4, 3.0, 5), (12, 8.0, 0), (101, 50.0, 5)])
def test_parameters_that_no_noise_has_are_refused_with_the_bounds(parameters: tuple[int, float, int]) -> None:
    with pytest.raises(NoiseUnfit):
        Noise(*parameters)


@settings(max_examples=60, deadline=None)
@given(told=people)
def test_the_same_records_have_the_same_number_in_every_table(told: People) -> None:
    """Two tables of other variables agree wherever their cells hold the same records: at all codes of what they share."""
    one = perturb(records(told, PLACE, SEX), SECRET)
    other = perturb(records(told, PLACE, REASON), SECRET)
    turned = perturb(records(told, SEX, PLACE), SECRET)
    assert {place: one.cells[place, "_T"] for place in PLACE.parents} == {
        place: other.cells[place, "_T"] for place in PLACE.parents
    }
    assert {(sex, place): number for (place, sex), number in one.cells.items()} == turned.cells


@settings(max_examples=60, deadline=None)
@given(told=people)
def test_zero_stays_zero_and_nothing_small_or_negative_is_shown(told: People) -> None:
    noisy = perturb(records(told, PLACE, SEX, REASON), SECRET)
    counted = count(told)
    assert all(number == 0 or number >= 5 for number in noisy.cells.values())
    assert all(noisy.cells[key] == 0 for key, true in counted.items() if true == 0)
    assert all(abs(noisy.cells[key] - true) <= 12 for key, true in counted.items())


def count(told: People) -> dict[tuple[str, ...], int]:
    return {
        key: sum(key[0] in PLACE.climb(place) and key[1] in ("_T", sex) and key[2] in ("_T", why) for place, sex, why in told)
        for key in product(PLACE.parents, SEX.parents, REASON.parents)
    }


def test_the_key_of_a_cell_is_the_sum_of_its_records_keys_in_any_order() -> None:
    keys = record_keys(b"k" * 32, ["a", "b", "c", "d"])
    found = cell_keys(np.array([1, 0, 1, 1]), keys, 3)
    turned = cell_keys(np.array([1, 1, 1, 0]), keys[[3, 2, 0, 1]], 3)
    assert found.tolist() == turned.tolist() == [int(keys[1]), (int(keys[0]) + int(keys[2]) + int(keys[3])) % 2**64, 0]


def test_over_many_cells_the_noise_has_the_moments_of_its_table() -> None:
    """With a fixed secret this is one fixed draw: 20,000 cells of 40 records, means within four standard errors."""
    keys = record_keys(b"k" * 32, map(str, range(20_000)))
    assert len(set(keys.tolist())) == 20_000
    changes = make_table(SECRET.noise).change(np.full(20_000, 40), keys)
    assert abs(changes.mean()) < 4 * np.sqrt(8 / 20_000)
    assert abs((changes**2).mean() - 8) < 4 * np.sqrt(3 * 64 / 20_000)
    assert set(np.abs(changes).tolist()) <= set(range(13))


def test_with_another_secret_the_noise_is_another() -> None:
    told: People = [("n1", "f", "flood")] * 40
    tables = {perturb(records(told, PLACE), Secret(SECRET.noise, bytes([at]) * 32, b"", b"")).cells["n1",] for at in range(20)}
    assert len(tables) > 5


def test_the_totals_do_not_add_up_and_nobody_is_told_otherwise() -> None:
    told: People = [(place, "f", "flood") for place in ("n1", "n2", "s1") for _ in range(30)]
    noisy: PublishedTable = perturb(records(told, PLACE), SECRET)
    assert noisy.cells["N",] != (noisy.cells["n1",] or 0) + (noisy.cells["n2",] or 0)


def test_the_secret_is_written_once_for_its_owner_and_shows_no_key(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = begin_secret(path, Noise(12, 8.0, 5))
    assert read_secret(path) == made
    assert made.for_records != made.for_clipping
    key = json.loads(path.read_text(encoding="utf-8"))["key"]
    assert key not in repr(made)
    assert made.for_records.hex() not in repr(made)
    with pytest.raises(SecretNotFree):
        begin_secret(path, Noise(12, 8.0, 5))
    path.chmod(0o640)
    with pytest.raises(SecretUnfit, match="others than its owner"):
        read_secret(path)


@pytest.mark.parametrize("content", ["", "{}", '{"format": "x", "key": "00", "greatest": 12, "variance": 8, "least": 5}'])
def test_a_damaged_secret_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SecretUnfit):
        read_secret(path)


def test_few_tables_of_the_same_people_leave_and_what_shows_nothing_new_is_free(tmp_path: Path) -> None:
    register, limits = begin_register(tmp_path / "register"), Limits(tables=3, overlapping=2)
    told: People = [("n1", "f", "flood"), ("s1", "m", "conflict")]

    def leave(*dimensions: Dimension, among: People = told) -> None:
        detail = remembered(fingerprint(records(among, *dimensions), SECRET), dimensions)
        names = frozenset(each.name for each in dimensions)
        departure = Departure("arrivals-2026", Method.CELL_KEYS, names, frozenset(), detail)
        with register.held() as held:
            require_within(held.lines, departure, limits)
            register_departure(held, departure)

    leave(PLACE, SEX)
    leave(PLACE)
    leave(SEX, PLACE)
    leave(PLACE, REASON)
    with pytest.raises(TooManyTables, match="2 noisy tables with place"):
        leave(PLACE, SEX, REASON)
    with pytest.raises(TooManyTables, match="2 noisy tables with place"):
        leave(PLACE, among=[*told, ("n2", "f", "flood")])
    leave(SEX, REASON)
    with pytest.raises(TooManyTables, match="3 noisy tables, and no more than 3"):
        leave(SEX, among=told[:1])
    leave(REASON, PLACE)
