"""Forms of a set-up, and the classes set beside them. A published version never changes, and no older one takes its place."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

import forms
from app.program import Program
from app.set_up.outcome import Outcome, State, Why, conflict
from app.set_up.set_up import CarriedForm, SetUp
from core.access import Access
from core.database import Zone
from core.permissions import Right
from forms import classes
from forms.carried import carried_form, published_in_order

__all__ = ["look_at_classes", "look_at_forms"]

FORMS, CLASSES = "forms", "classes"
Media = Mapping[str, bytes]


def look_at_forms(program: Program, access: Access, set_up: SetUp, given: Media) -> Iterator[Outcome]:
    """`given` are lists that do not travel, by their names, brought along by who brings the set-up in."""
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        published = published_in_order(session, access.operation)
    by_id = sorted(set_up.forms, key=lambda form: form.definition.form_id)  # stable: versions stay in their order
    for form_id, group in groupby(by_id, key=lambda form: form.definition.form_id):
        here = {form.version: form for form in published if form.form_id == form_id}
        yield from _of_one_form(program, access, list(group), here, given)


def look_at_classes(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """What was set here already by somebody else stands."""
    for form in set_up.forms:
        if not form.classes.edition:
            continue
        with program.database.transaction(Zone.COLLECTION, access=access) as session:
            asked = form.definition
            published = forms.find_form(session, access.operation, asked.form_id, asked.version)
            here = (
                classes.form_to_classify(session, access.operation, asked.form_id, asked.version).classes
                if published
                else classes.Classes(0)
            )
        if (here.records, here.questions) == (form.classes.records, form.classes.questions):
            yield Outcome(CLASSES, form.name, State.SAME)
        elif here.edition:
            yield conflict(CLASSES, form.name, Why.OTHER_CLASSES)
        else:
            act = partial(_classify, program, access, form)
            yield Outcome(CLASSES, form.name, State.ADDED, needs=Right.CLASSIFY_FORM, act=act)


def _of_one_form(
    program: Program, access: Access, wanted: Sequence[CarriedForm], here: Mapping[str, forms.PublishedForm], given: Media
) -> Iterator[Outcome]:
    newest, order = list(here)[-1:], [form.definition.version for form in wanted]
    for form in wanted:
        if form.definition.version in here:
            yield _known(program, access, form, here[form.definition.version])
        elif newest and newest[0] not in order:
            yield conflict(FORMS, form.name, Why.OTHER_VERSIONS, newest[0])
        elif newest and order.index(form.definition.version) < order.index(newest[0]):
            yield Outcome(FORMS, form.name, State.OLDER, detail=newest[0])
        elif lacking := [name for name in form.left if name not in given]:
            yield Outcome(FORMS, form.name, State.LACKS, Why.LISTS, ", ".join(lacking))
        elif form.encrypted and not _has_form_key(program, access):
            yield Outcome(FORMS, form.name, State.LACKS, Why.FORM_KEY)
        else:
            act = partial(_publish, program, access, form, given)
            yield Outcome(FORMS, form.name, State.CHANGED if here else State.ADDED, needs=Right.MANAGE_ACCOUNTS, act=act)


def _known(program: Program, access: Access, form: CarriedForm, here: forms.PublishedForm) -> Outcome:
    """The lists that stayed behind are not compared: nobody says what they hold elsewhere."""
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        media = {it.file_name: it.content for it in forms.read_media(session, access.operation, here.form_id, here.version)}
    asks_the_same = carried_form(here.xform) == form.xform and here.encrypted == form.encrypted
    if asks_the_same and form.media == {name: content for name, content in media.items() if name not in form.left}:
        return Outcome(FORMS, form.name, State.SAME)
    return conflict(FORMS, form.name, Why.OTHER_CONTENT)


def _has_form_key(program: Program, access: Access) -> bool:
    with program.database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        return any(True for _ in forms.open_form_keys(session, program.ring, access.operation))


def _publish(program: Program, access: Access, form: CarriedForm, given: Media) -> None:
    xform = form.xform
    if form.encrypted:  # the key of this operation, in the zone that alone opens one
        with program.database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
            xform = forms.encrypt_form(xform, forms.newest_public_key(session, program.ring, access.operation))
    media = {**form.media, **{name: given[name] for name in form.left}}
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        forms.publish_form(session, access.operation, xform, media)


def _classify(program: Program, access: Access, form: CarriedForm) -> None:
    asked = form.definition
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        wanted = dict(form.classes.questions)
        classes.set_classes(session, access.operation, asked.form_id, asked.version, wanted, records=form.classes.records)
