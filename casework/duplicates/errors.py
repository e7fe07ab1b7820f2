"""What the room of duplicates refuses. No message names a person or says how alike two of them are."""

from core.errors import Problem

__all__ = [
    "ExchangeUnknown",
    "ListOutOfBounds",
    "ListUnreadable",
    "MergeUnknown",
    "MergedAlready",
    "NotTwoPersons",
    "PairUnknown",
    "SaltUsed",
]


class NotTwoPersons(Problem):
    code = "CASE-110"
    says = "Person {survivor} and person {merged} are one record already."
    remedy = "Nothing was changed. Open the person to see what is linked."


class MergedAlready(Problem):
    code = "CASE-111"
    says = "Person {person} was merged into another one, and no longer stands for itself."
    remedy = "Open the person, which shows the one that answers for it, and merge that one; or undo the earlier merge first."


class MergeUnknown(Problem):
    code = "CASE-112"
    says = "There is no merge {merge} in your reach that could be undone."
    remedy = "Open the person to see which merges stand; one that was undone stays so."


class PairUnknown(Problem):
    code = "CASE-113"
    says = "There is no open pair {pair} in your reach."
    remedy = "List the open pairs again: it may have been decided, or one of its records was corrected or erased."


class SaltUsed(Problem):
    code = "CASE-114"
    says = "This salt has served an exchange already."
    remedy = "Make a new one with `bin/waystation match salt`: under one salt, two lists could be laid side by side."


class ListUnreadable(Problem):
    code = "CASE-115"
    says = "The list of tokens cannot be compared: {reason}."
    remedy = "Ask the partner for a list made under the salt of this exchange with the same version of the format."


class ListOutOfBounds(Problem):
    code = "CASE-116"
    says = "The {whose} list does not hold between {least} and {most} rows."
    remedy = (
        "A short list asks after single persons, a long one gives away a whole operation: compare lists within the bounds, "
        "drawn for a purpose that you can name."
    )


class ExchangeUnknown(Problem):
    code = "CASE-117"
    says = "No list of ours was made under this salt that still awaits comparison."
    remedy = (
        "Make our list first (`bin/waystation match export`); after a comparison its rows are gone, and a new salt is needed."
    )
