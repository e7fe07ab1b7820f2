"""An export left for its recipient: sealed for them alone, fetched by accounts of their provider, destroyed by what stops
it."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from io import BytesIO
from uuid import UUID, uuid4

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from casework import exporting, left_to_fetch
from casework.consent import ConsentState, LegalBasis, RestrictionReason, restrict_record
from casework.duplicates import merge_persons
from casework.erasure import ErasureReason, propose_erasure
from casework.erasure.carry_out_erasure import carry_out_erasure
from casework.export_errors import (
    LeftFileDamaged,
    LeftTooLarge,
    NobodyFetches,
    NothingToFetch,
    RecipientNoProvider,
)
from casework.left_to_fetch import LeftState, ToFetch
from casework.rights import hold_record
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.listed import RowNotAsListed
from core.permissions import Role
from core.second_person import approve
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.test_exporting.conftest import (
    NAME,
    OFFICER,
    SUPERVISOR,
    THEIRS,
    agree,
    approved,
    as_,
    object_to_all,
    opened,
    proposed,
    rows,
    some_persons,
)

LEAVING = import_module("casework.left_to_fetch.leave_export")
MEDICAL = "medical_partner"
DORA = Access("dora", OPERATION, (Grant(Role.PARTNER, provider=MEDICAL),))
LEGAL = Access("erik", OPERATION, (Grant(Role.PARTNER, provider="legal_partner"),))
NOBODYS = Access("nadia", OPERATION, (Grant(Role.PARTNER),))


def add_medical(team: Field, *, code: str = MEDICAL, fetches: bool = True) -> UUID:
    key = str(THEIRS.to_public())
    with as_(team, SUPERVISOR) as session:
        added = exporting.add_recipient(
            session, code=code, name="Dr Pia", organisation="Lake clinic", public_key=key, fetches=fetches
        )
    with as_(team, OFFICER) as session:
        exporting.confirm_recipient(session, added)
    return added


@pytest.fixture
def medical(field_team: Field) -> UUID:
    """A provider of the programme, whose accounts here may fetch."""
    return add_medical(field_team)


@pytest.fixture
def persons(field_team: Field) -> list[UUID]:
    """Two who agreed that the provider sees their records."""
    both = some_persons(field_team, 2, agreeing=False)
    for one in both:
        agree(field_team, one, recipient=MEDICAL)
    return both


def leave(team: Field, export: UUID, who: Access = SUPERVISOR) -> UUID:
    with as_(team, who) as session:
        left_to_fetch.leave_export(session, team.ring, export)
    return export


@pytest.fixture
def lying(field_team: Field, medical: UUID, persons: list[UUID]) -> UUID:
    return leave(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))


def listed(team: Field, who: Access = DORA) -> list[ToFetch]:
    with as_(team, who) as session:
        return left_to_fetch.page_to_fetch(session).rows


def fetch(team: Field, export: UUID, who: Access = DORA) -> bytes:
    out = BytesIO()
    with as_(team, who) as session:
        left_to_fetch.fetch_export(session, export, out)
    return out.getvalue()


def receive(team: Field, export: UUID, who: Access = DORA) -> None:
    with as_(team, who) as session:
        left_to_fetch.say_received(session, export)


def state(team: Field, export: UUID, who: Access = OFFICER) -> LeftState:
    with as_(team, who) as session:
        return left_to_fetch.left_of(session, [export])[export]


def kept(team: Field) -> bytes:
    with team.zone() as session:
        return b"".join(session.scalars(text("SELECT content FROM casework.left_export_chunk ORDER BY export, position")))


def lines(team: Field, export: UUID) -> list[tuple[str, str, object]]:
    """The oldest first."""
    with team.zone(Zone.AUDIT) as session:
        its = [line for line in reversed(audited_entries(session)) if line.subject == f"casework.left_export:{export}"]
    return [(line.actor, line.action, line.detail.get("did") or line.detail.get("ground")) for line in its]


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
        export = leave(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))
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
            leave(field_team, export)
        large = approved(field_team, proposed(field_team, add_medical(field_team), persons, fields=[NAME]))
        monkeypatch.setattr(LEAVING, "MOST_BYTES", 500)
        with pytest.raises(LeftTooLarge):
            leave(field_team, large)
        assert kept(field_team) == b""
        monkeypatch.undo()
        assert leave(field_team, large), "the approval still stands"

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
            leave(field_team, export)


def withdraws(team: Field, person: UUID) -> None:
    agree(team, person, ConsentState.WITHDRAWN, recipient=MEDICAL)


def is_restricted(team: Field, person: UUID) -> None:
    with as_(team, OFFICER) as session:
        restrict_record(session, team.ring, person, RestrictionReason.OBJECTION)


def is_held(team: Field, person: UUID) -> None:
    with as_(team, OFFICER) as session:
        hold_record(session, team.ring, person, reason="A court asks.")


def is_erased(team: Field, person: UUID) -> None:
    with as_(team, SUPERVISOR) as session:
        asked = propose_erasure(session, str(person), reason=ErasureReason.PERSON_ASKED)
    with as_(team, OFFICER) as session:
        approve(session, asked)
    with team.zone() as session:
        carry_out_erasure(session, team.ring, asked, audit_head={})


def is_linked_with_who_objected(team: Field, person: UUID) -> None:
    (other,) = some_persons(team, 1, agreeing=False)
    is_restricted(team, other)
    with as_(team, SUPERVISOR) as session:
        merge_persons(session, team.ring, person, other, purpose=Purpose.ASSISTANCE)


def withdraw_recipient(team: Field, recipient: UUID, waits: str = "0") -> None:
    with as_(team, OFFICER) as session:
        session.execute(text("SELECT set_config('lock_timeout', :waits, true)"), {"waits": waits})
        exporting.withdraw_recipient(session, recipient)


STOPS: dict[str, Callable[[Field, UUID], None]] = {
    "consent": withdraws,
    "restricted": is_restricted,
    "held": is_held,
    "erased": is_erased,
}


class TestWhatStopsIt:
    @pytest.mark.parametrize("why", STOPS)
    def test_it_is_destroyed_in_the_transaction_that_stops_it(
        self, field_team: Field, lying: UUID, persons: list[UUID], why: str
    ) -> None:
        fetch(field_team, lying)
        STOPS[why](field_team, persons[1])
        told = state(field_team, lying, SUPERVISOR)
        assert (kept(field_team), told.lies, told.ended_why, told.fetches) == (b"", False, why, 1)
        with pytest.raises(NothingToFetch):
            fetch(field_team, lying)
        assert lines(field_team, lying)[-1][1:] == (Action.ERASED, why)
        with field_team.zone(Zone.AUDIT) as session:
            assert not [line for line in audited_entries(session) if "Amal" in str(line)]

    def test_so_does_a_link_with_a_record_that_was_restricted_before(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        is_linked_with_who_objected(field_team, persons[0])
        assert state(field_team, lying).ended_why == "restricted"

    def test_a_consent_that_ends_by_itself_ends_it_on_that_day(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        """Known when it is left, or recorded while it lies."""
        early, earlier = now() + timedelta(days=5), now() + timedelta(days=2)
        agree(field_team, persons[0], recipient=MEDICAL, valid_until=early)
        lying = leave(field_team, approved(field_team, proposed(field_team, medical, persons, fields=[NAME])))
        assert state(field_team, lying).until == early
        agree(field_team, persons[1], recipient=MEDICAL, valid_until=earlier)
        assert (state(field_team, lying).until, state(field_team, lying).lies) == (earlier, True)

    def test_what_concerns_another_recipient_purpose_or_person_stops_nothing(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        agree(field_team, persons[0], ConsentState.REFUSED, recipient="legal_partner")
        is_restricted(field_team, other)
        is_held(field_team, other)
        with as_(field_team, OFFICER) as session:
            restrict_record(session, field_team.ring, persons[0], RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
        assert state(field_team, lying).lies

    def test_what_the_law_demands_is_not_stopped_by_an_objection(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        terms = {"purpose": Purpose.LEGAL, "basis": LegalBasis.LEGAL_OBLIGATION, "fields": [NAME]}
        lying = leave(field_team, approved(field_team, proposed(field_team, medical, persons, **terms)))  # type: ignore[arg-type]
        is_restricted(field_team, persons[0])
        assert state(field_team, lying).lies
        is_held(field_team, persons[0])
        assert state(field_team, lying).ended_why == "held"

    def test_a_recipient_who_is_withdrawn_fetches_nothing(self, field_team: Field, medical: UUID, lying: UUID) -> None:
        withdraw_recipient(field_team, medical)
        assert (kept(field_team), state(field_team, lying).ended_why) == (b"", "recipient_withdrawn")
        assert listed(field_team) == []

    def test_and_whoever_withdraws_them_while_it_is_left_waits(
        self, field_team: Field, medical: UUID, persons: list[UUID]
    ) -> None:
        export = approved(field_team, proposed(field_team, medical, persons, fields=[NAME]))
        with as_(field_team, SUPERVISOR) as session:
            left_to_fetch.leave_export(session, field_team.ring, export)
            with pytest.raises(DBAPIError, match="lock timeout"):
                withdraw_recipient(field_team, medical, waits="50ms")

    @pytest.mark.parametrize("who", [SUPERVISOR, OFFICER], ids=["who proposed it", "who approved it"])
    def test_who_proposed_or_approved_it_takes_it_back_and_nobody_else(
        self, field_team: Field, lying: UUID, who: Access
    ) -> None:
        south = Access("dana", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER, "org", "south"),))
        colleague = Access("sami", OPERATION, (Grant(Role.SUPERVISOR),))
        for other in (south, colleague, DORA):
            with pytest.raises(NotAllowed), as_(field_team, other) as session:
                left_to_fetch.take_back_left(session, lying)
        with as_(field_team, who) as session:
            left_to_fetch.take_back_left(session, lying)
        assert (kept(field_team), state(field_team, lying).ended_why) == (b"", "taken_back")
        with pytest.raises(NothingToFetch), as_(field_team, who) as session:
            left_to_fetch.take_back_left(session, lying)

    def test_nobody_takes_back_what_is_not_there(self, field_team: Field) -> None:
        with pytest.raises(NothingToFetch), as_(field_team, OFFICER) as session:
            left_to_fetch.take_back_left(session, uuid4())

    def test_whoever_withdraws_while_it_is_fetched_waits_for_the_line_of_it(
        self, field_team: Field, lying: UUID, persons: list[UUID]
    ) -> None:
        with as_(field_team, DORA) as session:
            left_to_fetch.fetch_export(session, lying, BytesIO())
            with pytest.raises(DBAPIError, match="lock timeout"):
                object_to_all(field_team, persons[0], waits="50ms")


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
