"""A page begins after a row: what comes in or goes meanwhile shifts nothing."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from core.paging import beyond, page_of


@dataclass
class Row:
    id: UUID = field(default_factory=uuid4)


@pytest.mark.parametrize(("rows", "more"), [(0, False), (2, False), (3, False), (4, True), (9, True)])
def test_a_page_says_after_which_row_the_next_begins_and_the_last_says_nothing(rows: int, more: bool) -> None:
    given = [Row() for _ in range(rows)]
    page = page_of(given, 3)
    assert page.rows == given[:3]
    assert page.following == (given[2].id if more else None)


def test_no_more_is_read_than_one_row_beyond_the_page() -> None:
    given = iter([Row() for _ in range(9)])
    page_of(given, 3)
    assert len(list(given)) == 5


def test_the_next_page_holds_what_comes_after_the_row_and_a_row_that_has_gone_leads_to_the_first() -> None:
    given = [Row() for _ in range(5)]
    assert page_of(beyond(given, given[2].id), 3).rows == given[3:]
    assert page_of(beyond(given, uuid4()), 3).rows == given[:3]
    assert beyond(given, None) == given
