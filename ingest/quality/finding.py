"""What a check found, to be told to a supervisor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

__all__ = ["OF_SEVERAL", "Check", "Finding"]


class Check(StrEnum):
    """What was looked for. Those in `OF_SEVERAL` compare a submission with others of its form."""

    CONSTRAINT = "constraint"  # the form's own, broken
    REQUIRED = "required"  # asked for, relevant and not answered
    NOT_ASKED = "not_asked"  # answered though the form would not have asked
    OUT_OF_RANGE = "out_of_range"
    STRAIGHT_LINE = "straight_line"  # the same choice in every row of a block
    TOO_FAST = "too_fast"
    TOO_SLOW = "too_slow"
    OUTSIDE_AREA = "outside_area"
    INACCURATE = "inaccurate"  # a position
    OUTLIER = "outlier"
    SAME_HOUSEHOLD = "same_household"
    ALIKE = "alike"  # nearly the same answers as another submission of the same collector
    FAILED = "failed"  # the checks themselves


OF_SEVERAL: Final = frozenset({Check.OUTLIER, Check.SAME_HOUSEHOLD, Check.ALIKE})


@dataclass(frozen=True)
class Finding:
    """`question` is called as in the form; empty where all answers are meant. `told` explains: numbers, limits, and answers
    to questions that do not by themselves point at a person."""

    check: Check
    question: str = ""
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
