"""The pages of docs/ that are made from the code: settings, errors, permissions, case file, interface for programs."""

from typing import Final

import typer

from app.api import api_page
from app.cli.case_file_page import case_file_page
from app.cli.screen import console
from core.errors import catalogue
from core.permissions import Right, Role, holds
from core.settings import ROOT, described_settings

__all__ = ["PAGES", "add_commands"]


def add_commands(commands: typer.Typer) -> None:
    commands.command("docs", hidden=True)(write_pages)


def write_pages() -> None:
    """Write docs/settings.md and docs/errors.md anew (a test notices when they are not true)."""
    for path, make in PAGES.items():
        path.write_text(make(), encoding="utf-8")
        console.print(f"written: {path.relative_to(ROOT)}")


def settings_page() -> str:
    """Every setting with its default and meaning."""
    rows = "".join(
        f"| `{name}` | {f'`{default}`' if default else 'empty'} | {meaning} |\n"
        for name, default, meaning in described_settings()
    )
    return (
        "# Settings\n\nRead from the environment; none is needed for the embedded default. "
        "This page is made by `bin/waystation docs`.\n\n| setting | default | meaning |\n|---|---|---|\n" + rows
    )


def errors_page() -> str:
    """Every refusal: its code, what it says, what to do."""
    rows = "".join(f"| `{kind.code}` | {_cell(kind.says)} | {_cell(kind.remedy)} |\n" for kind in catalogue())
    return (
        "# What Waystation says when it cannot go on\n\nEvery refusal has a code that stays the same. Words in braces are "
        "filled in: codes, paths, sheet names and row numbers, never an answer that somebody gave. "
        "This page is made by `bin/waystation docs`.\n\n| code | what happened | what to do |\n|---|---|---|\n" + rows
    )


def permissions_page() -> str:
    """Every right and the roles that hold it."""
    heading = "| right | " + " | ".join(role.value for role in Role) + " |\n|---|" + ":-:|" * len(Role) + "\n"
    rows = "".join(
        f"| `{right.value}` | " + " | ".join("yes" if holds(role, right) else "" for role in Role) + " |\n" for right in Right
    )
    return (
        "# Who may do what\n\nWhat is empty is denied. A right holds within the reach of the grant that gives it: an "
        "organisation, an area, a team, or the worker's own records. A role of an operation's own holds some of the rights of "
        "the role that it is made of (page /roles). This page is made by `bin/waystation docs`.\n\n" + heading + rows
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: Final = {
    ROOT / "docs" / "settings.md": settings_page,
    ROOT / "docs" / "errors.md": errors_page,
    ROOT / "docs" / "permissions.md": permissions_page,
    ROOT / "docs" / "case-file.md": case_file_page,
    ROOT / "docs" / "api.md": api_page,
}
