"""The week for globe programs: only released cells, in folders by reason, each with the span of its week."""

import pytest
from lxml import etree

from exports import Release

KML = {"k": "http://www.opengis.net/kml/2.2"}


@pytest.fixture(scope="module")
def root(release: Release) -> etree._ElementTree:
    return etree.parse(release.folder / "movements.kml")


def test_a_folder_for_arrivals_and_one_for_each_reason(root: etree._ElementTree) -> None:
    names = root.xpath("//k:Folder/k:name/text()", namespaces=KML)
    assert names[:3] == ["Arrivals by place", "All", "Conflict"]
    assert len(names) == 2 + 6


def test_every_feature_states_the_week(root: etree._ElementTree) -> None:
    spans = root.xpath("//k:Placemark/k:TimeSpan", namespaces=KML)
    assert len(spans) == len(root.xpath("//k:Placemark", namespaces=KML))
    assert {tuple(span.itertext()) for span in spans} == {("2026-02-09", "2026-02-15")}


def test_movements_are_the_released_cells_above_zero(release: Release, root: etree._ElementTree) -> None:
    cells = release.edition.table("movements").cells
    shown = [key for key, persons in cells.items() if persons and len(key[0]) == len(key[1]) == 6]
    assert len(root.xpath("//k:Placemark[k:LineString or k:Point]", namespaces=KML)) == len(shown)


def test_a_hidden_district_says_so_and_has_no_shade(release: Release, root: etree._ElementTree) -> None:
    cells = release.edition.table("arrivals").cells
    hidden = [key for key, persons in cells.items() if persons is None and len(key[0]) == 6 and key[1:] == ("_T", "_T")]
    said = root.xpath("//k:Placemark[k:MultiGeometry and contains(k:description, 'not shown')]", namespaces=KML)
    assert len(said) == len(hidden)


def test_nothing_is_fetched_from_the_network(root: etree._ElementTree) -> None:
    assert not root.xpath("//k:href | //k:NetworkLink", namespaces=KML)
