"""The map: arrivals as shades, movement within a region as a circle, the largest flows between regions as arrows.

Classes are fixed and not fitted to the data, so weeks can be compared and a shade tells no more than the class of a
released number. A suppressed area is hatched; a suppressed circle is dashed and starred.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import hypot, sqrt
from typing import Final

from markupsafe import Markup

from anonymizer import TOTAL
from exports.bend_arrows import Circle, Curve, bend_arrow, place_figures
from exports.edition import ARRIVALS, COUNTRY, DISTRICT, MOVEMENTS, REGION, Edition
from exports.languages import NOT_SHOWN, Language
from exports.project_shapes import Point, Projection, centre_of, fit
from exports.rank_cells import largest_flows, largest_places
from exports.render_template import render_template

__all__ = ["CLASSES", "HIDDEN", "describe_map", "draw_map", "shade"]

WIDTH, HEIGHT, MARGIN = 600, 430, 14
CLASSES: Final = ((0, "#f4f4f0"), (1, "#d3e5ee"), (50, "#9cc6da"), (200, "#5a9dbd"), (500, "#2a7298"), (2000, "#0f4763"))
HIDDEN: Final = "url(#hidden)"
ARROWS: Final = 8
CIRCLE: Final = (11.0, 24.0)  # smallest and largest radius
STROKE: Final = (1.6, 7.0)  # thinnest and thickest arrow


@dataclass(frozen=True)
class Area:
    path: str
    fill: str
    title: str


@dataclass(frozen=True)
class Arrow:
    """A flow; `label` is where its figure stands, None where it has no room."""

    curve: Curve
    width: float
    label: Point | None
    figure: str
    title: str


def draw_map(edition: Edition, language: Language) -> Markup:
    """An SVG drawing of 600 units across."""
    places = edition.places_at(COUNTRY, REGION, DISTRICT)
    projection = fit([edition.places[code].geometry for code in places], WIDTH - 2 * MARGIN, HEIGHT)
    circles = _circles(edition, language, projection)
    return render_template(
        "map.svg.j2",
        width=WIDTH,
        height=round(projection.height) + 2 * MARGIN + 84,
        left=round((WIDTH - projection.width) / 2),
        top=MARGIN,
        bottom=round(projection.height) + 2 * MARGIN,
        areas=[_area(code, edition, language, projection) for code in edition.places_at(DISTRICT)],
        regions=[projection.path(edition.places[code].geometry) for code in edition.places_at(REGION)],
        countries=[projection.path(edition.places[code].geometry) for code in edition.places_at(COUNTRY)],
        circles=list(circles.values()),
        arrows=_arrows(edition, language, circles),
        legend=_legend(language),
        hidden=language.drawn(f"{NOT_SHOWN} {language.say('not_shown')}"),
        mirrored=language.direction == "rtl",
        language=language,
    )


def describe_map(edition: Edition, language: Language) -> str:
    """The text that stands for the map where it cannot be seen."""
    areas = [
        language.say("map.area", name=edition.name("destination", code, language), figure=language.persons(persons))
        for code, persons in largest_places(edition, DISTRICT, 3)
    ]
    flows = [_flow_title(edition, language, flow, persons) for flow, persons in largest_flows(edition, 1)]
    if not areas + flows:
        return language.say("map.alt_empty")
    return language.say("map.alt", list="; ".join(areas + flows))


def shade(persons: int | None) -> str:
    """The colour of a number's class; the hatch where it is not shown."""
    if persons is None:
        return HIDDEN
    return [colour for least, colour in CLASSES if persons >= least][-1]


def _area(code: str, edition: Edition, language: Language, projection: Projection) -> Area:
    persons = edition.persons(ARRIVALS, (code, TOTAL, TOTAL))
    figure = language.say("not_shown") if persons is None else language.persons(persons)
    title = language.say("map.area", name=edition.name("destination", code, language), figure=figure)
    return Area(projection.path(edition.places[code].geometry), shade(persons), title)


def _circles(edition: Edition, language: Language, projection: Projection) -> dict[str, Circle]:
    persons = {code: edition.persons(MOVEMENTS, (code, code, TOTAL)) for code in edition.places_at(REGION)}
    centres = {code: projection.point(centre_of(edition.places[code].geometry)) for code in persons}
    most = max((value or 0 for value in persons.values()), default=0)
    bounds = CIRCLE[0], _largest_radius(list(centres.values()))
    radii = {code: 0.0 if value == 0 else _scaled(value or 0, most, bounds) for code, value in persons.items()}
    return {
        code: _circle(centres[code], radii[code], edition.name("destination", code, language), value, language)
        for code, value in persons.items()
    }


def _largest_radius(centres: list[Point]) -> float:
    """Circles leave room between them for an arrow."""
    nearest = min((hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(centres, 2)), default=WIDTH)
    return max(CIRCLE[0], min(CIRCLE[1], nearest * 0.28))


def _circle(centre: Point, radius: float, name: str, persons: int | None, language: Language) -> Circle:
    figure = language.say("not_shown") if persons is None else language.persons(persons)
    title = language.say("map.inside", name=name, figure=figure)
    return Circle(*centre, radius, name, language.number(persons), persons is not None, title)


def _arrows(edition: Edition, language: Language, circles: dict[str, Circle]) -> list[Arrow]:
    flows = [(flow, persons) for flow, persons in largest_flows(edition, ARROWS) if all(code in circles for code in flow)]
    most = max((persons for _, persons in flows), default=0)
    widths = [_scaled(persons, most, STROKE) for _, persons in flows]
    curves = [bend_arrow(circles[flow[0]], circles[flow[1]], width) for (flow, _), width in zip(flows, widths, strict=True)]
    labels = place_figures(curves, list(circles.values()))
    arrows = [
        Arrow(curve, width, label, language.number(persons), _flow_title(edition, language, flow, persons))
        for curve, width, label, (flow, persons) in zip(curves, widths, labels, flows, strict=True)
    ]
    return arrows[::-1]  # the largest is drawn last, above the others


def _scaled(persons: int, most: int, bounds: tuple[float, float]) -> float:
    """Area, and so the eye's impression, grows with the number."""
    least, largest = bounds
    return round(least + (largest - least) * sqrt(persons / most), 1) if most else least


def _flow_title(edition: Edition, language: Language, flow: tuple[str, str], persons: int) -> str:
    origin, destination = (edition.name("origin", code, language) for code in flow)
    return language.say("map.flow", origin=origin, destination=destination, figure=language.persons(persons))


def _legend(language: Language) -> list[tuple[str, str]]:
    bounds = [least for least, _ in CLASSES]
    between = pairwise(bounds[1:])
    labels = ["0", *(f"{language.number(low)}–{language.number(high - 1)}" for low, high in between)]
    labels.append(f"{language.number(bounds[-1])}+")
    return [(colour, language.drawn(label)) for (_, colour), label in zip(CLASSES, labels, strict=True)]
