"""What speaks for one person and what against it; and how well it does on persons drawn from a list of spellings."""

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.duplicate_models import Similarity
from casework.duplicates.compare_persons import LEVELS, POSSIBLE, Profile, agreement, profile, similarity, weight
from casework.names.name_skeleton import name_words, word_skeleton
from forms import RecordPart

AMAL = Profile("amal", "hassan", "1990-04-23", "female", "SO", "252615550199")
NOBODY = Profile("", "", "", "", "", "")


@pytest.mark.parametrize("answer", LEVELS)
def test_each_pair_is_of_exactly_one_level(answer: str) -> None:
    for chance in (0, 1):
        assert sum(level[chance] for level in LEVELS[answer].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("changed", "answer", "level"),
    [
        ({"given": "hassan", "family": "amal"}, "name", "swapped"),
        ({"given": "amaal", "family": "hasan"}, "name", "same"),
        ({"given": "amalka"}, "name", "near"),
        ({"given": "idris"}, "name", "one"),
        ({"given": "idris", "family": "warsame"}, "name", "other"),
        ({"birth": "1990-04-23"}, "birth", "same"),
        ({"birth": "1990-04-25"}, "birth", "slip"),
        ({"birth": "1990"}, "birth", "year"),
        ({"birth": "1992-11-02"}, "birth", "near"),
        ({"birth": "1979"}, "birth", "other"),
        ({"phone": "252615550100"}, "phone", "other"),
        ({"gender": "male"}, "gender", "other"),
    ],
)
def test_an_answer_agrees_to_a_level(changed: dict[str, str], answer: str, level: str) -> None:
    assert agreement(AMAL, replace(AMAL, **changed))[answer] == level


def test_day_and_month_exchanged_are_a_slip_of_the_pen() -> None:
    assert agreement(replace(AMAL, birth="1990-04-05"), replace(AMAL, birth="1990-05-04"))["birth"] == "slip"


def test_what_one_of_them_did_not_say_weighs_nothing() -> None:
    assert agreement(AMAL, NOBODY) == {}
    assert weight(AMAL, NOBODY) == 0


def test_first_of_january_is_a_year_and_no_day() -> None:
    parts = {
        RecordPart.IDENTITY: {"prs_First_Name": "Amal", "prs_Second_Name": "Hassan", "prs_Birthdate": "1990-01-01"},
        RecordPart.CONTACT: {},
        RecordPart.FACTS: {},
    }
    assert profile(parts).birth == "1990"


def test_a_family_that_shares_a_telephone_is_not_one_person() -> None:
    assert similarity(AMAL, replace(AMAL, given="leyla", birth="1964-02-17")) is None


def test_the_same_answers_are_likely_one_person() -> None:
    assert similarity(AMAL, AMAL) is Similarity.LIKELY


WORDS = st.sampled_from(["amal", "amaal", "hassan", "idris", "", "leyla"])
PROFILES = st.builds(
    Profile, WORDS, WORDS, st.sampled_from(["", "1990", "1990-04-05", "1990-05-04", "1971-12-31"]), WORDS, WORDS, WORDS
)


@given(PROFILES, PROFILES)
def test_it_does_not_matter_who_is_compared_with_whom(one: Profile, other: Profile) -> None:
    assert agreement(one, other) == agreement(other, one)


# Drawn persons: spellings of the same name are on one line of the list.
SPELLINGS = [
    [spelling.strip() for spelling in line.replace("|", ",").split(",") if spelling.strip()]
    for line in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def drawn(chance: Random) -> tuple[Profile, Profile]:
    """A person as two interviewers may have written them down."""
    names = chance.choice(SPELLINGS), chance.choice(SPELLINGS)
    day = f"{chance.randint(1955, 2015)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}"
    phone = f"25261{chance.randint(1_000_000, 9_999_999)}" if chance.random() < 0.7 else ""
    gender, citizenship = chance.choice(["female", "male"]), chance.choice(["SO", "SO", "SO", "ET", "YE"])

    def written() -> Profile:
        given, family = (name_words(chance.choice(name)) or [""] for name in names)
        if chance.random() < 0.04:
            given, family = family, given
        return Profile(
            given[0],
            family[-1],
            chance.choices(
                [day, day[:4], str(int(day[:4]) + chance.choice([-1, 1])), f"{day[:5]}{day[8:]}-{day[5:7]}", ""],
                [70, 14, 8, 5, 3],
            )[0],
            gender if chance.random() < 0.99 else "",
            citizenship if chance.random() < 0.97 else "",
            phone if chance.random() < 0.65 else "",
        )

    return written(), written()


def blocks(person: Profile) -> set[str]:
    """What finds a person, as the tokens do."""
    names = " ".join(sorted((word_skeleton(person.given), word_skeleton(person.family))))
    year = int(person.birth[:4] or 0)
    return {f"{names} {near}" for near in (year, year + 1) if year} | ({person.phone} if person.phone else set())


def measured(persons: int = 4000, seed: int = 3) -> tuple[float, float]:
    """Precision and recall over a store in which every tenth person was written down twice."""
    chance = Random(seed)
    records: list[tuple[int, Profile]] = []
    for number in range(persons):
        once, again = drawn(chance)
        records += [(number, once), (number, again)] if number % 10 == 0 else [(number, once)]
    sharing: dict[str, list[int]] = defaultdict(list)
    for index, (_, person) in enumerate(records):
        for block in blocks(person):
            sharing[block].append(index)
    pairs = {pair for indices in sharing.values() for pair in combinations(sorted(indices), 2)}
    found = {pair for pair in pairs if weight(records[pair[0]][1], records[pair[1]][1]) >= POSSIBLE}
    right = sum(records[one][0] == records[other][0] for one, other in found)
    return right / len(found), right / (persons // 10)


def test_most_of_those_found_are_one_person_and_most_duplicates_are_found() -> None:
    precision, recall = measured()
    print(f"precision {precision:.3f}, recall {recall:.3f}")
    assert precision > 0.9
    assert recall > 0.6
