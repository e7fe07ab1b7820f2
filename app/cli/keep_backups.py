"""Commands for backups: made in three parts, and restored so that the erased stay erased."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from app.backups.backup import back_up, owner_address
from app.backups.restore import restore_backup
from app.cli.screen import console, show_table
from app.cli.work import ADMINISTRATOR
from app.keys.key_provider import key_provider
from app.program import open_program
from core.keys.key_ring_file import open_key_ring
from core.postgres.embedded_cluster import PROGRAM
from core.settings import Settings

__all__ = ["add_commands"]

ALL = ("data", "keys", "tombstones")


def add_commands(commands: typer.Typer) -> None:
    commands.command("backup")(backup)
    commands.command("restore")(restore)


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to write.")],
    keys_only: Annotated[bool, typer.Option("--keys-only", help="Only the keys and tombstones: small, do it often.")] = False,
) -> None:
    """Back up: the data in one file, its keys in another, the tombstones of the erased in a third."""
    settings = Settings.read()
    with open_program(settings) as program, owner_address(settings) as owner:
        parts = ALL[1:] if keys_only else ALL
        made = back_up(program.database, program.ring, owner, folder, actor=ADMINISTRATOR, parts=parts)
    show_table(("part", "file", "bytes"), [(part, path, path.stat().st_size) for part, path in made.files.items()], "")
    console.print(
        "\nMove the keys to another medium and keep only the newest for some days: old keys bring back whoever was erased "
        "since. The data may be kept for long, the tombstones for ever. None opens without the key ring: back that up apart."
    )


def restore(
    data: Annotated[Path, typer.Argument(help="The data backup.", exists=True, dir_okay=False)],
    keys: Annotated[Path, typer.Option(help="The newest key backup.", exists=True, dir_okay=False)],
    tombstones: Annotated[
        Path | None, typer.Option(help="Newer tombstones, where there are.", exists=True, dir_okay=False)
    ] = None,
    older_keys: Annotated[bool, typer.Option("--older-keys", help="Accept keys that are older than the data.")] = False,
) -> None:
    """Restore into an empty database, with the newest keys: who was erased since the data backup stays erased."""
    settings = Settings.read()
    ring = open_key_ring(settings.keyring_path, key_provider(settings))
    program = make_url(settings.database_url).username or "" if settings.database_url else PROGRAM
    with owner_address(settings) as owner:
        done = restore_backup(
            owner, program, ring, data=data, keys=keys, tombstones=tombstones, older_keys=older_keys, actor=ADMINISTRATOR
        )
    console.print(f"Restored the data of {done.data_of:%Y-%m-%d %H:%M} with the keys of {done.keys_of:%Y-%m-%d %H:%M} (UTC).")
    show_table(("table", "rows purged: erased since the backup"), list(done.purged.items()), "Nobody was erased since.")
    for warning in done.warnings:
        console.print(f"[bold yellow]Mind:[/] {warning}")
    if done.keys_of > done.data_of:
        console.print(
            "Records, accounts, registers and form keys that are newer than the lists of the data are refused until two people "
            "run `bin/waystation store seal OPERATION --restored`."
        )
    console.print("Compare the audit log with its signed head kept outside, then start the program.")
