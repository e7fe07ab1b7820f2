"""The notation of indicators, read strictly."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from forms.definition import Question
from forms.indicators.errors import IndicatorUnreadable

__all__ = ["Indicator", "indicators_of", "most_of", "parse_indicators"]

HEAVIEST: Final = 100
OPEN: Final = "?"
SECTION: Final = re.compile(r"\s*([a-z][a-z0-9_]*)\s*:\s*(\S.*?)\s*")
WEIGHED: Final = re.compile(r"([^\s=;:]+)=([0-9]{1,3}|\?)")
MULTIPLE: Final = "select"  # every code chosen counts; of one answer only one


@dataclass(frozen=True)
class Indicator:
    """What one answer says: the group that it belongs to, and how much it weighs; None where it leaves the question open."""

    group: str
    weight: int | None


def indicators_of(question: Question) -> Mapping[str, Indicator]:
    """By code of an answer; empty where the question scores nothing. Raises `IndicatorUnreadable`."""
    return parse_indicators(question.indicator)


def most_of(question: Question) -> Mapping[str, int]:
    """By group, what an answer to the question could weigh at most."""
    by_group: dict[str, list[int]] = {}
    for one in indicators_of(question).values():
        by_group.setdefault(one.group, []).append(one.weight or 0)
    together = sum if question.kind == MULTIPLE else max
    return {group: together(weights) for group, weights in by_group.items()}


@lru_cache(256)
def parse_indicators(text: str) -> Mapping[str, Indicator]:
    """Read the notation; raises `IndicatorUnreadable`. The same code may stand once."""
    read: dict[str, Indicator] = {}
    for code, one in _weighed(text):
        if code in read:
            raise IndicatorUnreadable(text=text)
        read[code] = one
    return MappingProxyType(read)


def _weighed(text: str) -> Iterator[tuple[str, Indicator]]:
    for section in text.split(";") if text.strip() else ():
        found = SECTION.fullmatch(section)
        if found is None:
            raise IndicatorUnreadable(text=text)
        for word in found[2].split():
            pair = WEIGHED.fullmatch(word)
            if pair is None or not (pair[2] == OPEN or 1 <= int(pair[2]) <= HEAVIEST):
                raise IndicatorUnreadable(text=text)
            yield pair[1], Indicator(found[1], None if pair[2] == OPEN else int(pair[2]))
