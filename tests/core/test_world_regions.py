"""Every country that our forms offer is in one part of the world, and every part has a name in every language of the pages."""

from collections import Counter

from core.world_regions import COUNTRIES, REGIONS, subregion_of
from tests.forms.test_questionnaires import rows

NO_COUNTRY = {"stateless", "unknown"}


def test_every_country_that_may_be_answered_lies_in_one_subregion() -> None:
    listed = Counter(country for below in COUNTRIES.values() for named in below.values() for country in named.split())
    offered = {row["name"] for row in rows("screening_interview", "choices") if row["list_name"] == "citizenship"}
    assert set(listed) == offered - NO_COUNTRY - {"AQ"}
    assert set(listed.values()) == {1}


def test_regions_and_their_subregions_are_codes_of_their_own() -> None:
    codes = [*REGIONS, *(code for below in REGIONS.values() for code in below)]
    assert len(codes) == len(set(codes)) == 27


def test_a_country_is_told_by_its_subregion_and_anything_else_by_none() -> None:
    assert [subregion_of(code) for code in ("SO", "UA", "AQ", "unknown", "")] == ["014", "151", None, None, None]
