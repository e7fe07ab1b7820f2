"""Attackers who know some cells from their own work: what they learn of the others, one attacker after the other.

Each is asked for those cells only that hang together with what they know: no sum leads from there to any other. Within
that everything is asked for, so the answer is exact.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from anonymizer.attacker.attack import Attacker
from anonymizer.outside import Outside
from anonymizer.published import Identity, PublishedTable

__all__ = ["learned_by_insiders"]


def learned_by_insiders(
    tables: Sequence[PublishedTable],
    insiders: Sequence[Mapping[Identity, int]],
    wanted: Mapping[Identity, tuple[int, int]],
    outside: Outside = (),
) -> Iterator[tuple[int, list[Identity]]]:
    """For each insider, by number, the cells that they bound more tightly than is wanted, given the numbers that they know.

    What an insider knows to begin with is not asked for.
    """
    unknowns = Attacker(tables, outside=outside).unknowns
    names = unknowns.names()
    touching = abs(unknowns.equations.signs)
    _, component = connected_components(touching.T @ touching, directed=False)
    for number, known in enumerate(insiders):
        near = np.unique(component[[names[cell] for cell in known if cell in names]])
        asked = {
            cell: ends
            for cell, ends in wanted.items()
            if cell in names and cell not in known and component[names[cell]] in near
        }
        yield number, Attacker(tables, known=known, outside=outside).out_of_reach(asked) if asked else []
