"""Two organisations learn whom both know, and neither shows a name."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from casework.consent.consents import ConsentState
from casework.consent.record_consent import Statement, record_consent
from casework.consent.withdraw_consent import withdraw_consent
from casework.duplicate_models import MatchRow
from casework.duplicates.compare_persons import Profile
from casework.duplicates.errors import ExchangeUnknown, ListOutOfBounds, ListUnreadable, SaltUsed
from casework.duplicates.match_partner import ENCODINGS, FEWEST, RowMatch, at_least, compare_lists, export_list
from casework.duplicates.merge_persons import merge_persons
from casework.errors import ClearRowChanged
from casework.store import NewPerson, write_persons
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from core.sealing.shared_tokens import SaltUnfit, SharedSalt, create_salt, read_salt
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, Field

OFFICER = (Grant(Role.DATA_PROTECTION_OFFICER),)
PARTNER = "HELP"
SALT = SharedSalt(bytes(32))


@begun
def persons(field_team: Field) -> list[UUID]:
    """As many persons as a list must hold, and one more; all but the last agreed that the partner learns of them."""
    people = [person(number) for number in range(FEWEST + 1)]
    with field_team.zone() as session:
        write_persons(session, field_team.ring, OPERATION, people)
    agree(field_team, [one.id for one in people[:-1]])
    return [one.id for one in people]


def person(number: int) -> NewPerson:
    named = {
        "prs_First_Name": f"{chr(98 + number)}ibir{chr(98 + number)}",
        "prs_Second_Name": "Hassan",
        "prs_Birthdate": f"1990-02-{number + 1:02}",
    }
    reached, counted = {"prs_MobilePhone": f"+252 61 55501{number:02}"}, {"prs_Gender": "female"}
    return NewPerson({RecordPart.IDENTITY: named, RecordPart.CONTACT: reached, RecordPart.FACTS: counted})


def agree(team: Field, people: Sequence[UUID]) -> None:
    said = Statement(
        Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", recipient=PARTNER, text_version="2026080101", language="ar"
    )
    with team.zone() as session:
        for person in people:
            record_consent(session, team.ring, person, said)


def export(team: Field, grants: Sequence[Grant] = OFFICER, salt: SharedSalt = SALT, partner: str = PARTNER) -> bytes:
    with team.database.transaction(Zone.CASEWORK, access=Access("dpo", OPERATION, tuple(grants))) as session:
        return export_list(session, team.ring, salt, partner=partner, purpose=Purpose.REFERRAL)


def compare(team: Field, theirs: bytes, grants: Sequence[Grant] = OFFICER) -> tuple[RowMatch, ...]:
    with team.database.transaction(Zone.CASEWORK, access=Access("dpo", OPERATION, tuple(grants))) as session:
        return compare_lists(session, team.ring, SALT, theirs, purpose=Purpose.REFERRAL)


def partners_list(people: Sequence[Profile], salt: SharedSalt = SALT) -> bytes:
    """As the partner's own installation writes it, filled up with strangers to the least that is allowed."""
    strangers = [Profile(f"stranger{n}", "else", "1950-05-05", "male", "SO", "") for n in range(FEWEST - len(people))]
    rows = []
    for number, one in enumerate([*people, *strangers]):
        values = {name: encode(one) for name, encode in ENCODINGS.items()}
        rows.append(
            {"row": 7000 + number, "tokens": {name: salt.token(name, said).hex() for name, said in values.items() if said}}
        )
    return json.dumps({"format": "waystation-match-1", "salt": salt.check.hex(), "rows": rows}).encode()


# The first one sent, as the partner wrote them down: another spelling, another telephone.
SAME = Profile("bebirb", "xasan", "1990-02-01", "female", "", "")


def test_rows_agree_that_are_of_one_person(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    [match] = compare(field_team, partners_list([SAME]))
    assert (match.theirs, match.rests_on) == (7000, ("names, day of birth",))
    assert match.person in persons
    assert str(match.person) not in repr(match)


def test_a_telephone_and_one_name_are_enough(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    [match] = compare(field_team, partners_list([Profile("bibirb", "warsame", "", "", "", "252615550100")]))
    assert match.rests_on == ("first name, telephone",)


def test_a_list_holds_no_name_no_id_and_nobody_who_did_not_agree(field_team: Field, persons: list[UUID]) -> None:
    content = export(field_team)
    rows = json.loads(content)["rows"]
    assert len(rows) == FEWEST == len(persons) - 1
    assert len({row["row"] for row in rows}) == len(rows)
    said = content.decode().casefold()
    assert not [one for one in persons if str(one) in said or one.hex in said]
    beside_tokens = re.sub(r'"[0-9a-f]{32,}"', "", said)  # in which four digits come together by chance
    assert not [hidden for hidden in ("hassan", "ibir", "1990", "61555") if hidden in beside_tokens]


def test_row_numbers_say_nothing_of_the_order_of_the_records(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    with field_team.zone() as session:
        rows = session.execute(text("SELECT person FROM casework.match_row ORDER BY row")).scalars().all()
    assert set(rows) == set(persons[:-1])
    assert rows != sorted(rows)


def test_another_partner_gets_nobody_who_agreed_to_this_one(field_team: Field, persons: list[UUID]) -> None:
    with pytest.raises(ListOutOfBounds):
        export(field_team, partner="OTHER")


def test_consent_that_ended_meanwhile_is_heeded(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    with field_team.zone() as session:
        for person in persons[:-1]:
            withdraw_consent(
                session, field_team.ring, person, consent_to=Purpose.REFERRAL, recipient=PARTNER, said_at=now(), said_to="amal"
            )
    assert compare(field_team, partners_list([SAME])) == ()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DATA_PROTECTION_OFFICER}))
def test_only_who_holds_the_right_matches(field_team: Field, persons: list[UUID], role: Role) -> None:
    with pytest.raises(NotAllowed):
        export(field_team, [Grant(role)])
    with pytest.raises(NotAllowed):
        compare(field_team, partners_list([SAME]), [Grant(role)])


def test_a_record_out_of_reach_is_on_no_list(field_team: Field, persons: list[UUID]) -> None:
    with pytest.raises(ListOutOfBounds):
        export(field_team, [Grant(Role.DATA_PROTECTION_OFFICER, area="north")])


def test_a_salt_serves_once(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    with pytest.raises(SaltUsed):
        export(field_team)
    compare(field_team, partners_list([SAME]))
    with pytest.raises(ExchangeUnknown):
        compare(field_team, partners_list([SAME]))
    with pytest.raises(SaltUsed):
        export(field_team)


def test_after_a_comparison_no_row_stands_for_anybody(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    compare(field_team, partners_list([SAME]))
    with field_team.zone() as session:
        assert session.execute(text("SELECT * FROM casework.match_row")).all() == []


def test_a_row_that_was_given_to_somebody_else_is_refused(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    with field_team.zone() as session:
        one, other = session.execute(text("SELECT run, person FROM casework.match_row ORDER BY row LIMIT 2")).all()
        # The zone may take rows away and add them, and so could somebody who is in it.
        exchanged = "DELETE FROM casework.match_row WHERE person IN (:one, :other) RETURNING row"
        rows = session.execute(text(exchanged), {"one": one.person, "other": other.person}).scalars().all()
        for person, row in zip((one.person, other.person), sorted(rows, reverse=True), strict=True):
            session.add(MatchRow(run=one.run, row=row, person=person, operation=OPERATION))
    with pytest.raises(ClearRowChanged, match=r"casework\.match_row"):
        compare(field_team, partners_list([SAME]))


def test_merged_records_are_one_row(field_team: Field, persons: list[UUID]) -> None:
    agree(field_team, persons[-1:])
    with field_team.zone() as session:
        merge_persons(session, field_team.ring, persons[0], persons[1], purpose=Purpose.ASSISTANCE)
    assert len(json.loads(export(field_team))["rows"]) == len(persons) - 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format": "waystation-match-1", "salt": "", "rows": []}',
        b'{"format": "another", "salt": "", "rows": []}',
        partners_list([SAME], SharedSalt(bytes([1] * 32))),
    ],
    ids=["nothing", "a list", "no salt", "another format", "another salt"],
)
def test_what_is_no_list_of_this_exchange_is_refused(field_team: Field, persons: list[UUID], content: bytes) -> None:
    export(field_team)
    with pytest.raises(ListUnreadable):
        compare(field_team, content)


def test_a_list_that_asks_after_a_single_person_is_refused(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    document = json.loads(partners_list([SAME]))
    document["rows"] = document["rows"][:1]
    with pytest.raises(ListOutOfBounds):
        compare(field_team, json.dumps(document).encode())


def test_each_exchange_leaves_its_lines(field_team: Field, persons: list[UUID]) -> None:
    export(field_team)
    [match] = compare(field_team, partners_list([SAME]))
    with field_team.database.transaction(Zone.AUDIT) as session:
        [exported] = audited_entries(session, action=Action.EXPORTED)
        lines = audited_entries(session, action=Action.MATCHED, newest=2)
    assert (exported.count, exported.detail["partner"], exported.actor) == (FEWEST, PARTNER, "dpo")
    assert [line.subject for line in lines] == ["casework.match_run", f"casework.person:{match.person}"]


@pytest.mark.parametrize(
    ("matches", "said"), [(0, "fewer than 10"), (9, "fewer than 10"), (10, "at least 10"), (57, "at least 50")]
)
def test_of_a_small_number_of_matches_nothing_is_said(matches: int, said: str) -> None:
    assert at_least(matches) == said


def test_a_salt_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "salt"
    create_salt(file)
    assert read_salt(file).token("names", "amal") == read_salt(file).token("names", "amal")
    assert read_salt(file).token("names", "amal") != read_salt(file).token("other", "amal")
    with pytest.raises(SaltUnfit, match="left as it is"):
        create_salt(file)
    file.chmod(0o644)
    with pytest.raises(SaltUnfit, match="0600"):
        read_salt(file)


@pytest.mark.parametrize("content", [b"our secret word", b"c2hvcnQ=", b""])
def test_a_word_that_somebody_thought_of_is_no_salt(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "salt"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SaltUnfit):
        read_salt(file)
