"""From many broken columns to few: the feasibility pump (Fischetti, Glover and Lodi, Mathematical Programming 104, 2005).

A corner of a large system is broken in one column of ten, and whole numbers for so many at once are beyond branching. So each
broken column is drawn to one of the two whole numbers beside it, by a linear program over these and what shares a sum with
them; the corner that it finds is broken in far fewer. What is whole and further away stays.
"""

from typing import Final

import numpy as np

from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.joint_program import NEAR, Flags, Reals, load_program
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.errors import SolverGaveUp

__all__ = ["pumped"]

FEW: Final = 200  # broken columns, which branching makes whole
LESS: Final = 0.9  # of the broken ones may be left by a program, or it was in vain
TRIES: Final = 3  # in vain, one after the other, and pumping ends
SLIGHT: Final = 0.01  # what moving a whole column costs, beside 1 to 2 for one that is broken
SIDES: Final = 0.3  # how far from the middle between two whole numbers chance still chooses the side


def pumped(equations: Equations, values: Reals, lower: Whole, upper: Whole, *, few: int = FEW) -> Reals:
    """Values that keep the equations as these do, with at most `few` of them broken if that can be had, never with more.

    Raises `SolverGaveUp`.
    """
    chance, ends = np.random.default_rng(0), np.where(upper == FAR, np.inf, upper)
    touches, tries = abs(equations.signs), TRIES
    while np.count_nonzero(broken := _broken(values)) > few and tries:
        near = np.flatnonzero(touches.T @ (touches @ broken.astype(np.int64)))
        drawn = values.copy()
        drawn[near] = _drawn(equations, values, near, (lower, ends), chance)
        left, before = np.count_nonzero(_broken(drawn)), np.count_nonzero(broken)
        tries = TRIES if left < LESS * before else tries - 1
        values = drawn if left < before else values
    return values


def _broken(values: Reals) -> Flags:
    broken: Flags = np.abs(values - np.rint(values)) > NEAR
    return broken


def _drawn(equations: Equations, values: Reals, near: Whole, ends: tuple[Whole, Reals], chance: np.random.Generator) -> Reals:
    """Values of the columns `near`, of which the broken ones are drawn to a whole number beside them, others hardly moved."""
    part = equations.among(near, np.rint(values).astype(np.int64))
    own, (least, most) = values[near], (end[near] for end in ends)
    broken, up = _broken(own), np.rint(own + chance.uniform(-SIDES, SIDES, len(own))) > own
    room = np.where(broken, 0, 1)
    least, most = np.maximum(np.floor(own) - room, least), np.minimum(np.ceil(own) + room, most)
    costs = np.where(broken, np.where(up, -1.0, 1.0) * (1 + chance.random(len(own))), SLIGHT * chance.random(len(own)))
    solver = load_program(part.signs, part.amounts, least, most, costs)
    solver.setOptionValue("presolve", "choose")
    solver.run()
    if (status := solver.getModelStatus()).name != "kOptimal":
        raise SolverGaveUp(status=status.name)
    found: Reals = np.array(solver.getSolution().col_value)
    return found
