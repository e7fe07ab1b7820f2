"""An export left for its recipient: sealed for them alone, fetched by accounts of their provider, destroyed by what stops
it."""

from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from casework import left_to_fetch
from casework.export_errors import (
    LeftFileDamaged,
    LeftTooLarge,
    NobodyFetches,
    NothingToFetch,
    RecipientNoProvider,
)
from core.access import Access, NotAllowed
from core.audit import Action
from core.clock import now
from core.listed import RowNotAsListed
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.test_exporting.conftest import (
    DORA,
    LEGAL,
    NAME,
    NOBODYS,
    OFFICER,
    SUPERVISOR,
    add_medical,
    approved,
    fetch,
    kept,
    leave_to_fetch,
    lines,
    listed,
    opened,
    proposed,
    receive,
    rows,
    state,
)

LEAVING = import_module("casework.left_to_fetch.leave_export")


class TestFetching:
    def test_the_provider_fetches_as_often_as_lines_break_off_and_says_when_it_came(
        self, field_team: Field, lying: UUID
    ) -> None:
        (one,) = listed(field_team)
        assert (one.id, one.records, one.of_referral, one.fetched_at) == (lying, 2, False, None)
        assert one.until - one.left_at == timedelta(days=left_to_fetch.LEFT_DAYS)
        first, again = fetch(field_team, lying), fetch(field_team, lying)
        assert first == again == kept(field_team)
        assert len(first) == one.size
        assert {row[NAME] for row in rows(opened(first)["persons.csv"])} == {"Amal 0", "Amal 1"}
        assert state(field_team, lying).fetches == 2
        for _ in range(2):  # said twice, it is said once
            receive(field_team, lying)
        assert (kept(field_team), listed(field_team), state(field_team, lying).ended_why) == (b"", [], "received")
        with pytest.raises(NothingToFetch):
            fetch(field_team, lying)
        assert lines(field_team, lying) == [
            ("sara", Action.SHARED, None),
            ("dora", Action.EXPORTED, "fetched"),
            ("dora", Action.EXPORTED, "fetched"),
            ("dora", Action.ERASED, "received"),
        ]

    def test_it_is_sealed_for_their_key_alone_and_no_key_of_ours_opens_it(self, field_team: Field, lying: UUID) -> None:
        content = kept(field_team)
        header = content[: content.index(b"\n---")].split(b"\n-> ")
        assert header[0] == b"age-encryption.org/v1"
        assert sum(stanza.startswith(b"X25519") for stanza in header[1:]) == 1, "for one key"
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(content, [x25519.Identity.generate()])
        assert b"Amal" not in content
        assert SCREENING["prs_First_Name"].encode() not in content

    @pytest.mark.parametrize("who", [LEGAL, NOBODYS], ids=["of another provider", "of none"])
    def test_who_is_not_of_that_provider_sees_nothing_of_it(self, field_team: Field, lying: UUID, who: Access) -> None:
        assert listed(field_team, who) == []
        for attempt in (fetch, receive):
            with pytest.raises(NothingToFetch):
                attempt(field_team, lying, who)
        assert state(field_team, lying).lies

    def test_who_sent_it_may_not_fetch_it_and_a_token_for_something_else_neither(self, field_team: Field, lying: UUID) -> None:
        answers = Access("dora", OPERATION, DORA.grants, only=frozenset())
        for who in (SUPERVISOR, OFFICER, answers):
            for attempt in (fetch, receive):
                with pytest.raises(NotAllowed):
                    attempt(field_team, lying, who)

    def test_it_lies_so_many_days_and_is_then_destroyed(
        self, field_team: Field, lying: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late = now() + timedelta(days=left_to_fetch.LEFT_DAYS, minutes=1)
        for module in ("end_left", "fetch_export", "list_left"):
            monkeypatch.setattr(import_module(f"casework.left_to_fetch.{module}"), "now", lambda: late)
        assert listed(field_team) == []
        with pytest.raises(NothingToFetch):
            fetch(field_team, lying)
        with field_team.zone() as session:
            assert left_to_fetch.end_overdue(session) == 1
        with field_team.zone() as session:
            assert left_to_fetch.end_overdue(session) == 0
        assert (kept(field_team), state(field_team, lying).ended_why) == (b"", "over")

    def test_a_file_of_many_pieces_comes_whole(
        self, field_team: Field, medical: UUID, persons: list[UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LEAVING, "CHUNK_BYTES", 256)
        export = leave_to_fetch(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))
        with field_team.zone() as session:
            assert session.scalar(text("SELECT count(*) FROM casework.left_export_chunk")) > 3
        assert len(rows(opened(fetch(field_team, export))["persons.csv"])) == 2


class TestLeaving:
    def test_nothing_is_left_for_who_cannot_fetch_or_beyond_the_bound(
        self, field_team: Field, persons: list[UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_hand = add_medical(field_team, fetches=False)
        export = approved(field_team, proposed(field_team, by_hand, persons, fields=[NAME]))
        with pytest.raises(NobodyFetches):
            leave_to_fetch(field_team, export)
        large = approved(field_team, proposed(field_team, add_medical(field_team), persons, fields=[NAME]))
        monkeypatch.setattr(LEAVING, "MOST_BYTES", 500)
        with pytest.raises(LeftTooLarge):
            leave_to_fetch(field_team, large)
        assert kept(field_team) == b""
        monkeypatch.undo()
        assert leave_to_fetch(field_team, large), "the approval still stands"

    def test_a_recipient_who_fetches_is_a_provider_of_the_programme(self, field_team: Field) -> None:
        for code in ("lake-clinic", "own"):
            with pytest.raises(RecipientNoProvider):
                add_medical(field_team, code=code)

    def test_that_they_fetch_is_confirmed_by_two_people_and_not_changed(
        self, field_team: Field, persons: list[UUID], owner: Engine
    ) -> None:
        with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
            session.execute(text("UPDATE casework.export_recipient SET provider = code"))
        by_hand = add_medical(field_team, fetches=False)
        export = approved(field_team, proposed(field_team, by_hand, persons, fields=[NAME]))
        with owner.begin() as connection:
            connection.execute(text("UPDATE casework.export_recipient SET provider = code"))
        with pytest.raises(RowNotAsListed):
            leave_to_fetch(field_team, export)


class TestTampering:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE casework.left_export_chunk SET content = content || '\\x00'",
            "DELETE FROM casework.left_export_chunk",
            "UPDATE casework.left_export_chunk SET position = 1",
        ],
    )
    def test_a_file_that_is_not_as_it_was_left_is_given_to_nobody(
        self, field_team: Field, lying: UUID, owner: Engine, change: str
    ) -> None:
        with owner.begin() as connection:
            connection.execute(text(change))
        with pytest.raises(LeftFileDamaged):
            fetch(field_team, lying)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE casework.left_export SET sha256 = 'x'",
            "UPDATE casework.left_export SET persons = '{}'",
            "UPDATE casework.export_recipient SET code = 'legal_partner', provider = 'legal_partner'",
        ],
    )
    def test_nor_to_another_provider_nor_with_others_in_it(
        self, field_team: Field, lying: UUID, owner: Engine, change: str
    ) -> None:
        with owner.begin() as connection:
            connection.execute(text(change))
        for who in (DORA, LEGAL):
            with pytest.raises((LeftFileDamaged, NothingToFetch, RowNotAsListed)):
                fetch(field_team, lying, who)

    def test_the_program_changes_nothing_of_what_is_listed(self, field_team: Field, lying: UUID) -> None:
        for change in ("SET persons = '{}'", "SET sha256 = ''", "SET size = 0"):
            with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
                session.execute(text(f"UPDATE casework.left_export {change}"))
