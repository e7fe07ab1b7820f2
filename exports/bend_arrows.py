"""The arrows of the map: curves between circles that part from each other, with figures that cover nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

from exports.project_shapes import Point

__all__ = ["Circle", "Curve", "bend_arrow", "place_figures"]

BEND: Final = 0.2  # how far an arrow's middle leaves the straight line, as a share of its length
ROOM: Final = 9.0  # between the middle of a figure and what it must not cover
LETTER: Final = 7.0  # width of a letter of a name; a name stands above its circle
SHARES: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)  # where along an arrow its figure may stand, best first


@dataclass(frozen=True)
class Circle:
    """A region's centre, with the persons who moved within it; `radius` is 0 where nobody did."""

    x: float
    y: float
    radius: float
    name: str
    figure: str
    shown: bool
    title: str


@dataclass(frozen=True)
class Curve:
    """A quadratic Bézier curve from `start` over the control point `bend` to `neck`, and the head's three corners."""

    start: Point
    bend: Point
    neck: Point
    head: tuple[Point, Point, Point]

    @property
    def path(self) -> str:
        """The curve as an SVG path."""
        return "M{:.1f},{:.1f}Q{:.1f},{:.1f} {:.1f},{:.1f}".format(*self.start, *self.bend, *self.neck)

    @property
    def corners(self) -> str:
        """The head as an SVG polygon."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.head)

    def at(self, share: float) -> Point:
        """The point at a share of the way."""
        weights = ((1 - share) ** 2, 2 * share * (1 - share), share**2)
        points = (self.start, self.bend, self.neck)
        x, y = (sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))
        return round(x, 1), round(y, 1)


def bend_arrow(origin: Circle, destination: Circle, width: float) -> Curve:
    """An arrow from the rim of one circle to the rim of another, bent so that two opposite flows part."""
    centres = (origin.x, origin.y), (destination.x, destination.y)
    bend = _beside(*centres)
    tip = _towards(centres[1], bend, destination.radius + 3)
    neck = _towards(tip, bend, 5 + width)
    across, down = (neck[1] - tip[1]) * 0.55, (tip[0] - neck[0]) * 0.55
    head = tip, (neck[0] + across, neck[1] + down), (neck[0] - across, neck[1] - down)
    return Curve(_towards(centres[0], bend, origin.radius + 3), bend, neck, head)


def place_figures(curves: Iterable[Curve], circles: Sequence[Circle]) -> list[Point | None]:
    """Where each curve's figure stands; None where it would cover a circle, a name or another figure."""
    placed: list[Point] = []
    places: list[Point | None] = []
    for curve in curves:
        free = (point for point in map(curve.at, SHARES) if _is_free(point, circles, placed))
        place = next(free, None)
        places.append(place)
        placed += [place] if place else []
    return places


def _is_free(point: Point, circles: Sequence[Circle], placed: Sequence[Point]) -> bool:
    apart = all(hypot(point[0] - x, point[1] - y) > 2 * ROOM for x, y in placed)
    return apart and not any(_covers(point, circle) for circle in circles)


def _covers(point: Point, circle: Circle) -> bool:
    on_circle = hypot(point[0] - circle.x, point[1] - circle.y) < circle.radius + ROOM
    beside, above = abs(point[0] - circle.x), abs(point[1] - (circle.y - circle.radius - ROOM))
    return on_circle or (beside < len(circle.name) * LETTER / 2 + ROOM and above < 1.5 * ROOM)


def _beside(start: Point, end: Point) -> Point:
    across, down = end[0] - start[0], end[1] - start[1]
    return (start[0] + end[0]) / 2 - down * BEND, (start[1] + end[1]) / 2 + across * BEND


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    share = distance / length
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
