"""Small workbooks, written as the tables that XLSForm authors post to each other."""

from collections.abc import Callable

import pytest


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """A workbook from its sheets, each a list of rows, as Markdown tables."""

    def build(**sheets: list[list[str]]) -> bytes:
        lines = []
        for name, rows in sheets.items():
            lines.append(f"| {name} |")
            lines += ["| | " + " | ".join(row) + " |" for row in rows]
        return "\n".join(lines).encode()

    return build
