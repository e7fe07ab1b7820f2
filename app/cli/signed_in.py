"""Who runs a command that touches identified data: asked on the screen, or told by a service token in a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from sqlalchemy.orm import Session

from app.keys.second_person import has_accounts
from app.program import Program
from core.access import Access
from core.database import Zone
from core.identity.errors import SignInRefused, TokenRefused
from core.identity.grants import access_for
from core.identity.service_tokens import access_of_token
from core.identity.sign_in import check_password, check_second_factor, tell_signed_in
from core.listed import without_proof

__all__ = ["sign_in", "sign_in_on_screen", "sign_in_once_accounts_exist"]

ADDRESS = "command line"


def sign_in(program: Program, operation: str, *, proven: bool = True) -> Access:
    """The access of whoever runs this command, in one operation; raises `SignInRefused` or `TokenRefused`.

    With `WAYSTATION_TOKEN_FILE` nothing is asked. Otherwise name, password and a code of the authenticator app (or a
    recovery code); passkeys need a browser. Not `proven`: accounts and roles are believed as they stand, where the command is
    to list them.
    """
    if program.settings.token_file:
        return _by_token(program, Path(program.settings.token_file), operation, proven=proven)
    return sign_in_on_screen(program, operation, proven=proven)


def sign_in_on_screen(program: Program, operation: str, *, proven: bool = True) -> Access:
    """The same, always asked on the screen: a second person's; raises `SignInRefused`."""
    name = typer.prompt("Sign-in name", err=True)
    password = typer.prompt("Password", hide_input=True, err=True)
    with _signing_in(program, proven=proven) as session:
        account = check_password(session, program.ring, name, password, ADDRESS)
    if account is None:
        raise SignInRefused
    code = typer.prompt("Code of your authenticator app, or a recovery code", hide_input=True, err=True)
    with _signing_in(program, proven=proven) as session:
        right = check_second_factor(session, program.ring, account, code, ADDRESS)
        if right:
            tell_signed_in(session, account, "password")
        access = access_for(session, account, operation)
    if not right:
        raise SignInRefused
    return access


def sign_in_once_accounts_exist(program: Program, operation: str, actor: str = "officer", *, proven: bool = True) -> Access:
    """As `sign_in`; while nobody has an account, the program itself under the name `actor`, which is said on the screen."""
    if program.settings.token_file or has_accounts(program.database):
        return sign_in(program, operation, proven=proven)
    typer.echo("Nobody has an account here yet, so the program itself does this. The audit log says so.", err=True)
    return Access.of_system(actor, operation)


def _by_token(program: Program, file: Path, operation: str, *, proven: bool) -> Access:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError:
        raise TokenRefused from None
    with _signing_in(program, proven=proven) as session:
        access = access_of_token(session, token)
    if access is None or access.operation != operation:
        raise TokenRefused
    return access


@contextmanager
def _signing_in(program: Program, *, proven: bool) -> Iterator[Session]:
    with program.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        if not proven:
            without_proof(session)
        yield session
