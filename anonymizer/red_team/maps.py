"""Attack 9: look at the map instead of the table.

The class of a shade is an interval; an arrow or a line stands for somebody; the size of a circle, the attributes of a shape and
the data of a globe file's feature tell of numbers. A cell that is not shown must look like any other that is not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lxml import etree

from anonymizer.attacker import Interval
from anonymizer.dimension import TOTAL
from anonymizer.published import Identity
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.open_release import Names, Published
from anonymizer.red_team.read_report import number_in, page_of
from anonymizer.red_team.read_sentences import XML

__all__ = ["attack"]

NAME: Final = "maps"
POSITIONS: Final = frozenset({"d", "x", "y", "cx", "cy", "points", "transform", "id"})
DATA: Final = "{*}ExtendedData"


def attack(releases: Sequence[Published]) -> Findings:
    """What drawings and globe files tell of cells that are not shown."""
    for release in releases:
        for path in release.paths(".html", ".svg"):
            page = page_of(release.files[path])
            yield from _drawings(release, path, page, release.names.get(str(page.get("lang")), {}))
        for path in release.paths(".kml"):
            yield from _globe(release, path)


def _drawings(release: Published, path: str, page: Any, names: Names) -> Iterator[Finding]:
    hidden_looks: dict[str, set[tuple[str, ...]]] = {}
    classes = _legend(page)
    for title in page.iter("title"):
        shape = title.getparent()
        if shape is None or shape.tag not in {"path", "g"}:
            continue
        head, _, figure = (title.text or "").rpartition(":")
        kind = "area" if shape.tag == "path" else "circle" if shape.find("circle") is not None else "arrow"
        cell = _cell(kind, _places(head, names))
        if cell is None or release.figures.get(cell, 0) is not None:
            continue
        if kind == "arrow":
            yield Finding(
                NAME, release.name, path, f"an arrow stands for {cell_text(cell)}: somebody went", cell, Interval(1, None)
            )
        if (number := number_in(re.sub(r"[^\d,\u202f\u00a0]", "", figure))) is not None:
            yield Finding(NAME, release.name, path, f"a title tells {cell_text(cell)}", cell, Interval(number, number))
        if (shade := classes.get(str(shape.get("fill")))) is not None:
            yield Finding(NAME, release.name, path, f"the shade of {cell_text(cell)} is that of a class", cell, shade)
        hidden_looks.setdefault(kind, set()).add(tuple(_look(shape)))
    for kind, looks in hidden_looks.items():
        if len(looks) > 1:
            yield Finding(
                NAME, release.name, path, f"shapes ({kind}) for cells that are not shown differ in more than their place"
            )


def _legend(page: Any) -> dict[str, Interval]:
    """The classes of shades, by colour."""
    found: dict[str, Interval] = {}
    for box in page.xpath("//*[contains(@class, 'legend')]//rect"):
        label = box.getnext()
        numbers = [
            number_in(each) for each in re.findall(r"\d[\d,\u202f\u00a0]*", "" if label is None else label.text_content())
        ]
        if numbers and numbers[0] is not None:
            found[str(box.get("fill"))] = Interval(numbers[0], None if "+" in label.text_content() else numbers[-1])
    return found


def _places(text: str, names: Names) -> list[str]:
    """The codes of the places that a text names, in its order; longer names first, so that no name is found within another."""
    found: dict[int, str] = {}
    rest = text
    for (dimension, code), name in sorted(names.items(), key=lambda item: -len(item[1])):
        if dimension == "destination" and code != TOTAL:
            while (at := rest.find(name)) >= 0:
                found[at] = code
                rest = rest[:at] + "\0" * len(name) + rest[at + len(name) :]
    return [found[at] for at in sorted(found)]


def _cell(kind: str, places: Sequence[str]) -> Identity | None:
    if kind == "area" and len(places) == 1:
        return (("destination", places[0]),)
    if kind == "circle" and len(places) == 1:
        return (("destination", places[0]), ("origin", places[0]))
    if kind == "arrow" and len(places) == 2:
        return (("destination", places[1]), ("origin", places[0]))
    return None


def _look(shape: Any) -> Iterator[str]:
    for element in shape.iter():
        if element.tag != "title":
            yield f"{element.tag} {(element.text or '').strip()}"
            yield from (f"{name}={value}" for name, value in sorted(element.attrib.items()) if name not in POSITIONS)


def _globe(release: Published, path: str) -> Iterator[Finding]:
    root = etree.fromstring(release.files[path], XML)
    names = release.names.get("en", {})
    colours = {f"#{style.get('id')}": style.findtext(".//{*}color") for style in root.iter("{*}Style")}
    shown, hidden = set(), set()
    for mark in root.iter("{*}Placemark"):
        places = _places(mark.findtext("{*}name") or "", names)
        area = mark.find(".//{*}Polygon") is not None
        cell = _cell("area", places) if area else _moved(places * (2 if len(places) == 1 else 1), mark, names)
        if mark.find(DATA) is not None:
            yield Finding(NAME, release.name, path, "a feature carries data of its own", cell)
        if cell is None:
            continue
        colour = colours.get(mark.findtext("{*}styleUrl") or "", "")
        if release.figures.get(cell, 0) is not None:
            shown.add((area, colour))
            continue
        hidden.add((area, colour))
        if not area:
            yield Finding(
                NAME, release.name, path, f"a feature stands for {cell_text(cell)}: somebody went", cell, Interval(1, None)
            )
        told = [
            number_in(each.rpartition(":")[2].strip().split(" ")[0])
            for each in (mark.findtext("{*}description") or "").split("\n")
        ]
        for number in {each for each in told if each is not None}:
            yield Finding(NAME, release.name, path, f"a description tells {cell_text(cell)}", cell, Interval(number, number))
    areas = {colour for area, colour in hidden if area}
    if len(areas) > 1 or areas & {colour for area, colour in shown if area}:
        yield Finding(NAME, release.name, path, "areas that are not shown differ in shade, or have the shade of some that are")


def _moved(places: Sequence[str], mark: Any, names: Mapping[tuple[str, str], str]) -> Identity | None:
    """The cell of a movement: its two places, and the reason that its folder is called by."""
    cell = _cell("arrow", places)
    folder = (mark.getparent().findtext("{*}name") or "").casefold()
    reason = [
        ("reason", code)
        for (dimension, code), name in names.items()
        if dimension == "reason" and code != TOTAL and name.casefold() == folder
    ]
    return None if cell is None else tuple(sorted([*cell, *reason]))
