"""For the protection officer of an operation, inside only: what it tells says which cells of a release are unsafe.

`list_periods` says what is protected and what waits (`count_unprotected`: in how many recent weeks); `read_losses` what
protection cost one of the `populations_of` a period, `mark_cells` why each cell of a table is hidden, `explain_cell` what
publishing one would give away. All work in the anonymizer's zone and ask for the right `explain_protection` in the whole
operation; what tells of a period leaves a line each. No true count of a hidden cell leaves this room.
"""

from anonymizer.officer.explain_cell import CellExplained, CellTold, explain_cell
from anonymizer.officer.list_periods import PeriodState, count_unprotected, list_periods, populations_of
from anonymizer.officer.mark_cells import MarkedTable, mark_cells
from anonymizer.officer.read_losses import LevelTold, Losses, read_losses
from anonymizer.primary import Reason

__all__ = [
    "CellExplained",
    "CellTold",
    "LevelTold",
    "Losses",
    "MarkedTable",
    "PeriodState",
    "Reason",
    "count_unprotected",
    "explain_cell",
    "list_periods",
    "mark_cells",
    "populations_of",
    "read_losses",
]
