"""A compiled workbook becomes a form on phones: looked at first, then published as it was looked at.

To look is to publish within a transaction that is undone, so that whatever would be refused then is refused now. What was
looked at has a digest, of all that phones would get and of the version that it follows: nothing else is published by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

import forms
from app.looked_at import NotAsLookedAt, digest_of
from app.program import Program
from app.set_up.set_up import is_list
from casework.follow_up import LIST_FILE
from core.access import Access, require
from core.database import Zone
from core.permissions import Right
from core.places import load_places
from forms import FormDefinition, PublishedForm, media
from forms.versions import FormChange, VersionCompared, compare_versions

__all__ = ["FormToPublish", "LookedAt", "from_records", "look_at_workbook", "publish_workbook"]

PLACES: Final = "places.csv"


@dataclass(frozen=True)
class FormToPublish:
    """A compiled workbook: its form, and by name the files `made` of it and those given beside it.

    `encrypted`: on the phone, by the operation's key.
    """

    xform: bytes = field(repr=False)
    definition: FormDefinition
    made: Mapping[str, bytes] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    encrypted: bool = False


@dataclass(frozen=True)
class LookedAt:
    """What publishing would do. `before` is the version in use, None where the form is new; `known`: this one is published.

    `lists` are given files that may name people, `unnamed` those that the form does not name; `digest` tells whether what is
    published is this.
    """

    form: PublishedForm
    before: PublishedForm | None
    known: bool
    changes: tuple[FormChange, ...]
    lists: tuple[str, ...]
    unnamed: tuple[str, ...]
    digest: str


def look_at_workbook(program: Program, access: Access, given: FormToPublish) -> LookedAt:
    """What would be published, beside the version in use; nothing is changed.

    Raises `NotAllowed`, `ForeignFormKey`, `FormKeyMissing`, `MediaMissing`, and what `forms.publish_form` raises.
    """
    xform = _for_phones(program, access, given)
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        return _look(session, access.operation, given, xform)


def publish_workbook(program: Program, access: Access, given: FormToPublish, looked_at: str | None = None) -> PublishedForm:
    """Publish it; with the digest of what was looked at, that alone.

    Raises `NotAsLookedAt`, and what `look_at_workbook` raises.
    """
    xform = _for_phones(program, access, given)
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        if looked_at is not None and _look(session, access.operation, given, xform).digest != looked_at:
            raise NotAsLookedAt
        return forms.publish_form(session, access.operation, xform, _media(session, access.operation, given, xform))


def from_records(definition: FormDefinition) -> frozenset[str]:
    """The list of cases: written for each phone, and published with no form."""
    return frozenset({LIST_FILE}) & definition.lists


def _for_phones(program: Program, access: Access, given: FormToPublish) -> bytes:
    """The XForm; encrypted in the casework zone, which alone opens form keys: a public key is derived from its private one."""
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="forms.form_version")
    xform = given.xform
    if not given.encrypted:
        forms.refuse_foreign_key(xform)
        return xform
    with program.database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        return forms.encrypt_form(xform, forms.newest_public_key(session, program.ring, access.operation))


def _media(session: Session, operation: str, given: FormToPublish, xform: bytes) -> Mapping[str, bytes]:
    found = {PLACES: forms.places_media(load_places(session, operation)), **given.made, **given.files}
    media.refuse_missing_media(xform, {*found, *from_records(given.definition)})
    return found


def _look(session: Session, operation: str, given: FormToPublish, xform: bytes) -> LookedAt:
    asked, files = given.definition, _media(session, operation, given, xform)
    known = forms.find_form(session, operation, asked.form_id, asked.version) is not None
    before = forms.find_form(session, operation, asked.form_id, None)
    with session.begin_nested() as tried:
        form = forms.publish_form(session, operation, xform, files)
        tried.rollback()
    changes = () if known or before is None else tuple(_changes(session, operation, before, form))
    return LookedAt(
        form,
        before,
        known,
        changes,
        tuple(sorted(filter(is_list, given.files))),
        tuple(sorted(given.files.keys() - media.media_named(xform))),
        _digest(form, files, before),
    )


def _changes(session: Session, operation: str, before: PublishedForm, form: PublishedForm) -> list[FormChange]:
    kept = forms.find_definition(session, operation, before.form_id, before.version)
    was, now = (
        VersionCompared.of(one.xform, definition, {it.file_name: it.md5 for it in one.media})
        for one, definition in ((before, kept), (form, None))
    )
    return compare_versions(was, now)


def _digest(form: PublishedForm, files: Mapping[str, bytes], before: PublishedForm | None) -> str:
    parts = [form.xform, *(part for name in sorted(files) for part in (name.encode(), files[name]))]
    parts += [before.version.encode(), before.xform] if before else []
    return digest_of(parts)
