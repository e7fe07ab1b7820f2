"""One whole table that could stand behind the published numbers: all others are looked for from there.

Where tables hang together in few cells only, those are decided first, then each layer by itself: all at once, a
program over a month and its weeks answers with halves nearly everywhere, and branching gets nowhere.
"""

from typing import Final

import numpy as np

from anonymizer.attacker.deduction import Contradiction, Core
from anonymizer.attacker.joint_program import JointProgram
from anonymizer.attacker.layers import Apart, Layers
from anonymizer.attacker.pump import pumped
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.attacker.whole_tables import extreme_whole, some_whole, whole_near

__all__ = ["first_table"]

FEW: Final = 4  # persons


def first_table(core: Core, layers: Layers | None) -> Whole | None:
    """Values of all columns that keep all equations, None where none were found; raises `Contradiction` where there are none.

    They are to be checked by whoever takes them.
    """
    if layers is not None and (found := _by_layers(core, layers.apart)) is not None:
        return found
    return _somewhere_inside(core.equations, core.lower, core.upper)


def _somewhere_inside(equations: Equations, lower: Whole, upper: Whole) -> Whole | None:
    every = np.ones(len(lower), bool)
    # each column a little above its least: so that not too many are at their ends
    values = JointProgram(equations, lower, upper).solve(lower, lower + FEW, ~every, every)
    if values is None:
        raise Contradiction
    whole = whole_near(equations, pumped(equations, values, lower, upper), lower, upper)
    return whole if whole is not None else extreme_whole(equations, lower, upper, np.zeros(len(every))).values


def _by_layers(core: Core, apart: Apart) -> Whole | None:
    """First the ties, then each layer beside them; None where nothing was found."""
    inside, values = apart.core, _ties_first(apart)
    if values is None:
        return None
    for own in apart.own:
        try:
            found = _somewhere_inside(inside.equations.among(own, values), inside.lower[own], inside.upper[own])
        except Contradiction:  # only with these ties
            found = None
        if found is None:
            return None
        values[own] = found
    return core.columns(apart.complete(values))


def _ties_first(apart: Apart) -> Whole | None:
    """Whole values of the ties, beside which each layer has some values, in fractions maybe; all others are 0."""
    core, every = apart.core, np.ones(len(apart.core.lower), bool)
    values = JointProgram(core.equations, core.lower, core.upper).solve(core.lower, core.lower + FEW, ~every, every)
    if values is None:
        raise Contradiction
    found = some_whole(core.equations, values, core.lower, core.upper, apart.ties)
    if found is None:
        return None
    whole = np.zeros(len(core.lower), np.int64)
    whole[apart.ties] = found
    return whole
