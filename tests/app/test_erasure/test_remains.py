"""What a forensic search of the database's folder finds of a destroyed key."""

from dataclasses import replace

import pytest

from app.program import Program
from app.records.destroy_remains import RemainsLeft, destroy_remains, destroy_what_is_left, remains_left
from app.worker.pipeline import after_erasure
from app.worker.tasks import build_worker
from core.postgres.embedded_cluster import PROGRAM
from tests.app.test_erasure.conftest import OPERATION, PEOPLE, Store, owner_of, wrapped_keys


def found_in(store: Store, keys: list[bytes]) -> set[str]:
    """The kinds of files in which one of the keys lies, as it is stored or written in hexadecimal."""
    return {
        "log" if "pg_wal" in path else "table"
        for path, content in store.files()
        for key in keys
        if key in content or key.hex().encode() in content
    }


def test_a_deleted_key_lies_in_the_files_until_its_remains_are_destroyed(store: Store) -> None:
    """The first half is the control: without it the second would prove nothing."""
    keys = wrapped_keys(store, store.persons[PEOPLE[0]])
    store.erase(PEOPLE[0])
    assert found_in(store, keys) == {"log", "table"}
    destroy_remains(store.owner)
    assert found_in(store, keys) == set()


def with_login(store: Store, *, owner: str = "") -> Program:
    """The program as it runs on a server: with a login that owns nothing, and perhaps the owner's beside it."""
    login = store.cluster.url(PROGRAM, store.name).render_as_string()
    return replace(store.program, settings=replace(store.program.settings, database_url=login, database_owner_url=owner))


def test_with_the_owners_login_the_program_destroys_what_is_left_by_itself(store: Store) -> None:
    program = with_login(store, owner=store.owner)
    keys = wrapped_keys(store, store.persons[PEOPLE[0]])
    assert not remains_left(program)
    store.erase(PEOPLE[0])
    assert remains_left(program)
    after_erasure(build_worker(program))(OPERATION, frozenset())  # what is called once an erasure is committed
    assert not remains_left(program)
    assert found_in(store, keys) == set()
    store.erase(PEOPLE[1])
    assert remains_left(program)


def test_without_it_the_step_is_still_to_be_done_and_says_how(store: Store) -> None:
    program = with_login(store)
    store.erase(PEOPLE[0])
    with pytest.raises(RemainsLeft, match="bin/waystation erase remains"):
        destroy_what_is_left(program)
    assert remains_left(program)


def test_the_keys_of_others_are_not_touched(store: Store) -> None:
    store.erase(PEOPLE[0])
    destroy_remains(store.owner)
    for name in PEOPLE[1:]:
        assert store.first_name(store.persons[name], store.program.database) == name


def test_no_sample_of_a_key_is_kept_by_the_planner(store: Store) -> None:
    """ANALYZE keeps sampled values in `pg_statistic`, where a destroyed key would live on."""
    with owner_of(store.owner) as connection:
        connection.exec_driver_sql("ANALYZE casework.record_key, ingest.record_key")
        sampled = connection.exec_driver_sql(
            "SELECT tablename, attname FROM pg_stats WHERE tablename = 'record_key' AND attname IN ('sealed', 'commitment')"
        ).all()
        others = connection.exec_driver_sql("SELECT count(*) FROM pg_stats WHERE tablename = 'record_key'").scalar()
    assert (sampled, bool(others)) == ([], True)
