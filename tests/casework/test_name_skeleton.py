"""Spellings of one name meet in one skeleton, across scripts; most different names do not."""

from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.names.name_skeleton import name_words, romanize, skeleton

Name = tuple[list[str], list[str]]


def names() -> list[Name]:
    lines = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
    halves = (line.split("|") for line in lines if line and not line.startswith("#"))
    return [
        ([written.strip() for written in latin.split(",")], [w.strip() for w in native.split(",")]) for latin, native in halves
    ]


def latin_pairs() -> list[tuple[str, str]]:
    return [pair for latin, _ in names() for pair in combinations(latin, 2)]


def native_pairs() -> list[tuple[str, str]]:
    return [pair for latin, native in names() for pair in product(native, latin)]


def different_names() -> list[tuple[str, str]]:
    return list(combinations([latin[0] for latin, _ in names()], 2))


def share_that_meets(pairs: list[tuple[str, str]]) -> float:
    return sum(skeleton(one) == skeleton(other) for one, other in pairs) / len(pairs)


def test_it_is_measured_on_several_hundred_pairs() -> None:
    assert (len(latin_pairs()), len(native_pairs()), len(different_names())) == (831, 1223, 6105)


def test_most_spellings_of_a_name_in_latin_letters_meet() -> None:
    assert share_that_meets(latin_pairs()) >= 0.82


def test_most_spellings_of_a_name_in_another_script_meet_those_in_latin_letters() -> None:
    assert share_that_meets(native_pairs()) >= 0.87


def test_few_different_names_meet() -> None:
    assert share_that_meets(different_names()) <= 0.005


@pytest.mark.parametrize(
    "written",
    ["Muḥammad", "MOHAMED", "Maxamed", "Mamadou", "محمد", "مُحَمَّد", "Мухаммед", "መሐመድ"],
)
def test_one_name_in_eight_spellings(written: str) -> None:
    assert skeleton(written) == "mmt"


@pytest.mark.parametrize("written", ["Abd al-Rahman", "Abdul Rahman", "ABDURRAHMAN", "Cabdiraxmaan", "عبد الرحمن", "عبدالرحمن"])
def test_a_compound_name_is_one_word_however_it_is_spaced(written: str) -> None:
    assert name_words(written) == [romanize(written).replace(" al ", "").replace(" ", "")]
    assert skeleton(written) == "abtrmn"


@pytest.mark.parametrize("written", ["Leyla Hassan", "Leyla al-Hassan", "Leyla bint Hassan", "ليلى الحسن", "Leyla van Hassan"])
def test_articles_and_particles_do_not_count(written: str) -> None:
    assert skeleton(written) == "ll hsn"


def test_a_name_of_particles_alone_keeps_them() -> None:
    assert name_words("De La") == ["de", "la"]


@given(st.text())
def test_any_text_has_a_skeleton_of_plain_letters(written: str) -> None:
    assert set(skeleton(written)) <= set("abcdefghijklmnopqrstuvwxyz ")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1))
def test_a_word_of_letters_is_never_empty(written: str) -> None:
    assert skeleton(written)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1))
def test_letter_case_and_spaces_do_not_count(written: str) -> None:
    assert skeleton(written.upper()) == skeleton(f"  {written.replace(' ', '  ')} ")


if __name__ == "__main__":  # the figures of docs/decisions/0012
    for what, pairs in (("Latin", latin_pairs()), ("other scripts", native_pairs()), ("different", different_names())):
        print(f"{what:<14}{len(pairs):6} pairs, {share_that_meets(pairs):.4f} meet")
