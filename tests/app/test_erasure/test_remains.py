"""What a forensic search of the database's folder finds of a destroyed key."""

from app.destroy_remains import destroy_remains
from tests.app.test_erasure.conftest import PEOPLE, Store, owner_of, wrapped_keys


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
