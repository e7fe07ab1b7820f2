"""What stands in clear beside an answer that was received is not believed: it is bound to the answer, or said by it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from core.audit import Purpose
from core.database import Zone
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.sealing.envelope import Binding, CiphertextRefused
from ingest import Outcome, read_submission, read_submissions, receive_submission
from ingest.seal_content import SUBMISSION, open_key
from ingest.verify_received import verify_received
from tests.ingest.conftest import OPERATION, Household
from tests.ingest.conftest import household as household  # noqa: PLC0414  (a fixture)


@pytest.fixture
def owner(cluster: EmbeddedCluster, database_name: str, household: Household) -> Iterator[Any]:
    """A function that changes the tables as their owner, without the key ring."""
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name))

    def change(statement: str, **given: object) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement), given)

    yield change
    engine.dispose()


@pytest.fixture
def answers(household: Household) -> dict[str, UUID]:
    """Two answers, and one with its edit."""
    sent = {
        name: household.send(household.answers(f"uuid:{name}", replaces=replaces))
        for name, replaces in (("a", ""), ("b", ""), ("c", ""), ("edit", "uuid:c"))
    }
    assert sent["edit"].outcome is Outcome.EDITED
    return {name: receipt.submission_id for name, receipt in sent.items() if receipt.submission_id}


def read(household: Household, submission: UUID) -> Any:
    with household.zone(Zone.CASEWORK) as session:
        return read_submission(session, household.ring, submission, purpose=Purpose.ASSISTANCE)


def refused(household: Household, submission: UUID) -> None:
    """Neither alone nor among others is it read; whoever verifies the store finds it."""
    with pytest.raises(CiphertextRefused) as fault:
        read(household, submission)
    assert fault.value.where["record"] == submission
    with household.zone(Zone.CASEWORK) as session:
        among = read_submissions(session, household.ring, [submission], purpose=Purpose.ASSISTANCE)[submission]
    assert isinstance(among, CiphertextRefused)
    with household.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="verifier") as session:
        checked = verify_received(session, household.ring, OPERATION, lambda _: None, purpose=Purpose.VERIFICATION)
    assert submission in {fault.where.get("record") for fault in checked.faults}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("collector", "another phone"),
        ("custody", "-/-/-/00000000-0000-4000-8000-000000000001"),
        ("form_id", "other"),
        ("form_version", "2"),
        ("instance", b"x" * 32),
        ("replaces", b"x" * 32),
    ],
)
def test_another_valid_value_is_refused(
    household: Household, answers: dict[str, UUID], owner: Any, column: str, value: object
) -> None:
    owner(f"UPDATE ingest.submission SET {column} = :value WHERE id = :id", value=value, id=answers["a"])
    refused(household, answers["a"])
    assert read(household, answers["b"]).id == answers["b"]


@pytest.mark.parametrize("column", ["xml", "instance", "collector"])
def test_two_rows_exchanged_are_refused(household: Household, answers: dict[str, UUID], owner: Any, column: str) -> None:
    with household.zone(Zone.COLLECTION) as session:
        xml = household.answers("uuid:d")
        another = receive_submission(
            session, household.ring, operation=OPERATION, xml=xml, files=[], collector="2"
        ).submission_id
    assert another
    owner("ALTER TABLE ingest.submission DROP CONSTRAINT uq_submission_operation_instance")
    owner(
        f"UPDATE ingest.submission AS one SET {column} = other.{column} FROM ingest.submission AS other "
        "WHERE (one.id = :a AND other.id = :b) OR (one.id = :b AND other.id = :a)",
        a=answers["a"],
        b=another,
    )
    refused(household, answers["a"])
    refused(household, another)


class TestChains:
    def test_an_answer_put_into_anothers_chain_is_refused_and_so_is_that(
        self, household: Household, answers: dict[str, UUID], owner: Any
    ) -> None:
        owner("UPDATE ingest.submission SET root_id = :root WHERE id = :id", root=answers["b"], id=answers["a"])
        refused(household, answers["a"])
        refused(household, answers["b"])

    def test_even_where_it_says_that_it_is_an_edit(self, household: Household, answers: dict[str, UUID], owner: Any) -> None:
        owner(
            "UPDATE ingest.submission SET root_id = :root, "
            "replaces = (SELECT instance FROM ingest.submission WHERE id = :root) WHERE id = :id",
            root=answers["b"],
            id=answers["a"],
        )
        refused(household, answers["a"])
        with pytest.raises(CiphertextRefused) as fault:
            read(household, answers["b"])
        assert fault.value.where["record"] == answers["a"]

    def test_an_edit_taken_out_of_its_chain_is_refused(
        self, household: Household, answers: dict[str, UUID], owner: Any
    ) -> None:
        owner("UPDATE ingest.submission SET root_id = id WHERE id = :id", id=answers["edit"])
        refused(household, answers["edit"])
        refused(household, answers["c"])

    def test_as_they_came_they_are_read(self, household: Household, answers: dict[str, UUID]) -> None:
        assert read(household, answers["edit"]).chain == {answers["c"], answers["edit"]}
        assert read(household, answers["a"]).chain == {answers["a"]}


def test_answers_of_an_earlier_version_are_read(household: Household, answers: dict[str, UUID], owner: Any) -> None:
    """They were bound to their record alone. Nobody without the key can make such a ciphertext of one that is bound to more."""
    with household.zone(Zone.CASEWORK) as session:
        key = open_key(session, household.ring, SUBMISSION, answers["a"])
    earlier = key.seal(household.answers("uuid:a"), Binding(SUBMISSION, answers["a"], "content"))
    owner("UPDATE ingest.submission SET xml = :xml WHERE id = :id", xml=earlier, id=answers["a"])
    assert read(household, answers["a"]).instance_id == "uuid:a"
