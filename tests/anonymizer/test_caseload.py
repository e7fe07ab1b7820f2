"""The caseload is told where enough came and went since it was last told, and what two tell together is no small number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedTable, Policy, ProtectedPeriod
from anonymizer.caseload import CountedCaseload, groups_of, protect_caseload, prove_changes
from anonymizer.errors import NotProven
from anonymizer.published import PublishedTable
from anonymizer.weeks import count_caseload
from anonymizer.weeks.casework_rules import LEAST, caseload_rules
from casework.counting import AGES, GENDERS, UNKNOWN
from casework.month_end import CASELOAD_VARIABLES, CaseloadFact, CaseloadFacts, Change
from core.periods.month import Month
from tests.anonymizer.test_fact_blocks import DISTRICTS, OPERATION, PLACES

MARCH = Month(2026, 3)
FEBRUARY = MARCH.plus(-1)
RULES = caseload_rules(Policy())
CAME, WENT, STAYED = Change.CAME, Change.WENT, Change.STAYED
Persons = Sequence[CaseloadFact]


def people(number: int, change: Change, gender: str = "female", age: str = "18-59", residence: str = DISTRICTS[0]) -> Persons:
    codes = {**dict.fromkeys(CASELOAD_VARIABLES, UNKNOWN), "gender": gender, "age": age, "residence": residence}
    return [CaseloadFact(change, codes)] * number


def turnover(stayed: int, came: int, went: int, gender: str = "female") -> Persons:
    """So many of one gender who stayed, came and went."""
    return [*people(stayed, STAYED, gender), *people(came, CAME, gender), *people(went, WENT, gender)]


def first(persons: Persons) -> CountedCaseload:
    return count_caseload(CaseloadFacts(FEBRUARY, None, tuple(persons)), PLACES)


def as_counted(table: CountedTable) -> PublishedTable:
    codes = table.dimensions[0].parents
    return PublishedTable(table.name, table.dimensions, {(code,): table.count((code,)).persons for code in codes})


ALL_TOLD = tuple(map(as_counted, first([]).stock))


def later(persons: Persons, before: ProtectedPeriod | None = None, *, exact: bool = False) -> CountedCaseload:
    """The caseload of March, beside what was told of February; where that is not given, as if all had been told of it."""
    facts = CaseloadFacts(MARCH, FEBRUARY, tuple(persons), is_exact=exact)
    return count_caseload(facts, PLACES, before=before.tables if before else ALL_TOLD)


def protected(caseload: CountedCaseload) -> ProtectedPeriod | None:
    return protect_caseload(OPERATION, caseload, RULES)


def by_gender(caseload: CountedCaseload) -> Mapping[str, int | None]:
    done = protected(caseload)
    assert done
    return {code: number for (code,), number in done.tables[0].cells.items()}


def test_who_is_there_is_counted_and_who_went_is_not() -> None:
    caseload = later(turnover(20, 12, 11))
    persons = (tables[0].count((TOTAL,)).persons for tables in (caseload.stock, caseload.came, caseload.went))
    assert tuple(persons) == (32, 12, 11)
    assert by_gender(caseload)[TOTAL] == 32


def test_the_caseload_is_told_where_eleven_came_and_eleven_went() -> None:
    assert by_gender(later(turnover(20, 11, 11)))[TOTAL] == 31
    assert protected(later(turnover(20, 10, 11))) is protected(later(turnover(20, 11, 10))) is None
    assert protected(later(turnover(20, 1, 0), exact=True)) is None  # it would tell that one came


def test_that_nobody_came_or_went_is_told_where_it_is_certain() -> None:
    assert by_gender(later(turnover(20, 0, 0), exact=True))["female"] == 20
    assert by_gender(later(turnover(20, 11, 0), exact=True))["female"] == 31
    assert protected(later(turnover(20, 11, 0))) is None  # one whose record was erased may have gone


def test_the_first_caseload_is_told_by_how_many_there_are_alone() -> None:
    assert protected(first(people(10, CAME))) is protected(first([])) is None
    assert by_gender(first(people(11, CAME))) == {TOTAL: 11, "female": 11, "male": 0, "other": 0, UNKNOWN: 0}


def test_a_code_that_few_came_to_is_hidden_with_the_poorest_beside_it() -> None:
    persons = [*turnover(40, 30, 30), *turnover(40, 20, 20, "male"), *turnover(12, 2, 11, "other")]
    assert by_gender(later(persons, exact=True)) == {TOTAL: 144, "female": 70, "male": None, "other": None, UNKNOWN: 0}


def test_what_was_hidden_is_not_told_by_a_month_in_which_nothing_happened() -> None:
    """Three came in a month that hid them, and nobody in the next: told then, both would tell of three."""
    spring = later([*turnover(40, 30, 30), *turnover(60, 20, 20, "male"), *turnover(40, 3, 0, "other")], exact=True)
    hidden = {code for code, number in by_gender(spring).items() if number is None}
    quiet = [*people(70, STAYED), *people(80, STAYED, "male"), *people(43, STAYED, "other")]
    assert hidden == {"male", "other"}
    again = by_gender(later(quiet, protected(spring), exact=True))
    assert again == {TOTAL: 193, "female": 70, "male": None, "other": None, UNKNOWN: 0}


WHO = st.tuples(st.sampled_from(Change), st.sampled_from(GENDERS[:3]), st.sampled_from(AGES[2:5]), st.sampled_from(DISTRICTS))
CROWDS = st.lists(st.tuples(WHO, st.integers(1, 25)), max_size=12).map(
    lambda drawn: [one for (change, *codes), number in drawn for one in people(number, change, *codes)]
)


@settings(max_examples=40)
@given(persons=CROWDS, exact=st.booleans())
def test_no_number_that_two_caseloads_tell_rests_on_fewer_than_eleven_who_came_or_went(
    persons: Persons, *, exact: bool
) -> None:
    """All that is told of a table are its groups and their sums; each is counted here from the persons themselves."""
    done = protected(later(persons, exact=exact))
    regions = {place.code: str(place.parent) for place in PLACES}
    for variable, table in zip(("gender", "age", "residence"), done.tables if done else (), strict=False):
        [dimension] = table.dimensions
        of_code = {change: Counter[str]() for change in Change}
        for person in persons:
            code = person.codes[variable]
            of_code[person.change].update(dimension.climb(code if code in dimension.parents else regions[code]))
        for group in groups_of(table):
            number = {change: sum(counts[code] for code in group) for change, counts in of_code.items()}
            for told in (number[CAME], number[WENT], number[CAME] + number[STAYED]):
                assert told >= LEAST or (told == 0 and exact)


def test_whoever_knows_how_many_went_of_every_code_cannot_tell_how_many_came_of_a_hidden_one() -> None:
    """All that may have come instead, tried out: every number from 0 to 10 leaves the same tables, and the same who went."""
    persons = [*turnover(40, 30, 30), *turnover(30, 20, 20, "male"), *turnover(5, 3, 2, "other")]
    shown = by_gender(later(persons))
    came = Counter(one.codes["gender"] for one in persons if one.change is CAME)
    hidden = [code for code in GENDERS if shown[code] is None]
    splits = product(range(came.total() + 1), repeat=len(hidden))
    together = sum(came[code] for code in hidden)
    possible = {dict(zip(hidden, split, strict=True))["other"] for split in splits if sum(split) == together}
    assert set(range(LEAST)) <= possible


@pytest.mark.parametrize("men", [(0, 5, 15), (20, 4, 15), (20, 15, 4)])
def test_the_proof_refuses_a_number_that_rests_on_too_few(men: tuple[int, int, int]) -> None:
    caseload = later([*turnover(40, 30, 30), *turnover(*men, gender="male")], exact=True)
    with pytest.raises(NotProven, match=r"persons (are there|certainly came|certainly went)"):
        prove_changes(caseload, list(map(as_counted, caseload.stock)), RULES)
