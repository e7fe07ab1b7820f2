"""Rights and reach: a grant gives the rights of its role within its reach, and nothing besides."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.access import Access, Custody, CustodyDamaged, Grant, NotAllowed, require
from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.permissions import PERMISSIONS, Right, Role

HERE = Custody("unhcr", "north", "team-1", "amal")
UNITS = st.sampled_from(["a", "b", "-"])
CUSTODIES = st.builds(Custody, UNITS, UNITS, UNITS, UNITS)
REACHES = st.sampled_from(["a", "b", "%"])
GRANTS = st.builds(Grant, st.sampled_from(Role), REACHES, REACHES, REACHES, REACHES)


def test_every_right_is_in_the_table_and_none_is_everybodys() -> None:
    assert set(PERMISSIONS) == set(Right)
    assert all(PERMISSIONS[right] and PERMISSIONS[right] != set(Role) for right in Right)


@pytest.mark.parametrize(("role", "right"), list(product(Role, Right)))
def test_a_role_may_what_the_table_says_and_nothing_else(role: Role, right: Right) -> None:
    access = Access("amal", "TEST", (Grant(role, team="team-1"),))
    assert access.may(right, HERE) == (role in PERMISSIONS[right])
    assert not access.may(right, Custody("unhcr", "north", "team-2"))


def test_who_keeps_the_keys_sees_no_person_and_the_auditor_changes_nothing() -> None:
    assert not [right for right in Right if right.value.startswith("read_") and Role.ADMINISTRATOR in PERMISSIONS[right]]
    assert [right for right in Right if Role.AUDITOR in PERMISSIONS[right]] == [Right.READ_AUDIT]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # no example writes anything
@given(grants=st.lists(GRANTS, max_size=3), custody=CUSTODIES)
def test_the_database_and_the_code_agree_on_reach(database: Database, grants: list[Grant], custody: Custody) -> None:
    access = Access("amal", "TEST", tuple(grants))
    question = text("SELECT :custody LIKE ANY (string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))")
    with database.transaction(Zone.CASEWORK, access=access) as session:
        shown = bool(session.scalar(question, {"custody": str(custody)}))
    assert shown == any(grant.covers(custody) for grant in grants)


def test_a_denial_undoes_everything_and_is_told(database: Database) -> None:
    access = Access("amal", "TEST", (Grant(Role.AUDITOR),))
    with pytest.raises(NotAllowed, match="read_narrative"), database.transaction(Zone.CASEWORK, access=access) as session:
        require(session, Right.READ_NARRATIVE, HERE, subject="casework.person:7")
    with database.transaction(Zone.AUDIT) as session:
        [entry] = audited_entries(session, action=Action.DENIED)
        assert (entry.actor, entry.subject, entry.detail) == ("amal", "casework.person:7", {"right": "read_narrative"})


@pytest.mark.parametrize("unit", ["a_b", "%", "a/b", "", "a b"])
def test_a_unit_cannot_pose_as_a_pattern(unit: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        Custody(unit)


@pytest.mark.parametrize("right", list(Right))
def test_access_narrowed_to_some_rights_holds_no_other(right: Right) -> None:
    narrowed = Access("sync", "TEST", (Grant(Role.CASEWORKER),), only=frozenset({Right.FIND_PERSON}))
    assert narrowed.may(right, HERE) == (right is Right.FIND_PERSON)
    assert not Access("sync", "TEST", (Grant(Role.CASEWORKER),), only=frozenset()).may(right)


@pytest.mark.parametrize("text", ["", "a/b/c", "a/b/c/d/e", "a/b/c/%", "a/b//d"])
def test_a_damaged_custody_is_told_and_reaches_nobody(text: str) -> None:
    with pytest.raises(CustodyDamaged, match="tampering"):
        Custody.parse(text)
