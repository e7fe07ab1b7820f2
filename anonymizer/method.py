"""How a table is protected: one of several methods, chosen per table, and never two on the same variables.

Each method is safe by what it keeps back, and another release of the same people may give just that: a true total beside
noisy parts takes the noise out. So which method a release used is part of what it says.
"""

from enum import StrEnum
from typing import Final

__all__ = ["Method", "why_not_beside"]


class Method(StrEnum):
    """What is done to a table before it leaves; the value is how commands and certificates write it."""

    SUPPRESSION = "suppression"
    """True numbers, some of them hidden."""
    ROUNDING = "rounding"
    """Every number a multiple of one base, and every total the sum of its parts."""
    CELL_KEYS = "cell-keys"
    """Noise drawn from secret keys of the records: the same records always get the same."""
    DIFFERENTIAL_PRIVACY = "differential-privacy"
    """Noise accounted for in a ledger of what may still be spent."""
    MICRODATA = "microdata"
    """True records, made so coarse that several persons always look alike."""
    SYNTHETIC = "synthetic"
    """Records drawn from numbers that were released: they say nothing that those do not say."""


_TRUE: Final = frozenset({Method.SUPPRESSION, Method.MICRODATA})
_NOISY: Final = frozenset({Method.CELL_KEYS, Method.DIFFERENTIAL_PRIVACY})


def why_not_beside(one: Method, other: Method) -> str | None:
    """Why releases of the same variables and periods may not be made by both methods; None where they may.

    That two releases are by the same method does not make them safe together: each method has rules of its own for that.
    """
    both = {one, other}
    if one is other or Method.SYNTHETIC in both:
        return None
    if Method.DIFFERENTIAL_PRIVACY in both:
        return "the ledger accounts for its own noise alone, and promises nothing beside another release of the same people"
    if both <= _TRUE:
        return "the records would show what the table hides"
    if both & _NOISY and both & _TRUE:
        return "true numbers beside noisy ones take the noise out"
    if both & _TRUE:
        return "true numbers bound rounded ones to less than was promised, and rounded ones bound what is hidden among the true"
    return "rounding and noise blur the same number twice, and both together leave less of it open than each by itself"
