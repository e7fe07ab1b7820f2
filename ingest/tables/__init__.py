"""Tables in files, row by row: `open_table` opens an .xlsx, an .xls or a text file with separators, whoever it may come from.

Memory is held for one row at a time. Nothing outside the file is fetched, no formula is computed and no macro run.
"""

from ingest.tables.open_table import open_table
from ingest.tables.source import Source
from ingest.tables.table import Area, Cell, CellFault, Row, Sheet, Table

__all__ = ["Area", "Cell", "CellFault", "Row", "Sheet", "Source", "Table", "open_table"]
