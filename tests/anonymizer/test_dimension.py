"""A hierarchy has one root, and every code one way up to it."""

import pytest

from anonymizer import TOTAL, Dimension
from anonymizer.dimension import flat_dimension
from anonymizer.errors import HierarchyUnfit
from anonymizer.weeks.count_movements import place_dimension
from core.places import Place

SOMEWHERE = {"type": "MultiPolygon", "coordinates": []}


def test_places_are_districts_in_regions_in_countries_in_the_total() -> None:
    places = [
        Place("XM", None, 0, {"en": "Marenda"}, SOMEWHERE),
        Place("XM01", "XM", 1, {"en": "Nordal"}, SOMEWHERE),
        Place("XM0101", "XM01", 2, {"en": "Aldea"}, SOMEWHERE),
    ]
    assert place_dimension("origin", places).climb("XM0101") == ["XM0101", "XM01", "XM", TOTAL]


def test_a_flat_dimension_has_all_codes_under_its_total() -> None:
    assert flat_dimension("sex", ["female", "male"]).children == {TOTAL: ("female", "male")}


@pytest.mark.parametrize(
    ("parents", "reason"),
    [
        ({}, "missing"),
        ({"a": "_T"}, "missing"),
        ({"_T": None, "a": None}, "_T, a"),
        ({"all": None, "a": "all"}, "its roots are all"),
        ({"_T": None, "a": "b"}, "a is part of b, which is not among its codes"),
        ({"_T": None, "a": "b", "b": "a"}, "a is part of itself"),
        ({"_T": None, "a": "a"}, "a is part of itself"),
    ],
)
def test_anything_else_is_refused_with_the_reason(parents: dict[str, str | None], reason: str) -> None:
    with pytest.raises(HierarchyUnfit, match=reason):
        Dimension("origin", parents)
