"""How a dimension could become coarser by one step: without its innermost level, with small siblings merged, or top-coded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.tool.choose_coarser import Coarsening

__all__ = ["Steps", "candidates"]

Steps: TypeAlias = tuple[Coarsening, ...]


def candidates(dimension: Dimension, persons: Mapping[str, int], *, ordered: bool) -> Iterator[Steps]:
    """Steps that each make the dimension coarser by a little; `persons` says how many each of its codes holds.

    A dimension that is `ordered`, as ages are, is top-coded: its last codes become one. Of any other the small siblings do:
    those that hold less than half of an equal share of what is above them, and one more where there is only one. Codes with
    different parents are never merged.
    """
    if dimension.levels > 1:
        yield (Coarsening(dimension.name, level=dimension.levels),)
    innermost = {
        parent: codes
        for parent, codes in dimension.children.items()
        if len(codes) > 2 and not any(code in dimension.children for code in codes)
    }
    chosen = {parent: _last(codes, persons) if ordered else _small(codes, persons) for parent, codes in innermost.items()}
    merged = tuple(_merge(dimension, parent, codes) for parent, codes in chosen.items() if codes)
    if merged:
        yield merged


def _small(codes: Sequence[str], persons: Mapping[str, int]) -> list[str]:
    by_size = sorted(codes, key=lambda code: (persons[code], code))
    half = sum(persons[code] for code in codes) / len(codes) / 2
    small = [code for code in by_size if persons[code] < half]
    return by_size[: max(len(small), 2)] if small else []


def _last(codes: Sequence[str], persons: Mapping[str, int]) -> list[str]:
    """The last codes in their order: two, or as many as hold an equal share together; never all."""
    share = sum(persons[code] for code in codes) / len(codes)
    ordered = sorted(codes)
    count = 2
    while count < len(codes) - 1 and sum(persons[code] for code in ordered[-count:]) < share:
        count += 1
    return ordered[-count:]


def _merge(dimension: Dimension, parent: str, codes: Sequence[str]) -> Coarsening:
    """The merged code is called after what it lies in: XM-rest, or rest under the total."""
    name = "rest" if parent == TOTAL else f"{parent}-rest"
    while name in dimension.parents and name not in codes:
        name += "-2"
    return Coarsening(dimension.name, codes=tuple(codes), into=name)
