"""How the command line talks: plain sentences, tables, and progress for whatever takes long."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

__all__ = ["console", "progress", "show_table"]

console = Console(highlight=False)


def progress(to: Console = console, *, transient: bool = False) -> Progress:
    """A progress display: what is being done, how far it is, how long it has taken. A transient one disappears."""
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<46}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=to,
        transient=transient,
    )


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows under headings, or the sentence `empty` when there are none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    console.print(table if table.row_count else empty)
