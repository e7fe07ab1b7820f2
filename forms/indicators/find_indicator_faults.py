"""Find what a workbook's indicators cannot mean, and where an answer that weighs something must not be kept."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from forms.definition import PrivacyClass, RecordPart, classify
from forms.errors import Finding
from forms.indicators.errors import IndicatorUnreadable
from forms.indicators.indicator import parse_indicators
from forms.read_workbook import Row, Workbook

__all__ = ["indicator_faults", "what_is_wrong"]

REPEAT: Final = re.compile(r"(begin|end)[ _](repeat|loop|looped group)\b")
CHOICE: Final = re.compile(r"(?:select[ _]one|select[ _]multiple|rank)\s+(\S+)")
CLOSED: Final = frozenset({RecordPart.IDENTITY, RecordPart.CONTACT})


def indicator_faults(workbook: Workbook) -> Iterator[Finding]:
    """Every fault of the column `bind::ws:indicator`."""
    depth = 0
    for row in workbook.rows("survey"):
        bracket = REPEAT.match(row.value("type"))
        depth += {"begin": 1, "end": -1}[bracket[1]] if bracket else 0
        text = row.value("ws:indicator")
        if text:
            privacy, part, _ = classify(row.value("ws:privacy"), row.value("ws:part"), row.value("ws:statistic"))
            for what, remedy in what_is_wrong(text, _codes(workbook, row), privacy, part, in_repeat=depth > 0):
                yield Finding(row.sheet, row.number, text, what, remedy)


def what_is_wrong(
    text: str, codes: Collection[str] | None, privacy: PrivacyClass, part: RecordPart, *, in_repeat: bool
) -> Iterator[tuple[str, str]]:
    """What, and what to do. `codes` are those of the question's choices; None where the form does not say them."""
    if privacy is PrivacyClass.DIRECT:
        yield "A direct identifier is no indicator.", "Say in `bind::ws:privacy` that it is none, or remove this."
    elif part in CLOSED:
        yield f"An indicator cannot be kept with the {part}.", "Keep it in `bind::ws:part` with the facts or the narrative."
    if in_repeat:
        yield "An indicator cannot stand in a repeat: it speaks of one person.", "Move the question out of it, or remove this."
    try:
        weighed = parse_indicators(text)
    except IndicatorUnreadable as unreadable:
        yield unreadable.what, unreadable.what_to_do
        return
    for code in weighed:
        if codes is not None and code not in codes:
            yield f"'{code}' is no choice of this question.", f"Its choices are: {', '.join(codes)}."


def _codes(workbook: Workbook, row: Row) -> list[str] | None:
    named = CHOICE.match(row.value("type"))
    if named is None:
        return None
    codes = [it.value("name") for it in workbook.rows("choices") if it.value("list_name") == named[1]]
    return codes or None  # of a list that is not there another finding speaks
