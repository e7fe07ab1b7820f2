"""The gazetteer: read from GeoJSON, checked, kept in PostGIS."""

import json
from pathlib import Path

import pytest

from core.database import Database, Zone
from core.places import GazetteerUnreadable, add_places, load_places, read_gazetteer

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]}


def gazetteer(path: Path, *places: tuple[str, str | None]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "parent": parent, "names": {"en": f"Place {code}"}},
            "geometry": SQUARE,
        }
        for code, parent in places
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_places_come_back_with_level_names_and_shape(database: Database, tmp_path: Path) -> None:
    path = gazetteer(tmp_path / "land.geojson", ("X", None), ("X1", "X"), ("X101", "X1"))
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        add_places(session, "TEST", read_gazetteer(path))
    with database.transaction(Zone.RELEASE, operation="TEST") as session:
        country, region, district = load_places(session, "TEST")
    assert (country.level, region.level, district.level) == (0, 1, 2)
    assert district.parent == "X1"
    assert district.name("fr") == "Place X101"
    assert district.geometry["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ([("X1", "X")], "not in the file"),
        ([("A", "B"), ("B", "A")], "in itself"),
        ([("A", None), ("B", "A"), ("C", "B"), ("D", "C")], "deeper than a district"),
    ],
)
def test_a_gazetteer_that_does_not_hang_together_is_refused(
    tmp_path: Path, places: list[tuple[str, str | None]], reason: str
) -> None:
    with pytest.raises(GazetteerUnreadable, match=reason):
        read_gazetteer(gazetteer(tmp_path / "land.geojson", *places))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"features": [{}]}'])
def test_a_file_that_is_no_gazetteer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "land.geojson"
    path.write_text(content)
    with pytest.raises(GazetteerUnreadable):
        read_gazetteer(path)
