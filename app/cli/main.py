"""The commands of `bin/waystation`, put together."""

import typer

from app.cli import (
    accounts,
    administer,
    anonymizer,
    approvals,
    audit,
    collect,
    collectors,
    erase,
    export_identified,
    import_files,
    keep_backups,
    keys,
    match,
    policies,
    publish,
    published_elsewhere,
    quality,
    questionnaires,
    reference,
    registers,
    rights,
    run,
    search,
    sources,
    store,
)
from app.cli.refusals import run as run_commands

__all__ = ["main"]


commands = typer.Typer(
    name="waystation",
    help="From a phone's answer to a weekly movement report that harms nobody.",
    epilog="Settings come from the environment (docs/settings.md). Without any, the embedded database under var/ is used.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local values could show an answer
    rich_markup_mode="rich",
    add_completion=False,
)
for group in (
    run,
    administer,
    accounts,
    questionnaires,
    collectors,
    collect,
    import_files,
    publish,
    published_elsewhere,
    registers,
    audit,
    search,
    sources,
    quality,
    rights,
    match,
    approvals,
    keys,
    erase,
    export_identified,
    policies,
    keep_backups,
    store,
    anonymizer,
    reference,
):
    group.add_commands(commands)


def main() -> None:
    """Run a command; exit status 1 and a remedy where it was refused."""
    run_commands(commands)
