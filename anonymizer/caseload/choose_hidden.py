"""Which codes of the caseload are hidden: those of which too few are there, came or went, and beside them others, the poorest
first, until their sum may be told."""

from collections.abc import Iterator, Sequence

from anonymizer.caseload.criterion import Criterion
from anonymizer.caseload.groups import ALL
from anonymizer.dimension import TOTAL

__all__ = ["choose_hidden"]


def choose_hidden(criterion: Criterion) -> frozenset[str] | None:
    """The codes of a table to hide, with all below them; None where not even its total may be told."""
    return None if criterion.why_not(ALL) else frozenset(_hidden_below(criterion, TOTAL))


def _hidden_below(criterion: Criterion, parent: str) -> Iterator[str]:
    dimension = criterion.dimension
    codes = dimension.children.get(parent, ())
    hidden = _hidden_among(criterion, codes)
    for code in codes:
        if code in hidden:
            yield from (below for below in dimension.parents if code in dimension.climb(below))
        else:
            yield from _hidden_below(criterion, code)


def _hidden_among(criterion: Criterion, codes: Sequence[str]) -> Sequence[str]:
    poorest = criterion.poorest_first(codes)
    hidden = [code for code in poorest if criterion.why_not((code,))]
    others = [code for code in poorest if code not in hidden]
    while hidden and others and (len(hidden) == 1 or criterion.why_not(tuple(hidden))):
        hidden.append(others.pop(0))
    return hidden
