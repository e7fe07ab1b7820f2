"""Why one cell is hidden, what anybody can work out of it, and what publishing it would give away.

What it holds is not told: the number of a small cell is next to a name. The officer sees the reason and the interval that the
releases leave open; of other cells only which they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from anonymizer.attacker import Interval
from anonymizer.explain import explain
from anonymizer.officer.as_one_system import TIME, as_one_system, name_in, within_the_widest
from anonymizer.officer.list_periods import protected_periods
from anonymizer.officer.look_inside import Inside, leave_line, open_period, require_officer
from anonymizer.population import Population
from anonymizer.primary import Reason
from anonymizer.published import Identity, PublishedTable
from anonymizer.tool.cell_names import read_cell, write_cell
from core.audit import Purpose
from core.keys.keyring import KeyRing
from core.periods.period import Period, parse_period

__all__ = ["CellExplained", "CellTold", "explain_cell"]


@dataclass(frozen=True)
class CellTold:
    """A cell of a period, as `origin=XM01,destination=_T`."""

    period: Period
    cell: str


@dataclass(frozen=True)
class CellExplained:
    """Why a cell is hidden; the `interval` that all releases of its period together leave open of it; the cells that would be
    known too well if it were published; and the cells and totals of which too few, or nobody, would be known to be left."""

    cell: str
    reason: Reason
    interval: Interval
    betrayed: tuple[CellTold, ...]
    rests: tuple[tuple[CellTold, CellTold], ...]


def explain_cell(
    session: Session,
    ring: KeyRing,
    period: Period,
    cell: str,
    population: Population = Population.MOVEMENTS,
    *,
    purpose: Purpose,
) -> CellExplained:
    """Explain a cell of a protected period (zone anonymizer), written as `origin=XM01,reason=flood`.

    A period that lies in a longer one is attacked together with that, and with all that lies in it. Raises `NotAllowed`,
    `CellUnknown` and what loading raises.
    """
    operation = require_officer(session, period).operation
    own = open_period(session, ring, operation, period, population)
    name = read_cell(cell, own.published)
    leave_line(session, period, purpose=purpose, kind="cell", code=_told(name, own, own.published).cell)  # never as typed
    together = within_the_widest(period, protected_periods(session, operation, population))
    opened = [own if each == period else open_period(session, ring, operation, each, population) for each in together]
    system = as_one_system(opened)
    told = explain(system.counted, system.published, own.policy, name_in(name, period, system), outside=system.outside)

    def tell(each: Identity) -> CellTold:
        return _told(each, system, own.published)

    return CellExplained(
        tell(name).cell,
        told.reason,
        told.interval,
        tuple(map(tell, told.betrayed)),
        tuple((tell(one), tell(total)) for one, total in told.rests),
    )


def _told(cell: Identity, system: Inside, tables: Sequence[PublishedTable]) -> CellTold:
    """A cell of the system in the dimensions of the first table that it stands in."""
    codes = dict(cell)
    time = codes.pop(TIME, "")
    along = next(table.dimensions for table in tables if codes.keys() <= {dimension.name for dimension in table.dimensions})
    key = tuple(codes.get(dimension.name, "_T") for dimension in along)
    return CellTold(parse_period(time) if time else system.period, write_cell(along, key))
