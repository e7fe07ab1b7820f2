"""Screenings are admitted together, and leave what they would leave if they had come one after the other."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import Admission, admit_submission
from casework.admission import admit_screenings
from casework.admission.admit_submission import admit_all
from casework.admission.arrival import Desk
from casework.admission.open_case import Opened, Screening, put_case
from casework.duplicate_models import DuplicateCandidate
from casework.models import Case, FileRow, Household, HouseholdMember, Interview, KeyKind, Person, StoredKey, Token
from casework.rights_models import Consent, Restriction
from casework.store.clear_rows import digest_of, read_rows, row_entry, text_of
from casework.store.new_persons import NewPersons
from casework.store.seal_record import Vault, open_parts, stored_key
from casework.store.what_is_listed import CHANGES, LISTED, NUMBERS, is_of_clear_row
from core.audit import Action, AuditEntry, Deeds
from core.database import Base, Zone, ask_in
from core.postgres.driver_connection import driver_connection
from core.postgres.insert_rows import NewRows
from core.sealing.envelope import Binding
from forms import RecordPart
from tests.casework.conftest import MEMBERS, OPERATION, SCREENING, Field, Said
from tests.exchanges import exchanges

TABLES: Final[Sequence[type[Base]]] = (
    Person,
    Household,
    HouseholdMember,
    Case,
    Interview,
    Consent,
    Restriction,
    Token,
    FileRow,
    DuplicateCandidate,
    StoredKey,
)
MOMENTS: Final = {"opened_at", "active_at", "admitted_at", "recorded_at", "added_at", "found_at"}
OF_BATCH: Final = (Action.READ, Action.REGISTERED, Action.LISTED)
UUIDS: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

FIRST_NAMES, PHONES = ("Mohamed", "Maxamed", "Leyla"), ("", "+252 61 555 0199", "+252 61 555 0133")
answers = st.fixed_dictionaries(
    {
        "con_Consent": st.sampled_from(("yes", "yes", "yes", "no")),
        "case_reference": st.sampled_from(("SC-1", "SC-2", "SC-3", "SC-4", "")),
        "con_Statistics": st.sampled_from(("yes", "no", "")),
        "con_SharingWith": st.sampled_from(("", "medical_partner", "legal_partner medical_partner")),
        "con_Expiry": st.sampled_from(("", "1_year")),
        "con_GivenBy": st.sampled_from(("self", "self", "guardian")),
        "con_Guardian_Name": st.sampled_from(("", "Halima")),
        "prs_First_Name": st.sampled_from(FIRST_NAMES),
        "prs_Second_Name": st.sampled_from(("Hassan", "Warsame")),
        "prs_Birthdate": st.sampled_from(("1990-04-23", "1991-04-23", "")),
        "prs_MobilePhone": st.sampled_from(PHONES),
        "interview_date": st.sampled_from(("2026-02-10", "")),
        "vic_TraffickingStatus": st.sampled_from(("possible", "not", "perhaps")),
        "eligible": st.sampled_from(("yes", "no")),
    }
)
members = st.lists(
    st.fixed_dictionaries(
        {
            "member_name": st.sampled_from(("Mohamed Hassan", "Leila")),
            "member_gender": st.sampled_from(("male", "female")),
            "member_age": st.sampled_from(("36", "9")),
        }
    )
    | st.just({}),  # left blank
    max_size=2,
)
# The third says which of those before it is edited, where it is one of them and was not edited before.
screenings = st.lists(st.tuples(answers, members, st.integers(0, 9)), min_size=1, max_size=5)


Admitting = Callable[[Session, Field, Sequence[UUID]], Mapping[UUID, Admission]]


def one_by_one(session: Session, team: Field, submissions: Sequence[UUID]) -> Mapping[UUID, Admission]:
    return {submission: admit_submission(session, team.ring, submission) for submission in submissions}


def together(session: Session, team: Field, submissions: Sequence[UUID]) -> Mapping[UUID, Admission]:
    return admit_all(Desk(session, team.ring, OPERATION), submissions)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(screenings)
def test_a_batch_leaves_what_its_interviews_leave_one_by_one(
    field_team: Field, sent: Sequence[tuple[Said, Sequence[Said], int]]
) -> None:
    instances, submissions = {number: str(uuid4()) for number, _ in enumerate(sent)}, list[UUID]()
    unedited = dict(instances)
    for number, (said, repeats, edited) in enumerate(sent):
        edits = unedited.pop(edited, "") if edited < number else ""
        submissions.append(
            field_team.send("screening", said, repeats={"household_member": repeats}, instance=instances[number], edits=edits)
        )
    with field_team.zone() as session:
        assert left_by(together, session, field_team, submissions) == left_by(one_by_one, session, field_team, submissions)


def left_by(admitting: Admitting, session: Session, team: Field, submissions: Sequence[UUID]) -> Mapping[str, Any]:
    """What became of each, and every row and line but for random ids, ciphertexts and moments; then all of it is undone."""
    with undone(session):
        before = ask_in(session, Zone.AUDIT, select(func.coalesce(func.max(AuditEntry.number), 0)))[0][0]
        admissions = admitting(session, team, submissions)
        session.expire_all()  # what a failed correction has changed of rows in memory is undone in the database alone
        named = Named(session, team, submissions)
        assert all(named.lists_what_stands(person) for person in session.scalars(select(Person.id)))
        outcomes = {it: (one.outcome, named.text(one.problem), named.row(one.records)) for it, one in admissions.items()}
        tables = {table.__tablename__: Counter(named.rows(table)) for table in TABLES}
        return {"outcomes": outcomes, "lines": Counter(named.lines(before)), **tables}


@contextmanager
def undone(session: Session) -> Iterator[None]:
    savepoint = session.begin_nested()
    yield
    savepoint.rollback()
    session.expunge_all()


class Named:
    """Names in place of the random ids of a store: of a person what they said, of all else whose it is."""

    def __init__(self, session: Session, team: Field, submissions: Sequence[UUID]) -> None:
        self.session, self.vault = session, Vault(session, team.ring, OPERATION)
        self.names = {submission: str(submission) for submission in submissions}
        for person in session.scalars(select(Person)):
            said = open_parts(person, stored_key(self.vault, person.id, KeyKind.PERSON), list(RecordPart))
            self.names[person.id] = f"{person.custody} {said}"
        self.owners = {person: person for person in session.scalars(select(Person.id))}
        for case in session.scalars(select(Case)):
            self.names |= {case.id: f"case of {self.names[case.person]}", case.household: f"home of {self.names[case.person]}"}
            self.owners[case.id] = case.person
        for interview in session.scalars(select(Interview)):
            self.names[interview.id], self.owners[interview.id] = f"by {interview.submission}", self.owners[interview.case]
        for consent in session.scalars(select(Consent)):
            said_of = f"{self.names[consent.person]} {consent.purpose} {consent.recipient} {consent.version}"
            self.names[consent.id], self.owners[consent.id] = f"consent of {said_of}", consent.person

    def lists_what_stands(self, person: UUID) -> bool:
        """The key lists what stands, and nothing else."""
        key = stored_key(self.vault, person, KeyKind.PERSON)
        clear = {digest: number for digest, number in key.listed(key.row.versions).items() if is_of_clear_row(number)}
        return clear == read_rows(self.session, [person], KeyKind.PERSON)[person].entries(LISTED)

    def text(self, said: object) -> str:
        return UUIDS.sub(lambda found: self.names.get(UUID(found[0]), "a member whom an edit replaced"), str(said))

    def row(self, values: Iterable[object]) -> tuple[str, ...]:
        return tuple(self.text(value) for value in values)

    def rows(self, table: type[Base]) -> Iterator[tuple[str, ...]]:
        for row in self.session.scalars(select(table)):
            told = {one.key: self.value(row, one.key) for one in table.__table__.columns if one.key not in MOMENTS}
            if isinstance(row, Consent | Restriction | DuplicateCandidate | FileRow):
                told.pop("id")
            if isinstance(row, DuplicateCandidate):
                told |= {"first": "", "second": sorted(self.row([row.first, row.second]))}
            yield self.row(told.items())

    def value(self, row: Any, name: str) -> object:
        value = getattr(row, name)
        if not isinstance(value, bytes) or name in {"token", "reference"}:
            return value
        if isinstance(row, StoredKey):
            listed = stored_key(self.vault, row.record, KeyKind.PERSON).listed(row.versions)
            return sorted(number for it, number in listed.items() if it != CHANGES) if name == "versions" else len(value)
        if isinstance(row, FileRow):
            return len(value)
        key = stored_key(self.vault, self.owners[row.id], KeyKind.PERSON)
        return key.open(
            value, Binding(f"casework.{row.__tablename__}", row.id, name, getattr(row, "row_version", None) or row.version)
        )

    def lines(self, after: int) -> Iterator[tuple[str, ...]]:
        """But for those that are told of a batch as a whole, and of lists: what is made in one transaction changes none."""
        entry = AuditEntry
        told = select(entry.action, entry.subject, entry.purpose, entry.count, entry.detail).where(entry.number > after)
        for line in ask_in(
            self.session, Zone.AUDIT, told.where(entry.action.not_in([Action.READ, Action.REGISTERED, Action.LISTED]))
        ):
            yield self.row(line)


def test_one_that_the_database_refuses_is_found_among_the_others_and_leaves_nothing(
    field_team: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [field_team.send("screening", {**SCREENING, "case_reference": f"SC-{number}"}) for number in range(5)]

    def refused_at_the_fourth(new: NewPersons, desk: Desk, screening: Screening, deeds: Deeds) -> Opened:
        outcome = "\0" if screening.arrival.stored.id == sent[3] else screening.said.outcome
        return put_case(new, desk, replace(screening, said=replace(screening.said, outcome=outcome)), deeds)

    monkeypatch.setattr(admit_screenings, "put_case", refused_at_the_fourth)
    counted = field_team.admit_awaiting()
    assert (counted.admitted, counted.set_aside) == (4, 1)
    assert field_team.quarantine()[sent[3]][0] == "CASE-099"
    with field_team.zone() as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (Person, StoredKey, Household, Consent)]
    assert left == [4, 4, 4, 8]


def test_a_file_and_a_signature_are_the_persons_who_gave_them(field_team: Field) -> None:
    """They are read from the raw store for each interview, as those of a correction are."""
    signed = {**SCREENING, "case_reference": "SC-1", "consent_signature": "signature.png"}
    field_team.send("screening", signed, repeats={"household_member": MEMBERS})
    field_team.send("screening", {**SCREENING, "case_reference": "SC-2"})
    assert field_team.admit_awaiting().admitted == 2
    with field_team.zone() as session:
        named = Named(session, field_team, [])
        [file] = session.scalars(select(FileRow))
        assert "signature.png" in named.names[file.person]
        assert named.lists_what_stands(file.person)


def test_many_interviews_wait_for_the_database_as_often_as_few(field_team: Field, tmp_path: Path) -> None:
    def turns(interviews: int) -> int:
        for _ in range(interviews):
            said = {**SCREENING, "case_reference": f"SC-{uuid4()}", "prs_MobilePhone": ""}
            field_team.send("screening", said, repeats={"household_member": MEMBERS})
        with field_team.zone() as session:
            pooled = driver_connection(session)
        with exchanges(pooled, tmp_path) as counted:
            assert field_team.admit_awaiting().admitted == interviews
        return counted()

    for _ in range(6):  # until every statement is prepared
        turns(2)
    assert turns(9) == turns(2)


@pytest.fixture
def somebody(field_team: Field) -> UUID:
    return field_team.admit(field_team.send("screening", SCREENING)).records[0]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.datetimes(timezones=st.timezones()))
def test_a_row_is_listed_on_its_way_as_it_stands_afterwards(
    field_team: Field, somebody: UUID, said: str, moment: datetime
) -> None:
    row: dict[str, object] = dict.fromkeys(("purpose", "recipient", "basis", "text_version", "language", "said_to"), said)
    row |= {"id": uuid4(), "person": somebody, "operation": OPERATION, "version": 1, "state": "given", "given_by": "self"}
    row |= {"recorded_by": said}
    row |= {"said_at": moment, "valid_until": None, "recorded_at": moment, "details": b""}
    with field_team.zone() as session, undone(session):
        rows = NewRows(Consent)
        rows.add(row)
        rows.insert(session)
        stands = session.scalars(select(text_of("consent")).where(Consent.id == row["id"])).one()
    assert row_entry("consent", row) == (digest_of(stands), NUMBERS["consent"])
