"""The short account in words: sentences from the language's texts, filled with released cells and nothing else.

A sentence whose number is not released is left out. Numbers are never written into a text by hand.
"""

from collections.abc import Iterator
from typing import Final

from exports.edition import DISTRICT, REGION, Edition
from exports.languages import Language
from exports.measure_flows import change_of, measure
from exports.rank_cells import largest_flows, largest_places, largest_reasons

__all__ = ["tell_narrative"]

MOST: Final = 3


def tell_narrative(edition: Edition, language: Language) -> tuple[str, ...]:
    """Paragraphs: the period and its change, reasons, places, ways, people."""
    paragraphs = (_arrivals, _reasons, _places, _ways, _people)
    told = [" ".join(paragraph(edition, language)) for paragraph in paragraphs]
    return (*filter(None, told), language.say("summary.hidden"))


def _arrivals(edition: Edition, language: Language) -> Iterator[str]:
    now = measure(edition, "arrivals")
    if now.persons is None:
        return
    yield language.say("summary.arrived", persons=language.persons(now.persons))
    change = change_of(edition, "arrivals")
    if change is not None:
        way = "same" if change == 0 else "more" if change > 0 else "fewer"
        before = language.number(now.persons - change)
        yield language.say(f"summary.{way}", difference=language.number(abs(change)), before=before)


def _reasons(edition: Edition, language: Language) -> Iterator[str]:
    yield from _ranking("reasons", "reason", largest_reasons(edition, MOST), edition, language)


def _places(edition: Edition, language: Language) -> Iterator[str]:
    yield from _ranking("regions", "destination", largest_places(edition, REGION, MOST), edition, language)
    yield from _ranking("districts", "destination", largest_places(edition, DISTRICT, MOST), edition, language)


def _ranking(text: str, dimension: str, ranked: list[tuple[str, int]], edition: Edition, language: Language) -> Iterator[str]:
    if not ranked:
        return
    items = (
        language.say("summary.item", name=edition.name(dimension, code, language), persons=language.persons(persons))
        for code, persons in ranked
    )
    yield language.say(f"summary.{text}", list=language.series(items))


def _ways(edition: Edition, language: Language) -> Iterator[str]:
    within = measure(edition, "within_regions")
    if within.persons is not None:
        text = "within" if within.exact else "within_at_least"
        yield language.say(f"summary.{text}", persons=language.persons(within.persons))
    for (origin, destination), persons in largest_flows(edition, 1):
        yield language.say(
            "summary.flow",
            origin=edition.name("origin", origin, language),
            destination=edition.name("destination", destination, language),
            persons=language.persons(persons),
        )
    borders = measure(edition, "across_borders")
    if borders.exact and borders.persons is not None:
        text = "borders" if borders.persons else "no_borders"
        yield language.say(f"summary.{text}", persons=language.persons(borders.persons))


def _people(edition: Edition, language: Language) -> Iterator[str]:
    children, women = measure(edition, "children"), measure(edition, "women")
    if children.exact and women.exact and children.persons is not None and women.persons is not None:
        yield language.say("summary.people", children=language.persons(children.persons), women=language.persons(women.persons))
