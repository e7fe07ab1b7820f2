"""Who runs a command that touches identified data: asked on the screen, or told by a service token in a file."""

from pathlib import Path

import typer

from app.program import Program
from app.second_person import has_accounts
from core.access import Access
from core.database import Zone
from core.identity.errors import SignInRefused, TokenRefused
from core.identity.grants import access_for
from core.identity.service_tokens import access_of_token
from core.identity.sign_in import check_password, check_second_factor, tell_signed_in

__all__ = ["sign_in", "sign_in_once_accounts_exist"]

ADDRESS = "command line"


def sign_in(program: Program, operation: str) -> Access:
    """The access of whoever runs this command, in one operation; raises `SignInRefused` or `TokenRefused`.

    With `WAYSTATION_TOKEN_FILE` nothing is asked. Otherwise name, password and a code of the authenticator app (or a
    recovery code); passkeys need a browser.
    """
    if program.settings.token_file:
        return _by_token(program, Path(program.settings.token_file), operation)
    name = typer.prompt("Sign-in name", err=True)
    password = typer.prompt("Password", hide_input=True, err=True)
    with program.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        account = check_password(session, program.ring, name, password, ADDRESS)
    if account is None:
        raise SignInRefused
    code = typer.prompt("Code of your authenticator app, or a recovery code", hide_input=True, err=True)
    with program.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        right = check_second_factor(session, program.ring, account, code, ADDRESS)
        if right:
            tell_signed_in(session, account, "password")
        access = access_for(session, account, operation)
    if not right:
        raise SignInRefused
    return access


def sign_in_once_accounts_exist(program: Program, operation: str, actor: str = "officer") -> Access:
    """As `sign_in`; while nobody has an account, the program itself under the name `actor`, which is said on the screen."""
    if program.settings.token_file or has_accounts(program.database):
        return sign_in(program, operation)
    typer.echo("Nobody has an account here yet, so the program itself does this. The audit log says so.", err=True)
    return Access.of_system(actor, operation)


def _by_token(program: Program, file: Path, operation: str) -> Access:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError:
        raise TokenRefused from None
    with program.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        access = access_of_token(session, token)
    if access is None or access.operation != operation:
        raise TokenRefused
    return access
