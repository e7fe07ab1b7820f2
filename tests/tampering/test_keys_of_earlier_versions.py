"""Keys that list less than they do now, as earlier versions wrote them: read as far as they list, until they are sealed."""

from collections.abc import Collection

import pytest
from sqlalchemy import select

from casework import read_person
from casework.errors import ClearRowsUnlisted
from casework.models import KeyKind, StoredKey
from casework.records import keep_from
from casework.store import list_all
from casework.store.seal_record import unwrap
from casework.store.what_is_listed import EDITION, LISTED, is_of_clear_row, name_of
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import Tampered, World
from tests.tampering.test_clear_rows import refused
from tests.tampering.test_replay import put_back, verified


class TestKeysOfAnEarlierVersion:
    """They list no rows in clear, or fewer: of what they do not list they tell nothing, `store verify` names them, and
    `store seal` makes them list it."""

    def test_they_are_read_and_told_until_they_are_sealed(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered)
            assert refused(world, tampered) == set()
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}
            keys = tampered.rows("SELECT FROM casework.record_key WHERE kind IN ('person', 'movement')")
            assert seal(world, tampered) == len(keys)
            assert verified(world, tampered).faults == []
            tampered.do("DELETE FROM casework.hold")
            assert refused(world, tampered) == {str(person) for person in world.persons}

    def test_a_change_does_not_make_them_list_what_nobody_vouched_for(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered)
            with tampered.zone(Zone.CASEWORK) as session:
                keep_from(session, world.ring, world.persons[0], RecordPart.CONTACT, "carim")
                session.commit()
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}

    def test_a_key_of_the_first_edition_lists_what_that_one_knew(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered, but=FIRST_EDITION)
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}
            tampered.do("UPDATE casework.rights_request SET outcome = 'granted'")
            assert refused(world, tampered) == set()
            tampered.do("DELETE FROM casework.hold")
            assert refused(world, tampered) == {str(person) for person in world.persons}
            assert seal(world, tampered)
            assert refused(world, tampered) == {str(person) for person in world.persons}, "what it listed stays listed"

    def test_a_key_of_the_second_edition_lists_nothing_of_the_people_around(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered, but=list(LISTED)[:18], edition=2)
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}
            tampered.do("DELETE FROM casework.child_care")
            assert refused(world, tampered) == set()
            tampered.do("UPDATE casework.rights_request SET outcome = 'granted'")
            assert refused(world, tampered) == {str(person) for person in world.persons}

    def test_sealing_again_believes_nothing_that_was_changed_since(self, world: World) -> None:
        with world.tampered() as tampered:
            tampered.do("DELETE FROM casework.hold")
            assert seal(world, tampered) == 0
            assert refused(world, tampered) == {str(person) for person in world.persons}

    def test_after_a_restore_everything_is_sealed_as_it_stands(self, world: World) -> None:
        with world.tampered() as tampered:
            for table in ("person", "interview", "movement_event"):
                for row in world.before[table]:
                    put_back(tampered, table, row, "id")
            for key in world.before["record_key"]:  # of which the log, restored with the data, knows later changes
                put_back(tampered, "record_key", key, "record", "kind")
            assert verified(world, tampered).faults
            seal(world, tampered, restored=True)
            with tampered.zone(Zone.CASEWORK) as session:
                for person in world.persons:
                    assert read_person(session, world.ring, person, parts=list(RecordPart), purpose=Purpose.LEGAL)

    def test_no_account_seals(self, world: World) -> None:
        amal = Access("amal", OPERATION, (Grant(Role.ADMINISTRATOR),))
        with world.tampered() as tampered, tampered.zone(Zone.CASEWORK, amal) as session, pytest.raises(NotAllowed):
            list_all(session, world.ring, OPERATION, lambda _: None)


FIRST_EDITION = ("person", "consent", "restriction", "opening", "kept_from", "hold", "file", "case", "merge")


def forget(world: World, tampered: Tampered, *, but: Collection[str] = (), edition: int = 1) -> None:
    """Every person's and reporter's key as an earlier version of the program wrote it."""
    with tampered.zone(Zone.CASEWORK) as session:
        kinds = [KeyKind.PERSON.value, KeyKind.MOVEMENT.value]
        for row in session.scalars(select(StoredKey).where(StoredKey.kind.in_(kinds))).all():
            key = unwrap(world.ring, row)
            listed = key.listed(row.versions)
            stays = {one: number for one, number in listed.items() if not is_of_clear_row(number) or name_of(number) in but}
            told = {EDITION: edition} if edition > 1 else {}  # the first named none
            key.list_anew({one: number for one, number in stays.items() if one != EDITION} | told)
        session.commit()


def seal(world: World, tampered: Tampered, *, restored: bool = False) -> int:
    with tampered.zone(Zone.CASEWORK) as session:
        count = list_all(session, world.ring, OPERATION, lambda _: None, restored=restored)
        session.commit()
    return count
