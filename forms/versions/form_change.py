"""One thing that is other in a newer version of a form."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["FormChange", "What"]


class What(StrEnum):
    """What is other."""

    FORM = "form"  # these are two forms, not two versions of one
    RECORDS = "records"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    KIND = "kind"
    CHOICE_ADDED = "choice added"
    CHOICE_REMOVED = "choice removed"
    CHOICE_WORDED = "choice worded anew"
    WORDED = "worded anew"
    PRIVACY = "privacy class"
    PART = "part of the record"
    STATISTIC = "statistic"
    INDICATOR = "indicator"
    RULE = "rule"
    LANGUAGES = "languages"
    FILE = "file"


@dataclass(frozen=True)
class FormChange:
    """What is other, where (a question's path, or what else the form has), and what follows.

    `answers` says what it does to answers that are stored, `statistics` what it does to what is counted; empty: nothing.
    """

    where: str
    what: What
    before: str
    after: str
    answers: str = ""
    statistics: str = ""
