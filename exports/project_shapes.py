"""From longitude and latitude to a drawing: fit shapes into a frame, and find where a label may stand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

__all__ = ["Geometry", "Point", "Projection", "centre_of", "fit", "polygons_of", "rings_of"]

Point = tuple[float, float]
Ring = list[list[float]]
Geometry = Mapping[str, Any]


@dataclass(frozen=True)
class Projection:
    """Equirectangular, true to scale at its middle latitude; width and height in drawing units."""

    west: float
    north: float
    narrowing: float
    scale: float
    width: float
    height: float

    def point(self, position: Iterable[float]) -> Point:
        longitude, latitude, *_ = position
        x = (longitude - self.west) * self.narrowing * self.scale
        return round(x, 1), round((self.north - latitude) * self.scale, 1)

    def path(self, geometry: Geometry) -> str:
        """An SVG path of all rings; holes come out with the even-odd rule."""
        return " ".join(_subpath(self.point(position) for position in ring) for ring in rings_of(geometry))


def fit(geometries: Iterable[Geometry], width: float, height: float) -> Projection:
    """The projection that shows all shapes as large as fits into a frame."""
    positions = [position for geometry in geometries for ring in rings_of(geometry) for position in ring]
    longitudes = [position[0] for position in positions]
    latitudes = [position[1] for position in positions]
    narrowing = cos(radians((min(latitudes) + max(latitudes)) / 2))
    across = (max(longitudes) - min(longitudes)) * narrowing
    down = max(latitudes) - min(latitudes)
    scale = min(width / across, height / down)
    return Projection(min(longitudes), max(latitudes), narrowing, scale, across * scale, down * scale)


def polygons_of(geometry: Geometry) -> list[list[Ring]]:
    """The polygons of a Polygon or MultiPolygon, each an outer ring and its holes (RFC 7946, 3.1.6)."""
    coordinates = geometry["coordinates"]
    return list(coordinates) if geometry["type"] == "MultiPolygon" else [coordinates]


def rings_of(geometry: Geometry) -> Iterator[Ring]:
    """Every ring of every polygon."""
    for polygon in polygons_of(geometry):
        yield from polygon


def centre_of(geometry: Geometry) -> Point:
    """Longitude and latitude of the centre of gravity of the largest ring."""
    area, ring = max(((abs(_signed_area(ring)), ring) for ring in rings_of(geometry)), key=lambda pair: pair[0])
    if area == 0:
        return ring[0][0], ring[0][1]
    signed = _signed_area(ring)
    x = sum((a[0] + b[0]) * _cross(a, b) for a, b in _edges(ring)) / (6 * signed)
    y = sum((a[1] + b[1]) * _cross(a, b) for a, b in _edges(ring)) / (6 * signed)
    return x, y


def _signed_area(ring: Ring) -> float:
    return sum(_cross(a, b) for a, b in _edges(ring)) / 2


def _edges(ring: Ring) -> Iterator[tuple[list[float], list[float]]]:
    yield from zip(ring, ring[1:] + ring[:1], strict=True)


def _cross(a: list[float], b: list[float]) -> float:
    return a[0] * b[1] - b[0] * a[1]


def _subpath(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z"
