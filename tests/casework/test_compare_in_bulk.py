"""What reading in bulk looks at in a hurry decides as the whole comparison does."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import ClearRowChanged
from casework.store.clear_rows import custody_entry
from casework.store.compare_in_bulk import ComparedInBulk
from casework.store.what_is_listed import CHANGES, CUSTODY, EDITION, KEPT_FROM, NEWEST_EDITION, NUMBERS
from core.keys.newest_versions import write_versions
from tests.casework.conftest import OPERATION

PERSON, OTHER_ROW = UUID(int=5), UUID(int=6)
HERE, THERE = "org/north/team-1/amal", "org/north/team-1/badr"
ENTRIES = {
    PERSON: 1,
    custody_entry(OPERATION, HERE)[0]: NUMBERS[CUSTODY],
    OTHER_ROW: NUMBERS[KEPT_FROM],
    CHANGES: 2,
    EDITION: NEWEST_EDITION,
    UUID(int=7): NUMBERS[KEPT_FROM] % 256,  # a version of a row, which ends as that number does
}


def decided(compared: ComparedInBulk, hurried: bool, newest: bytes, custody: bytes, kept: bytes) -> object:
    decide = compared.showing() if hurried else compared._compared
    try:
        return decide(PERSON.bytes, newest, custody, kept)
    except ClearRowChanged as refusal:
        return refusal.where


@given(
    listed=st.lists(st.sampled_from(sorted(ENTRIES)), unique=True),
    custody=st.sampled_from([HERE, THERE]),
    kept=st.sampled_from(["", '["kept_from", "facts", "amal"]', '["kept_from", "facts", "badr"]']),
    changes=st.sampled_from([{}, {PERSON.bytes: 1}]),
)
def test_a_hurried_look_decides_as_the_whole_comparison(
    listed: list[UUID], custody: str, kept: str, changes: dict[bytes, int]
) -> None:
    if CHANGES not in listed:
        changes = {}
    compared = ComparedInBulk(OPERATION, "amal", "facts", changes)
    given_ = write_versions({one: ENTRIES[one] for one in listed}), custody.encode(), kept.encode()
    assert decided(compared, True, *given_) == decided(compared, False, *given_)


def test_an_exclusion_that_is_listed_and_not_there_is_missed_though_the_log_tells_nothing() -> None:
    compared = ComparedInBulk(OPERATION, "amal", "facts", {})
    with pytest.raises(ClearRowChanged, match="missing"):
        compared.showing()(PERSON.bytes, write_versions(ENTRIES), HERE.encode(), b"")
