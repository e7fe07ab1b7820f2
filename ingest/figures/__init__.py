"""How much arrived, from whom, and who was expected and sent nothing: numbers for supervisors that tell of no person."""

from ingest.figures.completeness import AreaFigure, by_area, period_of
from ingest.figures.count_received import CollectorFigure, DayFigure, figures_by_collector, figures_by_day, stands_out

__all__ = [
    "AreaFigure",
    "CollectorFigure",
    "DayFigure",
    "by_area",
    "figures_by_collector",
    "figures_by_day",
    "period_of",
    "stands_out",
]
