"""The pyramid: arrivals by sex and age, women and girls to one side, men and boys to the other."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from anonymizer import TOTAL
from exports.edition import ARRIVALS, Edition, codes_of
from exports.languages import Language
from exports.render_template import render_template

__all__ = ["age_bands", "draw_pyramid", "sexes"]

LONGEST_BAR: Final = 230
ROW_HEIGHT: Final = 30


@dataclass(frozen=True)
class Bar:
    """One bar, `length` in drawing units; not `shown` where the cell is suppressed."""

    length: int
    figure: str
    shown: bool


def sexes(edition: Edition) -> list[str]:
    """The codes of sex, without the total."""
    return [code for code in codes_of(edition.table(ARRIVALS).dimensions[1]) if code != TOTAL]


def age_bands(edition: Edition) -> list[str]:
    """The codes of age, youngest first, without the total."""
    return [code for code in codes_of(edition.table(ARRIVALS).dimensions[2]) if code != TOTAL]


def draw_pyramid(edition: Edition, language: Language) -> Markup:
    """An SVG drawing of 720 units across; the oldest on top."""
    unit = LONGEST_BAR / _most(edition)
    female, male = (_bars(edition, language, sex, unit) for sex in ("female", "male"))
    ages = [language.drawn(language.label("age", band)) for band in age_bands(edition)]
    return render_template(
        "pyramid.svg.j2",
        rows=list(zip(ages, female, male, strict=True))[::-1],
        height=ROW_HEIGHT * len(ages) + 30,
        step=ROW_HEIGHT,
        female=language.label("sex", "female"),
        male=language.label("sex", "male"),
        mirrored=language.direction == "rtl",
    )


def _bars(edition: Edition, language: Language, sex: str, unit: float) -> list[Bar]:
    counts = (edition.persons(ARRIVALS, (TOTAL, sex, band)) for band in age_bands(edition))
    return [Bar(round(unit * (persons or 0)), language.number(persons), persons is not None) for persons in counts]


def _most(edition: Edition) -> int:
    cells = (edition.persons(ARRIVALS, (TOTAL, sex, band)) for sex in sexes(edition) for band in age_bands(edition))
    return max((persons or 0 for persons in cells), default=0) or 1
