"""What protecting a period cost, level by level: cells, and the share of persons that the hidden ones hold.

A sum over one or two hidden cells would be their counts. So shares are whole percents, and where fewer than three cells that
hold somebody are hidden none is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from anonymizer.loss import Loss, losses
from anonymizer.officer.look_inside import look_inside
from anonymizer.policy import Policy
from anonymizer.population import Population
from core.audit import Purpose
from core.keys.keyring import KeyRing
from core.periods.period import Period

__all__ = ["LevelTold", "Losses", "read_losses", "tell_levels"]

FEWEST: Final = 3


@dataclass(frozen=True)
class LevelTold:
    """One level of a table: `names` are told apart there, `level` has a number for each dimension, 0 for its total.

    Cells in all; hidden since they are unsafe; hidden beside those though they hold enough; and hidden zeros. `percent` of
    its persons are in hidden cells; None where that is not told.
    """

    table: str
    level: tuple[int, ...]
    names: tuple[str, ...]
    cells: int
    unsafe: int
    beside: int
    zeros: int
    percent: int | None

    @property
    def hidden(self) -> int:
        return self.unsafe + self.beside + self.zeros

    @property
    def shown(self) -> int:
        return self.cells - self.hidden


@dataclass(frozen=True)
class Losses:
    """What a period lost under its policy, table by table from the totals down."""

    policy: Policy
    levels: tuple[LevelTold, ...]


def read_losses(
    session: Session, ring: KeyRing, period: Period, population: Population = Population.MOVEMENTS, *, purpose: Purpose
) -> Losses:
    """What one population lost in a protected period (zone anonymizer); raises `NotAllowed` and what loading raises."""
    inside = look_inside(session, ring, period, population, purpose=purpose, kind="losses")
    return Losses(inside.policy, tell_levels(losses(inside.counted, inside.published, inside.policy)))


def tell_levels(found: Iterable[Loss]) -> tuple[LevelTold, ...]:
    """What of losses is told to an officer."""
    return tuple(
        LevelTold(loss.table, loss.level, loss.names, loss.every, loss.unsafe, loss.beside, loss.zeros, _percent(loss))
        for loss in found
    )


def _percent(loss: Loss) -> int | None:
    holding = loss.unsafe + loss.beside
    return round(100 * loss.share) if not holding or holding >= FEWEST else None
