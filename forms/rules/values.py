"""Values of expressions and how one becomes another: XPath 1.0, section 4, and for days what ODK's clients do.

A day or moment counts as days since 1970-01-01, so that it can be compared and reckoned with. Several answers, of a repeat, are
a list; as one value it is its first.
"""

import math
from datetime import UTC, date, datetime
from typing import Final

__all__ = ["Value", "days_of", "equal", "is_true", "number", "said"]

Value = str | float | bool | list[str]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS: Final = 86_400


def said(value: Value) -> str:
    """As text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return value[0] if value else ""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.15g}"
    return value


def number(value: Value) -> float:
    """As a number; NaN where it is none."""
    if isinstance(value, str) and value.isdecimal() and value.isascii():  # as most are: a count
        return float(value)
    if isinstance(value, bool | float):
        return float(value)
    text = said(value).strip()
    days = days_of(text)
    if days is not None:
        return days
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return math.nan


def is_true(value: Value) -> bool:
    """As true or false: a text that is not empty is true, a number unless it is 0 or none."""
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return bool(value)


def equal(left: Value, right: Value) -> bool:
    """Whether they are the same, as XPath compares two values of different kinds."""
    if isinstance(left, bool) or isinstance(right, bool):
        return is_true(left) == is_true(right)
    if isinstance(left, float) or isinstance(right, float):
        return number(left) == number(right)
    return said(left) == said(right)


def days_of(text: str) -> float | None:
    """Days since 1970 of an ISO day or moment; None for anything else. A day is taken as it stands, wherever it was written."""
    if len(text) < 10 or text[4:5] != "-":
        return None
    try:
        if len(text) == 10:
            return float((date.fromisoformat(text) - EPOCH.date()).days)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH).total_seconds() / SECONDS
