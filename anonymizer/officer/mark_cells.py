"""A protected table with a reason for every cell that is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from anonymizer.attacker import identity
from anonymizer.explain import reasons
from anonymizer.officer.look_inside import look_inside
from anonymizer.population import Population
from anonymizer.primary import Reason
from anonymizer.published import Key, PublishedTable
from core.audit import Purpose
from core.keys.keyring import KeyRing
from core.periods.period import Period

__all__ = ["MarkedTable", "mark_cells"]


@dataclass(frozen=True)
class MarkedTable:
    """A table as it was published, and why each cell that is not published is not."""

    table: PublishedTable
    reasons: Mapping[Key, Reason] = field(repr=False)


def mark_cells(
    session: Session, ring: KeyRing, period: Period, population: Population = Population.MOVEMENTS, *, purpose: Purpose
) -> list[MarkedTable]:
    """All tables of one population in a protected period (zone anonymizer); raises `NotAllowed` and what loading raises."""
    inside = look_inside(session, ring, period, population, purpose=purpose, kind="table")
    found = reasons(inside.counted, inside.published, inside.policy)
    marked = []
    for table in inside.published:
        hidden = (key for key, number in table.cells.items() if number is None)
        marked.append(MarkedTable(table, {key: found[identity(table.dimensions, key)] for key in hidden}))
    return marked
