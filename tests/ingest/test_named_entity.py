"""Answers name an entity in their `meta` block, as phones write it."""

from uuid import UUID

import pytest

from ingest.entities import NamedEntity, named_entity

DRAWN = "24b47424-ccf8-4f4b-b4cd-34ff5c71eddd"


def named(entity: str, meta: str = "meta") -> NamedEntity | None:
    return named_entity(f'<data id="f"><{meta}><instanceID>uuid:1</instanceID>{entity}</{meta}></data>'.encode())


@pytest.mark.parametrize(
    ("action", "creates", "updates"),
    [
        ('create="1"', True, False),
        ('update="true" baseVersion="3" trunkVersion="" branchId=""', False, True),
        ('create="1" update="1"', True, True),
        ('create="yes" update="0"', False, False),  # any other word is no
        ("", False, False),
    ],
)
def test_what_is_to_be_done_with_it(action: str, creates: bool, updates: bool) -> None:
    found = named(f'<entity dataset="cases" id="{DRAWN}" {action}><label>x</label></entity>')
    assert found == NamedEntity("cases", UUID(DRAWN), creates, updates)


@pytest.mark.parametrize("written", ["SC-1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
def test_only_a_uuid_that_was_drawn_is_an_id(written: str) -> None:
    found = named(f'<entity dataset="cases" id="{written}" create="1"/>')
    assert found
    assert found.id is None


def test_without_one_none_is_named_nor_by_an_answer_that_looks_like_one() -> None:
    assert named("") is None
    assert named('<entity dataset="cases" id="" create="1"/>') is None  # from a phone that knows nothing of entities
    assert named(f'<entity dataset="cases" id="{DRAWN}" create="1"/>', meta="group") is None
    assert named(f'<x:entity dataset="cases" id="{DRAWN}" create="1"/>', meta="orx:meta") is not None  # as real phones write it
