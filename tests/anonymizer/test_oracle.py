"""Against a slow, obvious oracle: it writes down every table that would have been published with the same numbers.

Tiny weeks, many small counts, few reports each. What the engine, the proof and the attacker say of a week must agree with
what can be counted off from the list of all whole, non-negative tables that agree with every published number.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, Dimension, Policy, ProtectedPeriod, attack, protect
from anonymizer.attacker.attack import NOTHING, identity
from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.dimension import flat_dimension
from anonymizer.published import PublishedTable

POLICY = Policy(threshold=3, contributors=2)
PLACES = {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL, "s1": "S"}
FROM, TO = Dimension("origin", PLACES), Dimension("destination", PLACES)
WHY, SEX = flat_dimension("reason", ["flood", "other"]), flat_dimension("sex", ["f", "m"])
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Cell = tuple[str, tuple[str, ...]]
GROUPS = st.sampled_from([1, 1, 1, 2, 2, 3, 5])


def reports(*dimensions: Dimension) -> st.SearchStrategy[list[list[tuple[Mapping[str, str], int]]]]:
    """Up to seven reports of one group each."""
    inner = {
        dimension.name: st.sampled_from([code for code in dimension.parents if code not in dimension.children])
        for dimension in dimensions
    }
    return st.lists(st.tuples(st.fixed_dictionaries(inner), GROUPS).map(lambda group: [group]), max_size=7)


@SLOW
@given(reports(FROM, WHY))
def test_two_dimensions(count_week, told) -> None:
    check(count_week({"movements": (FROM, WHY)}, told))


@SLOW
@given(reports(FROM, TO))
def test_two_hierarchies(count_week, told) -> None:
    check(count_week({"movements": (FROM, TO)}, told))


@SLOW
@given(reports(flat_dimension("origin", ["a", "b"]), WHY, SEX))
def test_three_dimensions(count_week, told) -> None:
    check(count_week({"movements": (flat_dimension("origin", ["a", "b"]), WHY, SEX)}, told))


@SLOW
@given(reports(TO, WHY, SEX))
def test_two_tables_that_share_their_destinations(count_week, told) -> None:
    check(count_week({"movements": (TO, WHY), "arrivals": (TO, SEX)}, told))


@SLOW
@given(reports(FROM, WHY), st.data())
def test_the_attacker_finds_all_that_can_be_found_and_no_more(count_week, told, data) -> None:
    """Cells hidden at random, some known from elsewhere, zeros printed or not: every interval is the enumerated one."""
    truth = count_week({"movements": (FROM, WHY)}, told)
    [table] = truth.tables
    cells = [key for key in keys_of(table) if key != (TOTAL, TOTAL)]
    hidden = data.draw(st.sets(st.sampled_from(cells), min_size=4))
    zeros_visible = data.draw(st.booleans())
    if zeros_visible:
        hidden = {key for key in hidden if table.count(key).persons}
    own = data.draw(st.sets(st.sampled_from(sorted(hidden)), max_size=2)) if hidden else set()
    published = {key: None if key in hidden else table.count(key).persons for key in keys_of(table)}
    release = [PublishedTable("movements", table.dimensions, published)]
    known = {identity(table.dimensions, key): table.count(key).persons for key in own}
    possible = values_in_all_tables(
        truth, release, least=int(zeros_visible), own={("movements", key): table.count(key).persons for key in own}
    )
    intervals = attack(release, zeros_visible=zeros_visible, known=known)
    assert intervals == {cell: (min(values), max(values)) for cell, values in possible.items()}


def check(truth: CountedWeek) -> None:
    """The oracle's verdict on the week as the engine publishes it."""
    week = protect(truth, POLICY)
    assert published_is_true(truth, week)
    possible = values_in_all_tables(truth, week.tables)
    intervals = attack(week.tables)
    for table in truth.tables:
        for key, count in table.cells.items():
            if POLICY.is_unsafe(count):
                cell = (table.name, key)
                for goal in POLICY.must_stay_possible(count):
                    assert any(goal.holds(value) for value in possible[cell]), (cell, goal, possible[cell])
    for cell, values in possible.items():
        low, high = intervals[cell]
        if total_is_published(week):
            assert (low, high) == (min(values), max(values))
        else:  # not every table was written down
            assert low <= min(values)
            assert high is None or high >= max(values)


def total_is_published(week: ProtectedPeriod) -> bool:
    table = week.tables[0]
    return table.cells[(TOTAL,) * len(table.dimensions)] is not None


def published_is_true(truth: CountedWeek, week: ProtectedPeriod) -> bool:
    pairs = zip(truth.tables, week.tables, strict=True)
    return all(value in {None, told.count(key).persons} for told, table in pairs for key, value in table.cells.items())


def values_in_all_tables(
    truth: CountedWeek, published: Sequence[PublishedTable], *, least: int = 0, own: Mapping[Cell, int] = NOTHING
) -> dict[Cell, set[int]]:
    """What each suppressed cell holds in any table that agrees with the published numbers.

    Where the grand total is suppressed there may be no end of tables; those of up to two persons more are written down.
    Of interest may be only tables where no suppressed cell holds less than `least`, and some hold what somebody knows.
    """
    parts = {cell: innermost_below(truth, cell) for table in published for cell in cells_of(table)}
    told = {(table.name, key): value for table in published for key, value in table.cells.items() if value is not None}
    most = truth.tables[0].count((TOTAL,) * len(truth.tables[0].dimensions)).persons + POLICY.threshold - 1
    possible: dict[Cell, set[int]] = {cell: set() for cell in parts if cell not in told}
    fillings = [tables_that_agree(table, parts, {**told, **own}, most) for table in published]
    fillings = [[full for full in one if all(full[cell] >= least for cell in full if cell not in told)] for one in fillings]
    shared = set.intersection(*({shared_totals(truth, filling) for filling in of_table} for of_table in fillings))
    for filling in (filling for of_table in fillings for filling in of_table if shared_totals(truth, filling) in shared):
        for cell in possible.keys() & filling.keys():
            possible[cell].add(filling[cell])
    return possible


def cells_of(table: PublishedTable) -> list[Cell]:
    return [(table.name, key) for key in table.cells]


def innermost_below(truth: CountedWeek, cell: Cell) -> list[Cell]:
    """The innermost cells that add up to a cell."""
    name, key = cell
    dimensions = next(table.dimensions for table in truth.tables if table.name == name)
    codes = [
        [inner for inner in dimension.parents if inner not in dimension.children and code in dimension.climb(inner)]
        for dimension, code in zip(dimensions, key, strict=True)
    ]
    return [(name, inner) for inner in product(*codes)]


def tables_that_agree(
    table: PublishedTable,
    parts: Mapping[Cell, Sequence[Cell]],
    known: Mapping[Cell, int],
    most: int,
) -> list[dict[Cell, int]]:
    """Every whole, non-negative table that agrees with what is published of one table."""
    cells = cells_of(table)
    innermost = [cell for cell in cells if parts[cell] == [cell]]
    published = [(parts[cell], known[cell]) for cell in cells if cell in known]

    def fill(filled: dict[Cell, int], left: list[Cell]) -> Iterator[dict[Cell, int]]:
        if not left:
            yield filled
            return
        cell, *rest = left
        limits = [(inside, total) for inside, total in published if cell in inside]
        room = min(total - sum(filled.get(part, 0) for part in inside) for inside, total in [*limits, (innermost, most)])
        for value in range(room + 1):
            more = {**filled, cell: value}
            if all(sum(more[part] for part in inside) == total for inside, total in limits if more.keys() >= set(inside)):
                yield from fill(more, rest)

    return [{cell: sum(full[part] for part in parts[cell]) for cell in cells} for full in fill({}, innermost)]


def shared_totals(truth: CountedWeek, filling: Mapping[Cell, int]) -> frozenset[tuple[frozenset[tuple[str, str]], int]]:
    """What a filled table says of the cells that stand in every table: fillings go together where they agree on these."""
    named = {cell: codes_of(truth, cell) for cell in filling}
    everywhere = set.intersection(*({codes_of(truth, (table.name, key)) for key in keys_of(table)} for table in truth.tables))
    return frozenset((codes, filling[cell]) for cell, codes in named.items() if codes in everywhere)


def keys_of(table: CountedTable) -> Iterator[tuple[str, ...]]:
    return product(*(dimension.parents for dimension in table.dimensions))


def codes_of(truth: CountedWeek, cell: Cell) -> frozenset[tuple[str, str]]:
    """What a cell is, whichever table it stands in."""
    name, key = cell
    dimensions = next(table.dimensions for table in truth.tables if table.name == name)
    return frozenset((dimension.name, code) for dimension, code in zip(dimensions, key, strict=True) if code != TOTAL)
