"""The gazetteer: countries, regions and districts of an operation, with names and shapes.

Read from GeoJSON (RFC 7946): one feature per place, geometry in WGS 84, properties `code`, `parent` (a country has
none) and `names` by language.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError, InternalError
from sqlalchemy.orm import Session, aliased

from core.database import among
from core.errors import Problem
from core.models import PlaceRow

__all__ = [
    "GazetteerUnreadable",
    "Place",
    "add_places",
    "as_kept",
    "count_places",
    "load_places",
    "name_places_within",
    "parse_gazetteer",
    "place_names",
    "read_gazetteer",
    "write_gazetteer",
]

LEVEL_NAMES: Final = ("country", "region", "district")
# As `add_places` keeps a shape and `load_places` reads it.
KEPT: Final = text(
    "SELECT ST_GeometryType(kept.shape), ST_AsGeoJSON(kept.shape, 5)"
    " FROM unnest(CAST(:shapes AS text[])) WITH ORDINALITY AS given (shape, number),"
    " LATERAL (SELECT ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(given.shape), 4326)) AS shape) AS kept ORDER BY given.number"
)


class GazetteerUnreadable(Problem):
    code = "CORE-301"
    says = "The gazetteer {path} cannot be used: {reason}."
    remedy = "Correct the file; each feature needs `code`, `names` and, below a country, the `parent` it lies in."


@dataclass(frozen=True)
class Place:
    """A place with its GeoJSON geometry (a MultiPolygon, longitude and latitude in degrees)."""

    code: str
    parent: str | None
    level: int
    names: Mapping[str, str]
    geometry: Mapping[str, Any]

    def name(self, language: str) -> str:
        """The name in a language, else in English, else the code."""
        return self.names.get(language) or self.names.get("en") or self.code


def read_gazetteer(path: Path) -> list[Place]:
    """Read and check a GeoJSON gazetteer; raises `GazetteerUnreadable`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GazetteerUnreadable(path=path, reason=f"{type(error).__name__} while reading it") from None
    return parse_gazetteer(content, path)


def parse_gazetteer(content: str | bytes, path: Path) -> list[Place]:
    """The same of a text, or of its bytes (UTF-8); `path` says where it is from. Raises `GazetteerUnreadable`."""
    try:
        features = json.loads(content.decode("utf-8-sig") if isinstance(content, bytes) else content)["features"]
        given = [(feature["properties"], feature["geometry"]) for feature in features]
        parents = {properties["code"]: properties.get("parent") for properties, _ in given}
        names = {properties["code"]: dict(properties["names"]) for properties, _ in given}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GazetteerUnreadable(path=path, reason=f"{type(error).__name__} while reading it") from None
    _refuse_unusable([properties["code"] for properties, _ in given], parents.values(), names, path)
    return [
        Place(
            properties["code"],
            properties.get("parent"),
            _level(properties["code"], parents, path),
            names[properties["code"]],
            geometry,
        )
        for properties, geometry in given
    ]


def write_gazetteer(places: Iterable[Place]) -> str:
    """GeoJSON that `parse_gazetteer` reads; the same text for the same places in the same order."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": place.code, "parent": place.parent, "names": dict(sorted(place.names.items()))},
            "geometry": place.geometry,
        }
        for place in places
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _refuse_unusable(
    codes: Sequence[Any], parents: Collection[Any], names: Mapping[str, Mapping[Any, Any]], path: Path
) -> None:
    texts = [*codes, *(parent for parent in parents if parent is not None)]
    texts += [word for named in names.values() for pair in named.items() for word in pair]
    if not all(isinstance(word, str) and word and "\0" not in word for word in texts):
        raise GazetteerUnreadable(path=path, reason="a code, a parent or a name is no text")
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len({*codes}) < len(codes) else []
    if twice:
        raise GazetteerUnreadable(path=path, reason=f"{', '.join(twice)} stands there twice")


def _level(code: str, parents: Mapping[str, str | None], path: Path) -> int:
    level, parent = 0, parents[code]
    while parent is not None:
        level += 1
        if parent not in parents:
            raise GazetteerUnreadable(path=path, reason=f"{code} lies in {parent}, which is not in the file")
        if level >= len(LEVEL_NAMES):
            raise GazetteerUnreadable(path=path, reason=f"{code} lies deeper than a district, or in itself")
        parent = parents[parent]
    return level


def add_places(session: Session, operation: str, places: Iterable[Place]) -> None:
    """Add places to an operation's gazetteer."""
    session.add_all(
        PlaceRow(
            operation=operation,
            code=place.code,
            parent=place.parent,
            level=place.level,
            names=dict(place.names),
            shape=func.ST_Multi(func.ST_SetSRID(func.ST_GeomFromGeoJSON(json.dumps(place.geometry)), 4326)),
        )
        for place in places
    )


def load_places(session: Session, operation: str) -> list[Place]:
    """An operation's places, countries first, each level in order of code."""
    rows = session.execute(
        select(PlaceRow, func.ST_AsGeoJSON(PlaceRow.shape, 5))
        .where(PlaceRow.operation == operation)
        .order_by(PlaceRow.level, PlaceRow.code)
    )
    return [Place(row.code, row.parent, row.level, row.names, json.loads(geometry)) for row, geometry in rows]


def as_kept(session: Session, places: Sequence[Place], path: Path) -> list[Place]:
    """The places with their shapes as the database would keep and give them; nothing is added. Raises `GazetteerUnreadable`."""
    try:
        with session.begin_nested():
            found = session.execute(KEPT, {"shapes": [json.dumps(place.geometry) for place in places]}).all()
    except (DataError, InternalError):
        raise GazetteerUnreadable(path=path, reason="a shape is not as GeoJSON has it") from None
    wrong = [place.code for place, (kind, _) in zip(places, found, strict=True) if kind != "ST_MultiPolygon"]
    if wrong:
        raise GazetteerUnreadable(path=path, reason=f"the shape of {', '.join(wrong)} is no polygon")
    return [replace(place, geometry=json.loads(shape)) for place, (_, shape) in zip(places, found, strict=True)]


def count_places(session: Session, operation: str) -> list[int]:
    """How many countries, regions and districts an operation has."""
    counted = select(PlaceRow.level, func.count()).where(PlaceRow.operation == operation).group_by(PlaceRow.level)
    found = dict(session.execute(counted).all())
    return [found.get(level, 0) for level in range(len(LEVEL_NAMES))]


def name_places_within(session: Session, operation: str, parent: str | None) -> list[tuple[str, Mapping[str, str], int]]:
    """The places that lie directly in another, or the countries: code, names, and how many lie in it; in order of code."""
    below = aliased(PlaceRow)
    inside = select(func.count()).where(below.operation == operation, below.parent == PlaceRow.code).scalar_subquery()
    lies = PlaceRow.parent.is_(None) if parent is None else PlaceRow.parent == parent
    asked = select(PlaceRow.code, PlaceRow.names, inside).where(PlaceRow.operation == operation, lies)
    return [(code, names, number) for code, names, number in session.execute(asked.order_by(PlaceRow.code))]


def place_names(session: Session, operation: str, codes: Collection[str], language: str) -> Mapping[str, str]:
    """What these places of an operation are called, by code: in a language, else in English; others are left out."""
    named = select(PlaceRow.code, PlaceRow.names).where(PlaceRow.operation == operation, among(PlaceRow.code, codes))
    return {code: names.get(language) or names.get("en") or code for code, names in session.execute(named)}
