"""The set-up of an operation goes to another in one file: whole, without anybody in it, and nothing in force by one person."""

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

import forms
from app.set_up import Outcome, State, Why, bring_in, lists_of_forms, look_at, write_set_up
from app.set_up.errors import SetUpConflicts
from app.set_up.file_parts import GAZETTEER, KIND, PLACES, VERSION, policy_part
from casework import list_cases
from casework.programme import programme_text
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.identity.own_roles import add_own_role
from core.identity.units import list_units
from core.models import PlaceRow
from core.permissions import Right, Role
from core.policies import PolicyKind, activate_policy, active_policy, approve_policy, list_policies
from core.sealing.packed_parts import pack, unpack
from forms import PrivacyClass, classes
from ingest.quality import plan_of
from tests.app.test_set_up.conftest import (
    ADAM,
    CANARIES,
    CARLA,
    DINA,
    PROGRAM,
    PROGRAMME,
    SONIA,
    SURVEY,
    TOWNS,
    Office,
)
from tests.casework.conftest import OPERATION, SCREENING, Field

LISTS = {"towns.csv": TOWNS}


def states(outcomes: Iterable[Outcome]) -> Counter[tuple[str, State]]:
    return Counter((one.part, one.state) for one in outcomes)


def test_another_installation_takes_interviews_by_it(at_work: Office, elsewhere: Office, field_team: Field) -> None:
    there = elsewhere.program
    with there.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        forms.add_form_key(session, there.ring, OPERATION)
    content = write_set_up(at_work.program, SONIA)
    done = bring_in(there, PROGRAM, content, LISTS)
    assert states(done) == {
        ("places", State.ADDED): 1,
        ("units", State.ADDED): 2,
        ("roles", State.ADDED): 1,
        ("forms", State.ADDED): 6,
        ("classes", State.ADDED): 1,
        ("plans", State.ADDED): 1,
        ("policies", State.SAME): 2,
        ("policies", State.PROPOSED): 1,
    }
    with there.database.transaction(Zone.CASEWORK, access=PROGRAM) as session:
        assert active_policy(session, PolicyKind.PROGRAMME) is None, "nobody has agreed to it yet"
        assert plan_of(session, OPERATION, "wells").accuracy_metres == 20
        key = forms.newest_public_key(session, there.ring, OPERATION)
    with there.database.transaction(Zone.CASEWORK, access=CARLA) as session:
        [proposed] = list_policies(session, PolicyKind.PROGRAMME)
        approve_policy(session, proposed.id)
    with there.database.transaction(Zone.CASEWORK, access=SONIA) as session:
        activate_policy(session, proposed.id)
        assert programme_text(session) == PROGRAMME
    with there.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        wells = forms.find_definition(session, OPERATION, "wells", "")
        sealed = forms.find_form(session, OPERATION, "sealed", "1")
    assert wells is not None
    assert wells.questions[0].privacy is PrivacyClass.SENSITIVE
    assert sealed is not None
    assert key.encode() in sealed.xform, "with the key of this installation"
    assert b"canary-server" not in sealed.xform, "and its answers come here"
    phone = Field(there.database, there.ring, field_team.definitions)
    phone.send("screening", SCREENING)
    assert phone.admit_awaiting().admitted == 1
    with phone.zone() as session:
        assert len(list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)) == 1


def test_brought_in_again_it_changes_nothing_and_says_so(at_work: Office, elsewhere: Office) -> None:
    content = write_set_up(at_work.program, SONIA)
    first = bring_in(elsewhere.program, PROGRAM, content, LISTS)
    again = bring_in(elsewhere.program, PROGRAM, content, LISTS)
    assert {one.name for one in first if one.state is State.LACKS} == {"sealed 1"}  # no form key was made there
    assert {one.state for one in again} == {State.SAME, State.WAITS, State.LACKS}
    assert [one.why for one in again if one.state is State.LACKS] == [Why.FORM_KEY]
    assert content == write_set_up(at_work.program, SONIA), "the same set-up is the same file"
    assert states(bring_in(at_work.program, PROGRAM, content)) == {
        ("units", State.SAME): 2,
        ("roles", State.SAME): 1,
        ("forms", State.SAME): 6,
        ("classes", State.SAME): 1,
        ("plans", State.SAME): 1,
        ("places", State.SAME): 1,
        ("policies", State.SAME): 3,
    }


def test_no_byte_of_it_names_anybody_or_holds_a_key(at_work: Office) -> None:
    content = write_set_up(at_work.program, SONIA)
    with ZipFile(BytesIO(content)) as archive:
        told = [content, *(archive.read(name) for name in archive.namelist()), *(name.encode() for name in archive.namelist())]
    assert len(told) > 20
    with at_work.program.database.transaction(Zone.CASEWORK, access=PROGRAM) as session:
        key = forms.newest_public_key(session, at_work.program.ring, OPERATION)
    for canary in (*CANARIES, key):
        assert not [part for part in told if canary.encode() in part], canary


def test_a_list_goes_along_only_where_somebody_says_that_it_names_nobody(at_work: Office, elsewhere: Office) -> None:
    assert lists_of_forms(at_work.program, SONIA) == [("towns 1", "towns.csv")]
    without = look_at(elsewhere.program, PROGRAM, write_set_up(at_work.program, SONIA))
    assert [(one.name, one.detail) for one in without if one.why is Why.LISTS] == [("towns 1", "towns.csv")]
    vouched = bring_in(elsewhere.program, PROGRAM, write_set_up(at_work.program, SONIA, ["towns.csv"]))
    assert State.ADDED in {one.state for one in vouched if one.name == "towns 1"}


def test_looking_changes_nothing(home_file: bytes, elsewhere: Office) -> None:
    looked = look_at(elsewhere.program, PROGRAM, home_file, LISTS)
    assert states(looked) == states(look_at(elsewhere.program, PROGRAM, home_file, LISTS))
    with elsewhere.program.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        assert forms.list_forms(session, OPERATION) == []
        assert session.scalar(select(func.count()).select_from(PlaceRow)) == 0
    with elsewhere.program.database.transaction(Zone.IDENTITY, access=PROGRAM) as session:
        assert list_units(session) == []


def test_each_brings_in_what_is_theirs_and_leaves_the_rest_to_others(home_file: bytes, elsewhere: Office) -> None:
    there = elsewhere.program
    assert {one.part for one in bring_in(there, ADAM, home_file, LISTS) if one.state is State.ADDED} == {
        "places",
        "units",
        "roles",
        "forms",
    }
    by_dina = bring_in(there, DINA, home_file, LISTS)
    assert {one.part for one in by_dina if one.state is State.ADDED} == {"classes"}
    assert [one.detail for one in by_dina if one.part == "policies" and one.state is State.NOT_YOURS] == ["change_programme"]
    by_sonia = bring_in(there, SONIA, home_file, LISTS)
    assert {one.part for one in by_sonia if one.state is State.ADDED} == {"plans"}
    assert [one.name for one in by_sonia if one.state is State.PROPOSED] == ["programme"]


def test_it_is_for_managers(home_file: bytes, elsewhere: Office) -> None:
    program = elsewhere.program
    for role in (Role.CASEWORKER, Role.AUDITOR, Role.PARTNER):
        who = Access("erin", OPERATION, (Grant(role),))
        with pytest.raises(NotAllowed):
            write_set_up(program, who)
        with pytest.raises(NotAllowed):
            lists_of_forms(program, who)
        with pytest.raises(NotAllowed):
            bring_in(program, who, home_file)


def test_what_is_at_odds_with_what_is_here_refuses_the_whole_and_is_named(at_work: Office, elsewhere: Office) -> None:
    content = write_set_up(at_work.program, SONIA)
    bring_in(elsewhere.program, PROGRAM, content, LISTS)
    with elsewhere.program.database.transaction(Zone.COLLECTION, access=DINA) as session:
        classes.set_classes(session, OPERATION, "wells", "", {"/data/depth": classes.QuestionClass(PrivacyClass.OPEN)})
        newer = SURVEY.replace(b'version="1"', b'version="theirs"')
        forms.publish_form(session, OPERATION, newer, LISTS)
    with at_work.program.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        forms.publish_form(session, OPERATION, SURVEY.replace(b'version="1"', b'version="2"'), LISTS)
    with pytest.raises(SetUpConflicts) as refused:
        bring_in(elsewhere.program, PROGRAM, write_set_up(at_work.program, SONIA), LISTS)
    assert "forms towns 2 (other versions), classes wells (other classes)" in refused.value.what
    with elsewhere.program.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        assert forms.find_form(session, OPERATION, "towns", "2") is None


def test_a_role_of_the_same_name_that_may_do_otherwise_refuses_the_whole(home_file: bytes, elsewhere: Office) -> None:
    with elsewhere.program.database.transaction(Zone.IDENTITY, access=PROGRAM) as session:
        add_own_role(session, "Interpreter", Role.CASEWORKER, [Right.READ_IDENTITY])
    with pytest.raises(SetUpConflicts) as refused:
        bring_in(elsewhere.program, PROGRAM, home_file, LISTS)
    assert "roles Interpreter (other role)" in refused.value.what


def test_an_older_version_does_not_take_the_place_of_the_one_in_use(at_work: Office, elsewhere: Office) -> None:
    newer = SURVEY.replace(b'version="1"', b'version="2"')
    for office in (at_work, elsewhere):
        with office.program.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
            forms.publish_form(session, OPERATION, newer, LISTS)
    done = bring_in(elsewhere.program, PROGRAM, write_set_up(at_work.program, SONIA), LISTS)
    assert {one.name: one.state for one in done if one.name.startswith("towns")} == {
        "towns 1": State.OLDER,
        "towns 2": State.SAME,
    }


def changed(content: bytes, **parts: bytes) -> bytes:
    """A file that somebody wrote anew with other parts."""
    return pack(KIND, VERSION, unpack(content, KIND, VERSION) | parts)


def test_a_place_that_is_otherwise_here_is_a_conflict(home_file: bytes, elsewhere: Office) -> None:
    bring_in(elsewhere.program, PROGRAM, home_file, LISTS)
    south = unpack(home_file, KIND, VERSION)[PLACES].replace(b'"North"', b'"South"')
    told = json.dumps({"number": 4, "sha256": sha256(south).hexdigest()}).encode()
    found = look_at(elsewhere.program, PROGRAM, changed(home_file, **{PLACES: south, GAZETTEER: told}))
    assert [(one.name, one.why) for one in found if one.state is State.CONFLICT] == [("XM01", Why.OTHER_PLACE)]


def test_places_too_many_for_the_file_go_by_their_digest(
    at_work: Office, elsewhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_set_up(at_work.program, SONIA)
    monkeypatch.setattr("app.set_up.gather.LARGEST_GAZETTEER", 10)
    content = write_set_up(at_work.program, SONIA)
    assert PLACES not in unpack(content, KIND, VERSION)
    assert Why.OTHER_GAZETTEER in {one.why for one in look_at(elsewhere.program, PROGRAM, content)}
    bring_in(elsewhere.program, PROGRAM, whole, LISTS)
    assert State.CONFLICT not in {one.state for one in look_at(elsewhere.program, PROGRAM, content)}


def test_a_text_that_the_program_could_not_use_is_a_conflict(home_file: bytes, elsewhere: Office) -> None:
    for kind, text in ((PolicyKind.PROGRAMME, b"[lists]"), (PolicyKind.RETENTION, b"x = 1"), (PolicyKind.PROTECTION, b"x = 1")):
        found = look_at(elsewhere.program, PROGRAM, changed(home_file, **{policy_part(kind): text}))
        assert [(one.name, one.why) for one in found if one.state is State.CONFLICT] == [(kind.value, Why.UNUSABLE)]
