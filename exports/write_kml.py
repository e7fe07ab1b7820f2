"""The period as KML for globe programs: arrivals as shaded districts, movements as lines in a folder for each reason.

Every feature carries the time span of its period. A line joins two districts and stands for a released cell above zero;
a movement within one district is a point. A district whose arrivals are suppressed says so and has no shade. Names are
English, descriptions are in every language.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import simplekml

from anonymizer import TOTAL
from exports.draw_chart import shown_reasons
from exports.draw_map import CLASSES, HIDDEN, shade
from exports.edition import ARRIVALS, DISTRICT, MOVEMENTS, Edition
from exports.languages import LANGUAGES, language
from exports.project_shapes import centre_of, polygons_of

__all__ = ["write_kml"]

ORANGE: Final = "b4500fd0"  # red, green, blue, opacity
UNSHADED: Final = "ffffff80"
WIDTHS: Final = ((0, 1.5), (20, 3.0), (100, 5.0), (500, 8.0))  # from so many persons on, so many pixels


def write_kml(edition: Edition) -> bytes:
    """The KML document."""
    simplekml.Kml.resetidcounter()  # the library counts on from one document to the next
    english = language("en", edition.kind)
    kml = simplekml.Kml(name=f"{english.say('title')}, {edition.operation(english)}, {edition.now.period}")
    kml.document.description = "\n".join(language(code).say("map.disclaimer") for code in LANGUAGES)
    kml.document.timespan = simplekml.TimeSpan(str(edition.now.period.monday), str(edition.now.period.sunday))
    _add_arrivals(kml.newfolder(name=english.say("arrivals.heading")), edition)
    styles = [(least, _line_style(width)) for least, width in WIDTHS]
    for reason in [TOTAL, *shown_reasons(edition)]:
        name = english.capital(edition.name("reason", reason, english))
        folder = kml.newfolder(name=name, visibility=int(reason == TOTAL))
        _add_movements(folder, edition, reason, styles)
    return str(kml.kml(format=False)).encode()


def _line_style(width: float) -> simplekml.Style:
    return simplekml.Style(linestyle=simplekml.LineStyle(color=simplekml.Color.hexa(ORANGE), width=width))


def _area_style(colour: str) -> simplekml.Style:
    shaded = UNSHADED if colour == HIDDEN else f"{colour.lstrip('#')}b0"
    return simplekml.Style(polystyle=simplekml.PolyStyle(color=simplekml.Color.hexa(shaded)))


def _add_arrivals(folder: Any, edition: Edition) -> None:
    styles = {colour: _area_style(colour) for colour in (*(colour for _, colour in CLASSES), HIDDEN)}
    for code in edition.places_at(DISTRICT):
        persons = edition.persons(ARRIVALS, (code, TOTAL, TOTAL))
        shape = folder.newmultigeometry(name=edition.name("destination", code, language("en")))
        for outer, *holes in polygons_of(edition.places[code].geometry):
            shape.newpolygon(outerboundaryis=_positions(outer), innerboundaryis=[_positions(hole) for hole in holes])
        shape.style = styles[shade(persons)]
        _describe(shape, edition, "map.area", (code,), persons)


def _add_movements(folder: Any, edition: Edition, reason: str, styles: list[tuple[int, simplekml.Style]]) -> None:
    centres = {code: centre_of(edition.places[code].geometry) for code in edition.places_at(DISTRICT)}
    for origin, destination, persons in _released(edition, reason):
        name = " – ".join(edition.name("origin", code, language("en")) for code in (origin, destination))
        if origin == destination:
            feature = folder.newpoint(name=name, coords=[centres[origin]])
        else:
            feature = folder.newlinestring(name=name, coords=[centres[origin], centres[destination]])
            feature.style = [style for least, style in styles if persons >= least][-1]
        text = "map.inside" if origin == destination else "map.flow"
        _describe(feature, edition, text, (origin, destination), persons)


def _released(edition: Edition, reason: str) -> Iterator[tuple[str, str, int]]:
    pairs = product(edition.places_at(DISTRICT, dimension="origin"), edition.places_at(DISTRICT))
    for origin, destination in pairs:
        persons = edition.persons(MOVEMENTS, (origin, destination, reason))
        if persons:
            yield origin, destination, persons


def _describe(feature: Any, edition: Edition, text: str, codes: tuple[str, ...], persons: int | None) -> None:
    """One line for each language, and the period."""
    lines = []
    for spoken in map(language, LANGUAGES):
        names = [edition.name("destination", code, spoken) for code in codes]
        figure = spoken.say("not_shown") if persons is None else spoken.persons(persons)
        lines.append(spoken.say(text, name=names[0], origin=names[0], destination=names[-1], figure=figure))
    feature.description = "\n".join(lines)
    feature.timespan = simplekml.TimeSpan(str(edition.now.period.monday), str(edition.now.period.sunday))


def _positions(ring: list[list[float]]) -> list[tuple[float, float]]:
    return [(position[0], position[1]) for position in ring]
