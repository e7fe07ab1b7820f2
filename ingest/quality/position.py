"""Where the interview was, by the phone: outside the area, at no place at all, or not known well enough."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked
from ingest.quality.quality_plan import QualityPlan

__all__ = ["Area", "find_position", "inside"]

Ring = Sequence[Sequence[float]]
Area = Sequence[Sequence[Ring]]  # polygons of rings, of longitude and latitude in degrees, as GeoJSON has a MultiPolygon
NOWHERE: Final = 0.001  # degrees around the point where the equator meets the prime meridian: no fix


def find_position(looked: Looked, plan: QualityPlan, area: Area) -> Iterator[Finding]:
    """At most one finding of a kind for each question; no position is told, for it may be a home."""
    found: dict[tuple[Check, str], dict[str, str]] = {}
    for question, answer in looked.said:
        if question.kind == "geopoint":
            try:
                latitude, longitude, *more = (float(part) for part in answer.split())
            except ValueError:
                continue
            nowhere = abs(latitude) < NOWHERE and abs(longitude) < NOWHERE
            if nowhere or (area and not inside(longitude, latitude, area)):
                found[Check.OUTSIDE_AREA, question.name] = {}
            accuracy = more[1] if len(more) > 1 else 0.0
            if accuracy > plan.accuracy_metres:
                found[Check.INACCURATE, question.name] = {"metres": f"{accuracy:.0f}", "most": f"{plan.accuracy_metres:.0f}"}
    yield from (Finding(check, name, told) for (check, name), told in found.items())


def inside(longitude: float, latitude: float, area: Area) -> bool:
    """Whether a point lies in one of the polygons: a ray from it crosses their rings an odd number of times."""
    return any(sum(_crosses(longitude, latitude, ring) for ring in polygon) % 2 == 1 for polygon in area)


def _crosses(x: float, y: float, ring: Ring) -> int:
    crossed = 0
    for (x1, y1, *_), (x2, y2, *_) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed += 1
    return crossed
