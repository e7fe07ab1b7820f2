"""The same value written differently gives the same token; another value, kind or operation gives another."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casework.models import Token, TokenKind
from casework.store.blind_tokens import blind_token, find_by_token, plain, replace_tokens
from casework.store.seal_record import Vault
from core.database import Database, Zone
from core.keys.keyring import KeyRing


@pytest.mark.parametrize("written", ["+252 61 555-0100", "00252615550100", "(252) 61 5550100", "٢٥٢٦١٥٥٥٠١٠٠"])
def test_a_phone_number_is_its_digits(written: str) -> None:
    assert plain(TokenKind.PHONE, written) == "252615550100"


@pytest.mark.parametrize("written", ["SC-0012", " sc-0012 ", "ＳＣ-0012"])
def test_a_reference_is_free_of_letter_case_and_outer_spaces(written: str) -> None:
    assert plain(TokenKind.CASE_REFERENCE, written) == "sc-0012"


@given(st.sampled_from(TokenKind), st.text())
def test_plain_writing_is_plain_already(kind: TokenKind, written: str) -> None:
    assert plain(kind, plain(kind, written)) == plain(kind, written)


def test_tokens_of_one_value_differ_by_operation_and_kind(database: Database, ring: KeyRing) -> None:
    """Whoever holds a copy of the table cannot tie a person of one operation to a person of another."""
    tokens = []
    for operation in ("A", "B"):
        with database.transaction(Zone.CASEWORK, operation=operation) as session:
            vault, person = Vault(session, ring, operation), uuid4()
            replace_tokens(vault, person, {TokenKind.PHONE: "615550100"})
            assert find_by_token(vault, TokenKind.PHONE, "615550100") == [person]
            tokens += session.scalars(select(Token.token).where(Token.record == person)).all()
            tokens.append(blind_token(vault, TokenKind.CASE_REFERENCE, "615550100"))
    assert len(set(tokens)) == 4


def test_an_empty_value_has_no_token(database: Database, ring: KeyRing) -> None:
    with database.transaction(Zone.CASEWORK, operation="A") as session:
        vault, record = Vault(session, ring, "A"), uuid4()
        replace_tokens(vault, record, {TokenKind.PHONE: "unknown"})
        assert find_by_token(vault, TokenKind.PHONE, "unknown") == []
