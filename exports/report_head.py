"""What stands above every report in one language: what it is, whose, of when, and whom to ask."""

from dataclasses import dataclass

from exports.edition import Edition
from exports.languages import Language

__all__ = ["ReportHead", "head_of"]


@dataclass(frozen=True)
class ReportHead:
    """All numbers are written out."""

    language: str
    direction: str
    title: str
    operation: str
    kind: str
    period: str
    made: str
    contact: str


def head_of(edition: Edition, language: Language, title: str) -> dict[str, str]:
    """By the names of `ReportHead`; `title` is a text of the language."""
    say, period, operation = language.say, edition.now.period, edition.operation(language)
    return {
        "language": language.code,
        "direction": language.direction,
        "title": say(title),
        "operation": operation,
        "kind": edition.kind,
        "period": say("period", name=language.named(period), year=period.year, days=language.days(period)),
        "made": say("made", day=language.day(edition.made_at)),
        "contact": say("contact", contact=edition.contact or say("contact_default", operation=operation)),
    }
