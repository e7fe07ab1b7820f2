"""Yesterday's backup, restored today: who was erased in between stays erased."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from anonymizer import Method
from anonymizer.register import Departure, register_departure
from anonymizer.register.errors import MethodsMixed
from app.backups.backup import KEYS_APART, KEYS_IN_BOTH
from app.backups.restore import DatabaseHoldsData, KeysOlder, NotThatPart
from app.backups.restoring_login import LoginTooWeak
from app.program import Program
from app.releases.operation_ledger import register_of
from casework.errors import RecordUnknown
from core.access import Access
from core.audit import Action, audited_entries
from core.audit_chain import PURPOSE, export_heads, read_heads, seal_log
from core.audit_verify import verify_log
from core.database import Zone
from core.keys.keyring import KeyRing
from core.listed import RowNotAsListed
from core.sealing.sealed_stream import SealedFileRefused
from core.sealing.signatures import verification_key
from forms import add_form_key, open_form_keys
from tests.app.test_erasure.attacker import opened_by_anything
from tests.app.test_erasure.conftest import OPERATION, PEOPLE, Emptiness, Store, every_row, owner_of, wrapped_keys
from tests.believed import believe

ERASED, *OTHERS = PEOPLE
# Keys that may lie beside what they open, each with the reason.
OTHER_KEYS = {
    "core.register_entry": "opens an entry of the registers of assessments and breaches, which are not erased",
    "forms.form_key": "opens what phones encrypt, which lies under the key of each submission besides",
    "identity.account": "opens a colleague's own sign-in secret, and no record of a person who was interviewed",
}


def test_yesterdays_data_with_todays_keys(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """The erased person is in the data backup, and nothing opens them: no key, no token, no byte of the restored server,
    even to an attacker who has the key ring. The two others open."""
    keys_then = wrapped_keys(store, store.persons[ERASED])
    assert len(keys_then) == 2
    yesterday = store.back_up(tmp_path / "yesterday")
    assert ERASED.encode() in opened_by_anything(store.owner, store.program.ring)  # the attacker can, before the erasure
    store.erase(ERASED)
    today = store.back_up(tmp_path / "today")

    done = emptiness.restore(store.program.ring, yesterday.files["data"], today.files["keys"])

    assert done.purged["casework.person"] == 1
    assert done.warnings == []
    restored = emptiness.open()
    assert [store.first_name(store.persons[name], restored) for name in OTHERS] == OTHERS
    with pytest.raises(RecordUnknown):
        store.first_name(store.persons[ERASED], restored)
    restored.close()
    opened = opened_by_anything(emptiness.owner, store.program.ring)
    assert ERASED.encode() not in opened
    assert all(name.encode() in opened for name in OTHERS)
    content = b"".join(content for _, content in emptiness.files())
    assert ERASED.encode() not in content
    assert [key for key in keys_then if key in content or key.hex().encode() in content] == []


def test_the_rows_of_the_erased_are_purged_from_every_table(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    yesterday = store.back_up(tmp_path / "yesterday")
    certificate = store.erase(ERASED)
    today = store.back_up(tmp_path / "today")
    emptiness.restore(store.program.ring, yesterday.files["data"], today.files["keys"])
    erased = {UUID(record) for record in certificate.content["records"]}
    left = {
        table
        for table, row in every_row(emptiness.owner)
        for value in row.values()
        if isinstance(value, UUID) and value in erased
    }
    assert left == {"casework.tombstone"}


def test_what_lay_for_a_recipient_is_in_no_backup(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """Or a file that was destroyed because somebody in it was erased would come back."""
    store.leave_for_a_partner(ERASED)
    yesterday = store.back_up(tmp_path / "yesterday")
    store.erase(ERASED)
    today = store.back_up(tmp_path / "today")
    emptiness.restore(store.program.ring, yesterday.files["data"], today.files["keys"])
    with owner_of(emptiness.owner) as connection:
        [row] = connection.execute(text("SELECT ended_why, fetches FROM casework.left_export"))
        assert tuple(row) == ("restored", 0)
        assert connection.scalar(text("SELECT count(*) FROM casework.left_export_chunk")) == 0


def test_yesterdays_keys_bring_them_back_and_the_program_says_so(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """The control: it is the newest keys that keep a person erased, which is why old key backups are not kept."""
    yesterday = store.back_up(tmp_path / "yesterday")
    store.erase(ERASED)
    done = emptiness.restore(store.program.ring, yesterday.files["data"], yesterday.files["keys"])
    [warning] = done.warnings
    assert "is back" in warning
    assert ERASED.encode() in opened_by_anything(emptiness.owner, store.program.ring)


def test_tombstones_keep_them_erased_even_with_yesterdays_keys(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    yesterday = store.back_up(tmp_path / "yesterday")
    store.erase(ERASED)
    today = store.back_up(tmp_path / "today")
    ring, files = store.program.ring, yesterday.files
    done = emptiness.restore(ring, files["data"], files["keys"], tombstones=today.files["tombstones"])
    assert done.purged["casework.person"] == 1
    opened = opened_by_anything(emptiness.owner, ring)
    assert ERASED.encode() not in opened
    assert all(name.encode() in opened for name in OTHERS)


def test_keys_older_than_the_data_are_refused_unless_told(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    yesterday, today = store.back_up(tmp_path / "yesterday"), store.back_up(tmp_path / "today")
    ring = store.program.ring
    with pytest.raises(KeysOlder):
        emptiness.restore(ring, today.files["data"], yesterday.files["keys"])
    done = emptiness.restore(ring, today.files["data"], yesterday.files["keys"], older_keys=True)
    assert any("do not open" in warning for warning in done.warnings)


def test_nothing_is_restored_over_data(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    made = store.back_up(tmp_path)
    emptiness.restore(store.program.ring, made.files["data"], made.files["keys"])
    with pytest.raises(DatabaseHoldsData):
        emptiness.restore(store.program.ring, made.files["data"], made.files["keys"])


def test_the_audit_log_comes_back_whole_with_a_line_of_the_restore(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    with store.program.database.transaction(Zone.AUDIT) as session:
        before = [(entry.number, entry.at, entry.actor, entry.action) for entry in audited_entries(session, newest=10_000)]
    made = store.back_up(tmp_path)
    emptiness.restore(store.program.ring, made.files["data"], made.files["keys"])
    restored = emptiness.open()
    with restored.transaction(Zone.AUDIT) as session:
        entries = audited_entries(session, newest=10_000)
    restored.close()
    assert [(entry.number, entry.at, entry.actor, entry.action) for entry in entries[1:]] == before
    assert entries[0].action == Action.RESTORED


def test_the_sealed_audit_log_still_verifies(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """With the heads that were kept outside, and with the lines that the restored database added."""
    ring, heads = store.program.ring, tmp_path / "heads.jsonl"
    store.erase(ERASED)
    with store.program.database.transaction(Zone.AUDIT) as session:
        seal_log(session, ring)
    with store.program.database.transaction(Zone.AUDIT) as session:
        assert export_heads(session, ring, heads)
    made = store.back_up(tmp_path)
    emptiness.restore(ring, made.files["data"], made.files["keys"])
    restored, faults = emptiness.open(), []
    with restored.transaction(Zone.AUDIT) as session:
        verified = verify_log(session, verification_key(ring, PURPOSE), read_heads(heads), faults.append)
    restored.close()
    assert (faults, verified.exported > 0) == ([], True)


class TestByALoginThatIsNoSuperuser:
    """Row-level security holds the owner of the tables off as well: what was erased must be purged all the same."""

    def test_the_erased_stay_erased_the_others_open_and_the_walls_stand(
        self, store: Store, plain: Emptiness, emptiness: Emptiness, tmp_path: Path
    ) -> None:
        yesterday = store.back_up(tmp_path / "yesterday")
        store.erase(ERASED)
        today = store.back_up(tmp_path / "today")
        done = plain.restore(store.program.ring, yesterday.files["data"], today.files["keys"])
        assert done.purged["casework.person"] == 1
        assert [warning for warning in done.warnings if "checkpoint" in warning] == done.warnings
        restored = plain.open()
        assert [store.first_name(store.persons[name], restored) for name in OTHERS] == OTHERS
        restored.close()
        assert ERASED.encode() not in opened_by_anything(emptiness.owner, store.program.ring)
        assert forced(emptiness.owner) == forced(store.owner)
        with pytest.raises(DatabaseHoldsData):
            plain.restore(store.program.ring, yesterday.files["data"], today.files["keys"])

    @pytest.mark.parametrize(
        ("taken", "missing"),
        [
            ("ALTER DATABASE {name} OWNER TO waystation_admin", "ALTER DATABASE"),
            ("DROP EXTENSION postgis", "CREATE EXTENSION postgis"),
            ("ALTER ROLE restorer NOCREATEROLE", "ALTER ROLE"),
        ],
    )
    def test_what_it_lacks_is_named_before_anything_is_touched(
        self, store: Store, plain: Emptiness, emptiness: Emptiness, tmp_path: Path, taken: str, missing: str
    ) -> None:
        made = store.back_up(tmp_path)
        with owner_of(emptiness.owner) as connection:
            connection.execute(text(taken.format(name=plain.name)))
        with pytest.raises(LoginTooWeak, match=missing):
            plain.restore(store.program.ring, made.files["data"], made.files["keys"], program="restorer")


def forced(owner: str) -> set[str]:
    """The tables whose walls hold everybody off."""
    with owner_of(owner) as connection:
        return set(connection.scalars(text("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity")))


def test_the_walls_stand_in_the_restored_database(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    made = store.back_up(tmp_path)
    emptiness.restore(store.program.ring, made.files["data"], made.files["keys"])
    counted = "SELECT count(*) FROM pg_policies"
    with owner_of(store.owner) as ours, owner_of(emptiness.owner) as theirs:
        assert ours.scalar(text(counted)) == theirs.scalar(text(counted))
    restored = emptiness.open()
    with restored.transaction(Zone.CASEWORK, operation="OTHER") as session:
        assert session.scalar(text("SELECT count(*) FROM casework.person")) == 0
    restored.close()


class TestTheFiles:
    def test_the_data_holds_no_key_and_neither_holds_a_word(self, store: Store, tmp_path: Path) -> None:
        keys = wrapped_keys(store, store.persons[ERASED])
        for path in store.back_up(tmp_path).files.values():
            content = path.read_bytes()
            assert not any(name.encode() in content for name in PEOPLE)
            assert not any(key in content or key.hex().encode() in content for key in keys)
            assert path.stat().st_mode & 0o777 == 0o600

    def test_a_flipped_bit_is_refused_before_anything_is_restored(
        self, store: Store, emptiness: Emptiness, tmp_path: Path
    ) -> None:
        made = store.back_up(tmp_path)
        content = bytearray(made.files["data"].read_bytes())
        content[-100] ^= 1
        made.files["data"].write_bytes(content)
        with pytest.raises(SealedFileRefused):
            emptiness.restore(store.program.ring, made.files["data"], made.files["keys"])
        with owner_of(emptiness.owner) as connection:
            assert connection.scalar(text("SELECT to_regclass('core.operation')")) is None

    def test_the_parts_cannot_be_mistaken_for_one_another(self, store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
        made = store.back_up(tmp_path)
        with pytest.raises(NotThatPart):
            emptiness.restore(store.program.ring, made.files["keys"], made.files["data"])

    def test_another_key_ring_opens_none(self, store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
        made = store.back_up(tmp_path)
        with pytest.raises(SealedFileRefused):
            emptiness.restore(KeyRing({1: bytes(32)}, bytes(32)), made.files["data"], made.files["keys"])


def test_every_table_of_wrapped_keys_is_on_the_list(store: Store) -> None:
    """A wrapped key stands with its commitment: a table that has both and is not on the list would be in the data backup."""
    with owner_of(store.owner) as connection:
        found = connection.scalars(
            text(
                "SELECT DISTINCT table_schema || '.' || table_name FROM information_schema.columns "
                "WHERE column_name LIKE '%commitment' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
    assert set(found) == {*KEYS_APART, *OTHER_KEYS}
    assert set(KEYS_IN_BOTH) == {"core.key_version", *OTHER_KEYS}


def test_older_data_spend_no_budget_again(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """What left since by which method is in the newest key backup, and stays refused beside older data."""
    ring, register = store.program.ring, register_of(store.program, Access.of_system("officer", OPERATION))
    with register.held() as held:
        stated = held.append("budget", {"data_set": OPERATION, "rho": 0.02, "most": 3})
    yesterday = store.back_up(tmp_path / "yesterday")
    left = Departure(OPERATION, Method.DIFFERENTIAL_PRIVACY, frozenset({"age"}), frozenset({"2026-W07"}), {"rho": 0.02})
    with register.held() as held:
        spent = register_departure(held, left)
    today = store.back_up(tmp_path / "today")
    emptiness.restore(ring, yesterday.files["data"], today.files["keys"])
    restored = Program(store.program.settings, emptiness.open(), ring)
    again = register_of(restored, Access.of_system("officer", OPERATION))
    assert again.lines() == [stated, spent]
    wanted = replace(left, method=Method.CELL_KEYS)
    with pytest.raises(MethodsMixed), again.held() as held:
        register_departure(held, wanted)
    restored.database.close()


def test_what_opens_encrypted_answers_is_restored_from_both_files(store: Store, emptiness: Emptiness, tmp_path: Path) -> None:
    """A form key that was made since the data were backed up is in the newest key backup; phones may hold answers for it."""
    ring, database = store.program.ring, store.program.database

    def add_key() -> None:
        with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            add_form_key(session, ring, OPERATION)

    add_key()
    yesterday = store.back_up(tmp_path / "yesterday")
    add_key()
    today = store.back_up(tmp_path / "today")
    emptiness.restore(ring, yesterday.files["data"], today.files["keys"])
    with database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        kept = list(open_form_keys(session, ring, OPERATION))
    restored = emptiness.open()
    restored.ring = ring
    # The key is newer than the list of the data that it stands beside: two people say that it is to be believed.
    with pytest.raises(RowNotAsListed), restored.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        list(open_form_keys(session, ring, OPERATION))
    believe(restored, operation=OPERATION)
    with restored.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        assert list(open_form_keys(session, ring, OPERATION)) == kept
    restored.close()
    assert len(kept) == 2
