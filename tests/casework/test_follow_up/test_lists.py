"""A phone's list holds the open cases of its custody, by their references, and of each what may travel."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from casework import consent, duplicates, records
from casework.export_errors import ReadTooMany
from casework.models import Case
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.settings import Settings
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.casework.test_follow_up.conftest import AMAL, BADR, SOUTH, Phone

FACTS, IDENTITY, CONTACT = RecordPart.FACTS, RecordPart.IDENTITY, RecordPart.CONTACT
PROGRAM = Access.of_system("tester", OPERATION)


def person_of(phone: Phone, case: UUID) -> UUID:
    with phone.team.zone() as session:
        return session.get_one(Case, case).person


def test_each_phone_sees_the_cases_of_its_own_custody(north: Phone, south: Phone) -> None:
    first, second = north.screens(AMAL), north.screens({**BADR, "case_reference": "SC-0003"})
    third = south.screens(BADR)
    assert {row["name"] for row in north.fetches()} == {str(first), str(second)}
    assert {row["name"] for row in south.fetches()} == {str(third)}
    assert north.references() == {"SC-0001", "SC-0003"}


def test_one_workers_phone_sees_what_is_that_workers_alone(north: Phone) -> None:
    mine = replace(north, custody=replace(north.custody, worker=str(uuid4())))
    mine.screens(AMAL)
    north.screens(BADR)
    assert (mine.references(), north.references()) == ({"SC-0001"}, {"SC-0002"})


class TestWhatTravels:
    def test_by_default_the_reference_and_not_a_word_more(self, north: Phone) -> None:
        case = north.screens(AMAL)
        [row] = north.fetches()
        assert (set(row), row["name"], row["label"]) == ({"name", "label", "__version"}, str(case), "SC-0001")

    @pytest.mark.parametrize(
        ("carries", "told"),
        [
            ([FACTS], {"village": "Ashby"}),
            ([CONTACT], {"phone": "+252 61 555 0101"}),
            # What nobody said anything of is a direct identifier.
            ([IDENTITY], {"first_name": "Amal", "untold": "a word"}),
        ],
    )
    def test_of_a_part_that_the_phone_carries_what_forms_save(
        self, north: Phone, carries: list[RecordPart], told: dict[str, str]
    ) -> None:
        north.screens(AMAL)
        [row] = replace(north, carries=carries).fetches()
        assert {name: said for name, said in row.items() if said and name not in {"name", "label", "__version"}} == told

    def test_never_what_harms_a_person_or_was_told_at_length(self, north: Phone) -> None:
        """`state`, `health` and `story` are saved by the forms, and on no phone, whatever it carries."""
        north.follows(north.screens(AMAL), {"cas_Status": "active"})
        [row] = replace(north, carries=list(RecordPart)).fetches()
        assert not {"state", "health", "story"} & set(row)

    def test_what_was_said_last_by_the_day_of_the_interview(self, north: Phone) -> None:
        phone, case = replace(north, carries=[FACTS]), north.screens(AMAL)
        north.follows(case, {"village": "Corran", "interview_date": "2026-03-09"})
        north.follows(case, {"village": "Birk", "interview_date": "2026-03-01"})
        assert [row["village"] for row in phone.fetches()] == ["Corran"]


class TestWhatIsLeftOut:
    @pytest.mark.parametrize(("state", "offered"), [("closed", False), ("closed_referred", False), ("follow_up", True)])
    def test_a_case_that_is_closed(self, north: Phone, state: str, offered: bool) -> None:
        north.follows(north.screens(AMAL), {"cas_Status": state})
        assert bool(north.references()) is offered

    def test_a_case_that_nobody_takes_on(self, north: Phone) -> None:
        north.screens({**AMAL, "eligible": "no"})
        assert north.references() == set()

    def test_a_restricted_record_and_those_linked_with_it(self, north: Phone) -> None:
        first, second = (person_of(north, north.screens(said)) for said in (AMAL, BADR))
        with north.team.zone() as session:
            consent.restrict_record(session, north.team.ring, second, consent.RestrictionReason.ACCURACY_CONTESTED)
        assert north.references() == {"SC-0001"}
        with north.team.zone() as session:
            duplicates.merge_persons(session, north.team.ring, first, second, purpose=Purpose.ASSISTANCE)
        assert north.references() == set()

    def test_a_record_of_which_a_part_is_kept_from_anybody(self, north: Phone) -> None:
        person = person_of(north, north.screens(AMAL))
        with north.team.zone() as session:
            records.keep_from(session, north.team.ring, person, RecordPart.NARRATIVE, "badr")
        assert north.references() == set()

    def test_a_record_that_was_given_to_others(self, north: Phone, south: Phone) -> None:
        case = north.screens(AMAL)
        with north.team.zone() as session:
            person, ring = session.get_one(Case, case).person, north.team.ring
            records.assign_custody(session, ring, PROGRAM, person, SOUTH, purpose=Purpose.ASSISTANCE)
        assert (north.references(), south.references()) == (set(), {"SC-0001"})


class TestItsTag:
    def test_it_stays_while_the_list_does_and_is_another_phones_own(self, north: Phone, south: Phone) -> None:
        north.screens(AMAL)
        assert north.tag() == north.tag()
        assert len({north.tag(), south.tag(), replace(north, carries=[FACTS]).tag()}) == 3

    def test_it_changes_with_each_interview_and_the_version_grows(self, north: Phone) -> None:
        case, seen = north.screens(AMAL), []
        for day in ("2026-03-01", "2026-03-02"):
            seen.append((north.tag(), int(north.fetches()[0]["__version"])))
            north.follows(case, {"cas_Status": "active", "interview_date": day})
        seen.append((north.tag(), int(north.fetches()[0]["__version"])))
        tags, versions = zip(*seen, strict=True)
        assert (len(set(tags)), list(versions)) == (3, sorted(set(versions)))


def test_what_a_phone_fetches_is_a_line_that_says_of_whom(north: Phone) -> None:
    person = person_of(north, north.screens(AMAL))
    with north.team.zone(Zone.AUDIT) as session:
        before = session.connection().exec_driver_sql("SELECT max(number) FROM core.audit_entry").scalar()
    north.tag()
    north.fetches()
    asked = "SELECT actor, count, detail FROM core.audit_entry WHERE action = 'read' AND number > %s"
    with north.team.zone(Zone.AUDIT) as session:
        lines = session.connection().exec_driver_sql(asked, (before,)).all()
    told = {"parts": ["identity"], "persons": [str(person)]}
    assert [tuple(line) for line in lines] == [("collector:north", 1, told)]


def test_a_phone_fetches_no_more_persons_in_a_day_than_an_account_reads(north: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    north.screens(AMAL)
    monkeypatch.setattr("casework.store.bulk_limit.Settings.read", lambda: Settings(bulk_read_limit=1))
    assert north.references() == {"SC-0001"}
    north.screens(BADR)
    with pytest.raises(ReadTooMany):
        north.fetches()
