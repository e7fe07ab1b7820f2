"""Commands on the server itself for accounts, their roles, units and service tokens.

Whoever may run them holds the key ring, so they work as the program itself; each leaves its line in the audit log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from app.cli.screen import console, show_table
from app.cli.work import ADMINISTRATOR
from app.operations import find_operation
from app.program import Program, open_program
from core.database import Zone
from core.identity.accounts import add_account, deactivate, find_account, list_accounts
from core.identity.enrolment import VALID, give_code
from core.identity.grants import Reach, give_role, grants_given, take_back
from core.identity.models import AccountKind, UnitKind
from core.identity.own_roles import find_own_role
from core.identity.service_tokens import LONGEST_DAYS, add_token, revoke_token
from core.identity.units import add_unit, close_unit, find_units, list_units, rename_unit
from core.languages import LANGUAGES
from core.permissions import Right, Role
from core.settings import Settings

__all__ = ["add_commands"]

accounts = typer.Typer(help="Who works here, and what they may do.", no_args_is_help=True)
units = typer.Typer(help="Organisations, areas and teams.", no_args_is_help=True)
tokens = typer.Typer(help="Service tokens: how programs sign in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Sign-in name of the account.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(accounts, name="accounts")
    commands.add_typer(units, name="units")
    commands.add_typer(tokens, name="tokens")


@contextmanager
def _at_the_register(operation: str = "") -> Iterator[tuple[Program, Session]]:
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(Zone.IDENTITY, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        yield program, session


@accounts.command("add")
def add(  # noqa: PLR0917  (typer reads arguments by name)
    name: Annotated[str, typer.Argument(help="Sign-in name; it need not be the person's own.")],
    called: Annotated[str, typer.Option(help="What colleagues call them; kept sealed.")] = "",
    language: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGES)}.")] = "en",
    service: Annotated[bool, typer.Option("--service", help="For a program: it signs in with tokens only.")] = False,
    role: Annotated[list[Role] | None, typer.Option(help="A role to give at once; give it several times.")] = None,
    operation: Annotated[str, typer.Option(help="Code of the operation that the role is in.")] = "",
    organisation: Annotated[str, typer.Option(help="Only within this organisation (its name).")] = "",
    area: Annotated[str, typer.Option(help="Only within this area (its name).")] = "",
    team: Annotated[str, typer.Option(help="Only within this team (its name).")] = "",
) -> None:
    """Add an account. A person gets a code to enrol with; they choose password and second factor themselves."""
    if bool(role) != bool(operation):
        raise typer.BadParameter("a role is held in an operation: give both", param_hint="--role, --operation")
    kind = AccountKind.SERVICE if service else AccountKind.PERSON
    if language not in LANGUAGES:
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}", param_hint="--language")
    with _at_the_register(operation) as (program, session):
        account = add_account(session, program.ring, name, called or name, kind=kind, language=language)
        where = find_units(session, organisation=organisation, area=area, team=team)
        for each in role or ():
            find_operation(session, operation)
            give_role(session, account, each, operation, Reach(where.organisation, where.area, where.team))
        code = "" if service else give_code(session, account)
    if service:
        console.print("Account added. Give it a role with `accounts grant`, then a token with `tokens add`.")
    else:
        _show_code(code)


@accounts.command("reset")
def reset(name: Name) -> None:
    """Give a new code to somebody who lost everything they signed in with. Using it ends what they had before."""
    with _at_the_register() as (_, session):
        code = give_code(session, find_account(session, name).id)
    _show_code(code)


@accounts.command("list")
def list_all() -> None:
    """List the accounts and the roles they hold."""
    with _at_the_register() as (program, session):
        names = {unit.id: unit.name for unit in list_units(session)}
        given = grants_given(session, "")
        rows = [
            (row.sign_in_name, row.name, row.kind, "active" if row.active else "closed", "", "", "", row.id)
            for row in list_accounts(session, program.ring)
        ]
    shown: list[tuple[object, ...]] = []
    for row in rows:
        shown.append(row)
        for grant in (grant for grant in given if grant.account == row[-1]):
            parts = [names[unit] for unit in (grant.organisation, grant.area, grant.team) if unit]
            where = (
                ", ".join([*parts, *(["own records"] if grant.own else []), *filter(None, [grant.provider])])
                or "whole operation"
            )
            shown.append(("", "", "", "", grant.role, grant.operation, where, grant.id))
    headings = ("name", "called", "kind", "state", "role", "operation", "where", "id")
    show_table(headings, shown, "No account yet: add one with `bin/waystation accounts add`.")


@accounts.command("deactivate")
def close(name: Name) -> None:
    """Close an account: nothing signs in with it again, at once."""
    with _at_the_register() as (_, session):
        deactivate(session, find_account(session, name).id)
    console.print("Account closed.")


@accounts.command("grant")
def grant(  # noqa: PLR0917  (typer reads arguments by name)
    name: Name,
    role: Annotated[Role, typer.Argument(help="What kind of work.")],
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    organisation: Annotated[UUID | None, typer.Option(help="Only within this organisation (its id).")] = None,
    area: Annotated[UUID | None, typer.Option(help="Only within this area.")] = None,
    team: Annotated[UUID | None, typer.Option(help="Only within this team.")] = None,
    own: Annotated[bool, typer.Option("--own", help="Only the account's own records.")] = False,
    until: Annotated[str, typer.Option(help="Last day, as 2026-12-31.")] = "",
    own_role: Annotated[UUID | None, typer.Option(help="Id of a role of the operation's own that is made of it.")] = None,
    provider: Annotated[
        str, typer.Option(help="Of a partner, the provider whose account it is, by the programme's code.")
    ] = "",
) -> None:
    """Give a role."""
    with _at_the_register(operation) as (_, session):
        find_operation(session, operation)
        account = find_account(session, name).id
        reach = Reach(organisation, area, team, own, provider)
        made_of_it = find_own_role(session, own_role) if own_role else None
        if made_of_it and made_of_it.role != role:
            raise typer.BadParameter(f"it is made of {made_of_it.role}", param_hint="ROLE")
        given = give_role(session, account, made_of_it or role, operation, reach, valid_until=_end_of(until))
    console.print(f"Role given; its id is {given}.")


@accounts.command("revoke")
def revoke(given: Annotated[UUID, typer.Argument(help="Id of the grant, from `accounts list`.")]) -> None:
    """Take a role back, at once."""
    with _at_the_register() as (_, session):
        take_back(session, given)
    console.print("Role taken back.")


@units.command("add")
def add_new_unit(
    kind: Annotated[UnitKind, typer.Argument()],
    name: Annotated[str, typer.Argument()],
    parent: Annotated[UUID | None, typer.Option(help="Id of the unit that it lies in.")] = None,
) -> None:
    """Add an organisation, an area or a team."""
    with _at_the_register() as (_, session):
        unit = add_unit(session, kind, name, parent)
    console.print(f"Added; its id is {unit}.")


@units.command("rename")
def rename_existing_unit(unit: Annotated[UUID, typer.Argument()], name: Annotated[str, typer.Argument()]) -> None:
    """Call a unit otherwise; its id, and what lies with it, stay."""
    with _at_the_register() as (_, session):
        rename_unit(session, unit, name)
    console.print("Renamed.")


@units.command("close")
def close_existing_unit(unit: Annotated[UUID, typer.Argument()]) -> None:
    """Close a unit: no new role, record or unit is given to it."""
    with _at_the_register() as (_, session):
        close_unit(session, unit)
    console.print("Closed.")


@units.command("list")
def list_all_units() -> None:
    """List organisations, areas and teams."""
    with _at_the_register() as (_, session):
        rows = [
            (unit.kind, unit.name, unit.id, unit.parent or "", f"{unit.closed_at:%Y-%m-%d}" if unit.closed_at else "")
            for unit in list_units(session)
        ]
    show_table(("kind", "name", "id", "lies in", "closed on"), rows, "No unit yet: add one with `bin/waystation units add`.")


@tokens.command("add")
def add_new_token(
    given: Annotated[UUID, typer.Argument(help="Id of a grant of a service account, from `accounts list`.")],
    right: Annotated[list[Right], typer.Option(help="A right that the token is for; give it several times.")],
    days: Annotated[int, typer.Option(help=f"How long it holds, at most {LONGEST_DAYS}.")] = 90,
) -> None:
    """Make a token for a program. It is shown once."""
    with _at_the_register() as (_, session):
        number, token = add_token(session, given, right, days)
    console.print(
        f"Put this into a file that the program alone can read, and name it in WAYSTATION_TOKEN_FILE:\n\n    {token}\n\n"
        f"It is not shown again. To take it back: `bin/waystation tokens revoke {number}`"
    )


@tokens.command("revoke")
def revoke_one(token: Annotated[UUID, typer.Argument(help="Id of the token, told when it was made.")]) -> None:
    """Take a token back, at once."""
    with _at_the_register() as (_, session):
        revoke_token(session, token)
    console.print("Token taken back.")


def _show_code(code: str) -> None:
    console.print(
        f"Enrolment code, to be given face to face and typed at the page /enrol of this server:\n\n    {code}\n\n"
        f"It is not shown again, works once and holds for {int(VALID.total_seconds() // 3600)} hours."
    )


def _end_of(day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time.max, UTC) if day else None
    except ValueError:
        raise typer.BadParameter("a day as 2026-12-31", param_hint="--until") from None
