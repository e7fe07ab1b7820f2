"""A policy is proposed by one person, approved by another, and used only as it was approved."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from anonymizer import Policy, default_policy
from anonymizer.weeks import policy_in_force
from casework.erasure.retention import read_rules, rules_in_force
from core.access import Access, Grant, NotAllowed
from core.database import Database, Zone
from core.permissions import PERMISSIONS, Right, Role
from core.policies import (
    PolicyChanged,
    PolicyKind,
    activate_policy,
    active_policy,
    approve_policy,
    list_policies,
    propose_policy,
)
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.second_person import ProposalNotThere, SecondPersonNeeded

OPERATION = "TEST"
DINA = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
PAUL = Access("paul", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
STRICT = "threshold = 11\n"
SHORT = '[closed]\nkeeps = "person"\nstates = ["closed"]\ndays = 30\nbecause = "A month."\n'


def proposed(database: Database, kind: PolicyKind, content: str, who: Access = DINA) -> UUID:
    with database.transaction(Zone.CASEWORK, access=who) as session:
        return propose_policy(session, kind, content)


def approve(database: Database, policy: UUID, who: Access = PAUL) -> None:
    with database.transaction(Zone.CASEWORK, access=who) as session:
        approve_policy(session, policy)


def activate(database: Database, policy: UUID) -> None:
    with database.transaction(Zone.CASEWORK, access=DINA) as session:
        activate_policy(session, policy)


def decided(database: Database, kind: PolicyKind, content: str) -> UUID:
    policy = proposed(database, kind, content)
    approve(database, policy)
    activate(database, policy)
    return policy


def protection(database: Database) -> Policy:
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        return policy_in_force(session)


def test_the_default_holds_until_two_people_have_activated_another(database: Database) -> None:
    policy = proposed(database, PolicyKind.PROTECTION, STRICT)
    assert protection(database) == default_policy()
    approve(database, policy)
    assert protection(database) == default_policy()
    activate(database, policy)
    assert protection(database) == Policy(threshold=11)


def test_the_newest_that_is_active_holds_and_all_are_listed(database: Database) -> None:
    decided(database, PolicyKind.PROTECTION, STRICT)
    decided(database, PolicyKind.PROTECTION, "threshold = 7\n")
    assert protection(database) == Policy(threshold=7)
    with database.transaction(Zone.CASEWORK, access=PAUL) as session:
        versions = list_policies(session)
    told = [(one.version, one.active, one.proposed_by, one.approved_by) for one in versions]
    assert told == [(2, True, "dina", "paul"), (1, False, "dina", "paul")]


def test_retention_periods_too_and_the_file_until_then(database: Database, tmp_path: Path) -> None:
    with database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        assert rules_in_force(session, tmp_path / "none.toml") == read_rules(tmp_path / "none.toml")
    decided(database, PolicyKind.RETENTION, SHORT)
    with database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        (rule,) = rules_in_force(session, tmp_path / "none.toml")
    assert (rule.name, rule.period and rule.period.days) == ("closed", 30)


def test_nobody_decides_alone(database: Database) -> None:
    policy = proposed(database, PolicyKind.PROTECTION, STRICT)
    with pytest.raises(SecondPersonNeeded):
        approve(database, policy, DINA)
    with pytest.raises(ProposalNotThere):
        activate(database, policy)


@pytest.mark.parametrize("role", [role for role in Role if role not in PERMISSIONS[Right.CHANGE_POLICY]])
def test_nor_does_who_may_not(database: Database, role: Role) -> None:
    with pytest.raises(NotAllowed):
        proposed(database, PolicyKind.PROTECTION, STRICT, Access("rosa", OPERATION, (Grant(role),)))


@pytest.mark.parametrize("change", ["content = 'threshold = 1'", "content = 'threshold = 1', sha256 = 'ab'"])
def test_a_policy_changed_in_the_database_is_not_used(
    database: Database, cluster: EmbeddedCluster, database_name: str, change: str
) -> None:
    decided(database, PolicyKind.PROTECTION, STRICT)
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        database.transaction(Zone.CASEWORK, operation=OPERATION) as session,
    ):
        session.execute(text(f"UPDATE core.policy SET {change}"))
    owner = create_engine(cluster.url(ADMINISTRATOR, database_name))
    with owner.begin() as connection:
        connection.execute(text(f"UPDATE core.policy SET {change}"))
    owner.dispose()
    with pytest.raises(PolicyChanged):
        protection(database)


def test_another_operation_keeps_its_own(database: Database) -> None:
    decided(database, PolicyKind.PROTECTION, STRICT)
    with database.transaction(Zone.ANONYMIZER, operation="OTHER") as session:
        assert active_policy(session, PolicyKind.PROTECTION) is None
