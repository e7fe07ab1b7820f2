"""A form that has phones encrypt names the operation's public key, and is otherwise the form that it was."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from core.access import Access, Grant, NotAllowed
from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.permissions import Role
from forms import (
    add_form_key,
    encrypt_form,
    find_form,
    newest_public_key,
    open_form_keys,
    publish_form,
    read_form_definition,
)
from forms.encrypt_form import encryption_key
from forms.errors import FormChanged, FormKeyMissing, XFormUnreadable
from tests.questionnaires import compiled

OPERATION = "TEST"
KEY = base64.b64encode(b"a public key").decode()


@pytest.fixture(scope="module")
def xform() -> bytes:
    return compiled("movement_tracking").xform


@contextmanager
def zone(database: Database, zone: Zone, access: Access | None = None) -> Iterator[Session]:
    with database.transaction(zone, operation=OPERATION, access=access) as session:
        yield session


def test_the_form_asks_what_it_asked_and_names_the_key(xform: bytes) -> None:
    assert encryption_key(xform) is None
    encrypted = encrypt_form(xform, KEY)
    assert encryption_key(encrypted) == KEY
    assert read_form_definition(encrypted) == read_form_definition(xform)


def test_another_key_takes_the_place_of_the_one_that_was_named(xform: bytes) -> None:
    """Whatever else the form says of its submission stays."""
    plain = encrypt_form(xform, "old").replace(b'base64RsaPublicKey="old"', b'base64RsaPublicKey="old" auto-send="true"')
    encrypted = encrypt_form(plain, KEY)
    assert encryption_key(encrypted) == KEY
    assert encrypted.count(b"<submission") == 1
    assert b'auto-send="true"' in encrypted


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(XFormUnreadable):
        encrypt_form(b"<html/>", KEY)


def test_phones_are_told_that_the_form_changed(database: Database, xform: bytes) -> None:
    """By its hash; under the same version it is another form, which a phone would never fetch."""
    with zone(database, Zone.COLLECTION) as session:
        plain = publish_form(session, OPERATION, xform, {})
    with pytest.raises(FormChanged), zone(database, Zone.COLLECTION) as session:
        publish_form(session, OPERATION, encrypt_form(xform, KEY), {})
    newer = encrypt_form(xform.replace(f'version="{plain.version}"'.encode(), b'version="next"'), KEY)
    with zone(database, Zone.COLLECTION) as session:
        assert publish_form(session, OPERATION, newer, {}).md5 != plain.md5
        published = find_form(session, OPERATION, plain.form_id, None)
    assert published
    assert encryption_key(published.xform) == KEY
    assert replace(published.definition, version="") == replace(plain.definition, version="")


class TestKeys:
    def test_forms_are_published_with_the_newest_and_the_older_ones_stay(self, database: Database, ring: KeyRing) -> None:
        with pytest.raises(FormKeyMissing), zone(database, Zone.CASEWORK) as session:
            newest_public_key(session, ring, OPERATION)
        seen = []
        for _ in range(2):
            with zone(database, Zone.COLLECTION) as session:
                add_form_key(session, ring, OPERATION)
            with zone(database, Zone.CASEWORK) as session:
                seen.append(newest_public_key(session, ring, OPERATION))
        with zone(database, Zone.CASEWORK) as session:
            assert len(set(open_form_keys(session, ring, OPERATION))) == 2
        assert len(set(seen)) == 2

    def test_who_keeps_the_keys_makes_one_and_the_log_says_so(self, database: Database, ring: KeyRing) -> None:
        keeper = Access("keeper", OPERATION, (Grant(Role.ADMINISTRATOR),))
        with zone(database, Zone.COLLECTION, keeper) as session:
            made = add_form_key(session, ring, OPERATION)
        with pytest.raises(NotAllowed), zone(database, Zone.COLLECTION, replace(keeper, grants=())) as session:
            add_form_key(session, ring, OPERATION)
        with zone(database, Zone.AUDIT) as session:
            [line] = audited_entries(session, action=Action.KEY_USED)
        assert (line.actor, line.subject) == ("keeper", f"forms.form_key:{made}")
