"""Identified exports: for one recipient, by two people, of those who agreed, encrypted, marked and logged."""

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from uuid import UUID, uuid4
from zipfile import ZipFile

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casework import exporting, list_cases
from casework.consent import ConsentState, GivenBy, LegalBasis, RestrictionReason, Statement, record_consent, restrict_record
from casework.export_errors import ExportChanged, ExportEmpty, ExportOvertaken, ExportUnclear, RecipientUnknown
from casework.exporting import CarriedOut, Specification, Trace
from casework.exporting.write_export import cell
from casework.records import assign_custody, keep_from
from casework.store import NewPerson, write_persons
from core.access import Access, Custody, Grant, NotAllowed, access_of
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.permissions import PERMISSIONS, Right, Role
from core.sealed_file import RecipientUnreadable
from core.second_person import ProposalNotThere, SecondPersonNeeded, approve
from forms import RecordPart
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field

CLINIC = "lake-clinic"
SUPERVISOR = Access("sara", OPERATION, (Grant(Role.SUPERVISOR),))
OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
NAME, PHONE, STORY = "identity/prs_First_Name", "contact/prs_MobilePhone", "narrative/experience_narrative"
FIELDS = (NAME, PHONE, STORY)
THEIRS = x25519.Identity.generate()


def as_(team: Field, who: Access) -> AbstractContextManager[Session]:
    return team.database.transaction(Zone.CASEWORK, access=who)


@pytest.fixture
def person(field_team: Field) -> UUID:
    """Somebody who agreed that the clinic sees her record."""
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        found = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person
    agree(field_team, found)
    return found


@pytest.fixture
def owner(cluster: EmbeddedCluster, database_name: str) -> Iterator[Engine]:
    """Whoever owns the tables, whom no grant binds."""
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


@pytest.fixture
def clinic(field_team: Field) -> UUID:
    added = add_clinic(field_team)
    with as_(field_team, OFFICER) as session:
        exporting.confirm_recipient(session, added)
    return added


def add_clinic(team: Field, key: str = "") -> UUID:
    with as_(team, SUPERVISOR) as session:
        return exporting.add_recipient(
            session, code=CLINIC, name="Dr Pia", organisation="Lake clinic", public_key=key or str(THEIRS.to_public())
        )


def agree(team: Field, person: UUID, state: ConsentState = ConsentState.GIVEN, **more: object) -> None:
    terms = {"recipient": CLINIC, "text_version": "2026080101", "language": "ar", **more}
    said = Statement(Purpose.REFERRAL, state, now(), "amal", **terms)  # type: ignore[arg-type]
    with team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        record_consent(session, team.ring, person, said)


def some_persons(team: Field, count: int, *, agreeing: bool = True) -> list[UUID]:
    """Persons who were written at once."""
    names = [f"Amal {number}" for number in range(count)]
    new = [NewPerson({RecordPart.IDENTITY: {"prs_First_Name": name}}) for name in names]
    with team.zone() as session:
        write_persons(session, team.ring, OPERATION, new)
    for one in new if agreeing else ():
        agree(team, one.id)
    return [one.id for one in new]


def proposed(
    team: Field,
    clinic: UUID,
    persons: Sequence[UUID],
    *,
    fields: Sequence[str] = FIELDS,
    who: Access = SUPERVISOR,
    purpose: Purpose = Purpose.REFERRAL,
    basis: LegalBasis = LegalBasis.CONSENT,
) -> UUID:
    with as_(team, who) as session:
        return exporting.propose_export(session, Specification(clinic, tuple(fields), tuple(persons), purpose, basis))


def approved(team: Field, export: UUID, who: Access = OFFICER) -> UUID:
    with as_(team, who) as session:
        approve(session, exporting.find_export(session, export).proposal)
    return export


def carry_out(team: Field, export: UUID, who: Access = SUPERVISOR) -> tuple[CarriedOut, bytes]:
    out = BytesIO()
    with as_(team, who) as session:
        done = exporting.carry_out_export(session, team.ring, export, out)
    return done, out.getvalue()


def leave(team: Field, clinic: UUID, persons: Sequence[UUID], fields: Sequence[str] = FIELDS) -> tuple[UUID, dict[str, str]]:
    """The whole way; the export's id, and its files as its recipient reads them."""
    export = approved(team, proposed(team, clinic, persons, fields=fields))
    return export, opened(carry_out(team, export)[1])


def hand_over(team: Field, person: UUID, custody: Custody) -> None:
    with team.zone() as session:
        assign_custody(session, access_of(session), person, custody, purpose=Purpose.ADMINISTRATION)


def object_to_all(team: Field, person: UUID, waits: str = "0") -> None:
    with as_(team, OFFICER) as session:
        session.execute(text("SELECT set_config('lock_timeout', :waits, true)"), {"waits": waits})
        restrict_record(session, person, RestrictionReason.OBJECTION)


def erase(team: Field, person: UUID) -> None:
    with team.zone() as session:
        for table, key in (("record_key", "record"), ("person", "id")):
            session.execute(text(f"DELETE FROM casework.{table} WHERE {key} = :id"), {"id": person})


class Interrupted(BytesIO):
    """A file during whose writing something happens, once."""

    def __init__(self, deed: Callable[[], None]) -> None:
        super().__init__()
        self.deeds = [deed]

    def write(self, content: bytes) -> int:  # type: ignore[override]
        while self.deeds:
            self.deeds.pop()()
        return super().write(content)


def opened(sealed: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(pyrage.decrypt(sealed, [THEIRS]))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table)))


def trace(team: Field, copy: str) -> list[Trace]:
    with as_(team, OFFICER) as session:
        return exporting.trace_export(session, team.ring, copy)


class TestTheFile:
    def test_its_recipient_reads_csv_and_json_of_the_chosen_fields(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export, files = leave(field_team, clinic, [person])
        (row,) = rows(files["persons.csv"])
        assert row[NAME] == SCREENING["prs_First_Name"]
        assert list(row) == ["record", *FIELDS, "export"]
        (told,) = rows(files["interviews.csv"])
        assert (told["record"], told["interview"], told[STORY]) == (
            row["record"],
            "assistance",
            ASSISTANCE["experience_narrative"],
        )
        (whole,) = json.loads(files["records.json"])["records"]
        assert whole["answers"][PHONE] == SCREENING["prs_MobilePhone"]
        assert str(export) in files["README.txt"]

    def test_nobody_else_opens_it_and_a_changed_byte_is_noticed(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        _, sealed = carry_out(field_team, export)
        assert SCREENING["prs_First_Name"].encode() not in sealed
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed, [x25519.Identity.generate()])
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), [THEIRS])

    def test_what_was_not_chosen_and_the_ids_of_the_store_stay(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        _, files = leave(field_team, clinic, [person], [NAME])
        for secret in (SCREENING["prs_MobilePhone"], ASSISTANCE["experience_narrative"], str(person)):
            assert not any(secret in content for content in files.values())

    @pytest.mark.parametrize("said", ["=1+1", "+252 61", "-1", "@x", "\t=1", "\r=1"])
    def test_no_cell_is_a_formula(self, said: str) -> None:
        assert cell(said) == f"'{said}"
        assert cell(f"x{said}") == f"x{said}"

    def test_many_records_come_whole(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 450, agreeing=False)
        export = proposed(field_team, clinic, persons, fields=[NAME], purpose=Purpose.LEGAL, basis=LegalBasis.LEGAL_OBLIGATION)
        _, sealed = carry_out(field_team, approved(field_team, export))
        named = {row[NAME] for row in rows(opened(sealed)["persons.csv"])}
        assert named == {f"Amal {number}" for number in range(450)}


class TestWhoLeaves:
    def test_nobody_without_consent_for_this_recipient(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        export = proposed(field_team, clinic, [person, other])
        with as_(field_team, OFFICER) as session:
            plan = exporting.find_export(session, export)
        assert (plan.records, plan.left_out) == (1, {"no_consent": 1})
        with pytest.raises(ExportEmpty, match="no_consent: 1") as refused:
            proposed(field_team, clinic, [other])
        assert str(other) not in str(refused.value)

    def test_a_consent_withdrawn_after_the_approval_counts(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other]))
        agree(field_team, person, ConsentState.WITHDRAWN)
        done, sealed = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"restricted": 1})
        assert [row[NAME] for row in rows(opened(sealed)["persons.csv"])] == ["Amal 0"]

    def test_when_all_have_withdrawn_nothing_leaves_and_the_approval_is_kept(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        agree(field_team, person, ConsentState.WITHDRAWN)
        with pytest.raises(ExportEmpty):
            carry_out(field_team, export)

    def test_a_restriction_holds_whatever_the_basis(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        with as_(field_team, OFFICER) as session:
            restrict_record(session, person, RestrictionReason.OBJECTION)
        with pytest.raises(ExportEmpty, match="restricted: 1"):
            proposed(field_team, clinic, [person], basis=LegalBasis.VITAL_INTEREST)

    def test_another_basis_needs_no_consent_and_is_said(self, field_team: Field, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        export = proposed(field_team, clinic, [other], fields=[NAME], basis=LegalBasis.VITAL_INTEREST)
        _, sealed = carry_out(field_team, approved(field_team, export))
        assert "Legal basis: vital_interest" in opened(sealed)["README.txt"]

    def test_sharing_on_another_basis_is_no_consent(self, field_team: Field, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1, agreeing=False)
        agree(field_team, other, basis=LegalBasis.VITAL_INTEREST, given_by=GivenBy.NOBODY)
        with pytest.raises(ExportEmpty, match="no_consent"):
            proposed(field_team, clinic, [other], fields=[NAME])

    def test_who_is_out_of_reach_is_left_out_like_who_does_not_exist(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        elsewhere = Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),))
        with pytest.raises(ExportEmpty, match=r"not_in_reach: 2\)"):
            proposed(field_team, clinic, [person, uuid4()], who=elsewhere)

    def test_reach_is_asked_again_when_it_leaves(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with pytest.raises(NotAllowed):
            carry_out(field_team, export, Access("sven", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),)))

    def test_who_was_handed_over_since_lies_where_nobody_approved(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME]))
        hand_over(field_team, other, Custody(team="team-9"))
        done, _ = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"handed_over": 1})

    def test_what_the_account_is_kept_from_is_left_out(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        with as_(field_team, OFFICER) as session:
            keep_from(session, person, RecordPart.CONTACT, SUPERVISOR.actor)
        _, files = leave(field_team, clinic, [person])
        (row,) = rows(files["persons.csv"])
        assert (row[NAME], row[PHONE]) == (SCREENING["prs_First_Name"], "")

    def test_what_was_lent_is_not_ones_own_to_give_away(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        """An opening shows a record beyond the account's reach, and gives no right to export it."""
        with field_team.zone() as session:
            session.execute(
                text(
                    "INSERT INTO casework.opening (id, person, operation, custody, actor, kind, parts, reason, opened_by, "
                    "opened_at, until) VALUES (:id, :person, :operation, '-/-/-/-', 'sara', 'shared', '{identity}', '', "
                    "'amal', now(), now() + interval '1 day')"
                ),
                {"id": uuid4(), "person": person, "operation": OPERATION},
            )
        elsewhere = Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="team-9"),))
        with pytest.raises(ExportEmpty, match="not_yours: 1"):
            proposed(field_team, clinic, [person], who=elsewhere)

    def test_who_was_erased_since_is_not_there(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME]))
        erase(field_team, other)
        done, _ = carry_out(field_team, export)
        assert (done.records, done.left_out) == (1, {"not_in_reach": 1})


class TestMeanwhile:
    """Between the first look at a record and the commit, minutes may pass: an export of many records is long in the making."""

    @pytest.mark.parametrize(
        ("happens", "basis"),
        [
            ("withdrawn", LegalBasis.CONSENT),
            ("restricted", LegalBasis.VITAL_INTEREST),
            ("handed over", LegalBasis.CONSENT),
            ("erased", LegalBasis.CONSENT),
        ],
    )
    def test_what_commits_while_it_is_written_stops_it(
        self, field_team: Field, person: UUID, clinic: UUID, happens: str, basis: LegalBasis
    ) -> None:
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person, other], fields=[NAME], basis=basis))
        deed = {
            "withdrawn": lambda: agree(field_team, other, ConsentState.WITHDRAWN),
            "restricted": lambda: object_to_all(field_team, other),
            "handed over": lambda: hand_over(field_team, other, Custody(team="team-9")),
            "erased": lambda: erase(field_team, other),
        }[happens]
        with pytest.raises(ExportOvertaken), as_(field_team, SUPERVISOR) as session:
            exporting.carry_out_export(session, field_team.ring, export, Interrupted(deed))
        done, _ = carry_out(field_team, export)
        assert done.records == 1

    def test_from_then_to_the_commit_whoever_withdraws_waits(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with as_(field_team, SUPERVISOR) as session:
            exporting.carry_out_export(session, field_team.ring, export, BytesIO())
            with pytest.raises(DBAPIError, match="lock timeout"):
                object_to_all(field_team, person, waits="50ms")


class TestTwoPeople:
    def test_who_may_not_see_a_record_may_not_approve_that_it_leaves(
        self, field_team: Field, person: UUID, clinic: UUID
    ) -> None:
        (other,) = some_persons(field_team, 1)
        hand_over(field_team, other, Custody("org", "south"))
        export = proposed(field_team, clinic, [person, other], fields=[NAME])
        south = Access("dora", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER, "org", "south"),))
        with pytest.raises(NotAllowed):
            approved(field_team, export, south)
        with as_(field_team, south) as session:
            assert [one.yours_to_decide for one in exporting.waiting_exports(session)] == [False]
        alone = proposed(field_team, clinic, [other], fields=[NAME])
        assert carry_out(field_team, approved(field_team, alone, south))[0].records == 1

    def test_nobody_approves_their_own_nor_does_the_program(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = proposed(field_team, clinic, [person], who=OFFICER, fields=[NAME])
        for who in (OFFICER, Access.of_system("dina", OPERATION)):
            with pytest.raises(SecondPersonNeeded):
                approved(field_team, export, who)

    def test_nothing_leaves_unapproved_or_twice(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = proposed(field_team, clinic, [person])
        with pytest.raises(ProposalNotThere):
            carry_out(field_team, export)
        carry_out(field_team, approved(field_team, export))
        with pytest.raises(ProposalNotThere):
            carry_out(field_team, export)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE casework.export_plan SET fields = fields || '{identity/prs_Second_Name}'",
            "UPDATE casework.export_plan SET persons = persons || CAST(:other AS uuid)",
            "UPDATE casework.export_plan SET basis = 'vital_interest'",
            "UPDATE casework.export_recipient SET public_key = :key",
        ],
    )
    def test_only_what_was_approved_leaves(
        self, field_team: Field, person: UUID, clinic: UUID, change: str, owner: Engine
    ) -> None:
        """The program has no right to change a plan; somebody who owns the tables is found out by the hash."""
        (other,) = some_persons(field_team, 1)
        export = approved(field_team, proposed(field_team, clinic, [person]))
        given = {"other": other, "key": str(x25519.Identity.generate().to_public())}
        with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
            session.execute(text(change), given)
        with owner.begin() as connection:
            connection.execute(text(change), given)
        with pytest.raises(ExportChanged):
            carry_out(field_team, export)

    @pytest.mark.parametrize("role", list(Role))
    def test_who_may_propose_stands_in_one_table(self, field_team: Field, person: UUID, clinic: UUID, role: Role) -> None:
        who = Access("rosa", OPERATION, (Grant(role),))
        if role in PERMISSIONS[Right.EXPORT_IDENTIFIED]:
            assert proposed(field_team, clinic, [person], fields=[NAME], who=who)
        else:
            for attempt in (
                lambda: proposed(field_team, clinic, [person], who=who),
                lambda: carry_out(field_team, uuid4(), who),
            ):
                with pytest.raises(NotAllowed):
                    attempt()

    def test_a_recipient_needs_a_second_person_too(self, field_team: Field, person: UUID) -> None:
        added = add_clinic(field_team)
        with pytest.raises(RecipientUnknown):
            proposed(field_team, added, [person])
        with pytest.raises(NotAllowed), as_(field_team, SUPERVISOR) as session:
            exporting.confirm_recipient(session, added)
        with as_(field_team, OFFICER) as session:
            assert exporting.confirm_recipient(session, added).usable
        assert proposed(field_team, added, [person])

    def test_nothing_goes_to_who_was_withdrawn(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        with as_(field_team, SUPERVISOR) as session:
            exporting.withdraw_recipient(session, clinic)
        with pytest.raises(RecipientUnknown):
            carry_out(field_team, export)

    def test_a_recipient_without_a_key_is_none(self, field_team: Field) -> None:
        with pytest.raises(RecipientUnreadable):
            add_clinic(field_team, "age1nokey")


class TestTheLog:
    def test_it_says_who_what_to_whom_why_and_the_hash_of_the_file(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        export = approved(field_team, proposed(field_team, clinic, [person]))
        done, _ = carry_out(field_team, export)
        with as_(field_team, OFFICER) as session:
            (line,) = exporting.export_log(session)
            assert exporting.waiting_exports(session) == []
        assert (line.id, line.recipient, line.fields, line.records) == (export, "Dr Pia", FIELDS, 1)
        assert (line.purpose, line.basis, line.carried_out_by) == ("referral", "consent", "sara")
        assert line.sha256 == done.sha256
        with field_team.zone(Zone.AUDIT) as session:
            lines = audited_entries(session, action=Action.EXPORTED)
        assert {entry.subject for entry in lines} == {f"casework.export:{export}", f"casework.person:{person}"}
        assert SCREENING["prs_First_Name"] not in str([entry.detail for entry in lines])

    @pytest.mark.parametrize("table", ["export_log", "export_plan"])
    def test_it_is_not_rewritten(self, field_team: Field, person: UUID, clinic: UUID, table: str) -> None:
        leave(field_team, clinic, [person])
        for change in (f"UPDATE casework.{table} SET purpose = 'legal'", f"DELETE FROM casework.{table}"):
            with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
                session.execute(text(change))


class TestTheMark:
    def test_one_row_of_any_table_names_its_export(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 3)
        first, files = leave(field_team, clinic, persons, [NAME])
        second, others = leave(field_team, clinic, persons, [NAME])
        number = rows(files["persons.csv"])[1]["record"]
        (found,) = trace(field_team, f"somebody pasted {number} here")
        assert (found.export, found.recipient, found.numbers, found.named_in_the_open) == (first, clinic, 1, False)
        assert found.odds < 1e-13
        (other,) = trace(field_team, others["records.json"])
        assert (other.export, other.numbers, other.named_in_the_open) == (second, 3, True)

    def test_shuffled_and_partial_copies_too(self, field_team: Field, clinic: UUID) -> None:
        export, files = leave(field_team, clinic, some_persons(field_team, 12), [NAME])
        kept = [f"{row['record']};{row[NAME]}" for row in rows(files["persons.csv"])]
        shuffled = random.Random(4).sample(kept, 5)
        (found,) = trace(field_team, "\n".join(shuffled))
        assert (found.export, found.numbers) == (export, 5)

    def test_without_numbers_the_order_of_the_rows_names_it(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 12)
        export, files = leave(field_team, clinic, persons, [NAME])
        leave(field_team, clinic, persons, [NAME])
        names = [row[NAME] for row in rows(files["persons.csv"])]
        del names[3]  # a piece of it
        (found,) = trace(field_team, "\n".join([NAME, *names]))
        assert (found.export, found.numbers, found.rows_in_order) == (export, 0, 11)
        assert found.odds < 1e-6

    def test_without_numbers_and_shuffled_nothing_names_it(self, field_team: Field, clinic: UUID) -> None:
        _, files = leave(field_team, clinic, some_persons(field_team, 12), [NAME])
        names = sorted(row[NAME] for row in rows(files["persons.csv"]))
        assert trace(field_team, "\n".join([NAME, *names])) == []

    def test_a_number_made_up_names_nothing(self, field_team: Field, person: UUID, clinic: UUID) -> None:
        leave(field_team, clinic, [person])
        assert trace(field_team, "0123456789ab-0123456789ab") == []

    def test_no_answer_is_changed_by_it(self, field_team: Field, clinic: UUID) -> None:
        persons = some_persons(field_team, 5)
        tables = [rows(leave(field_team, clinic, persons, [NAME])[1]["persons.csv"]) for _ in range(2)]
        assert len({frozenset(row[NAME] for row in table) for table in tables}) == 1
        assert not {row["record"] for row in tables[0]} & {row["record"] for row in tables[1]}


class TestChoosing:
    def test_by_state_of_the_case_and_by_period(self, field_team: Field, person: UUID) -> None:
        with as_(field_team, SUPERVISOR) as session:
            state = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].state
            assert exporting.choose_persons(session, states=[state]) == (person,)
            assert exporting.choose_persons(session, until=now()) == (person,)
            assert exporting.choose_persons(session, since=now()) == ()

    def test_only_cases_in_reach(self, field_team: Field, person: UUID) -> None:
        with field_team.zone() as session:
            session.execute(text("UPDATE casework.person SET custody = :c"), {"c": str(Custody("org", "north", "t-1", "x"))})
        with as_(field_team, Access("sara", OPERATION, (Grant(Role.SUPERVISOR, team="t-2"),))) as session:
            assert exporting.choose_persons(session) == ()

    @pytest.mark.parametrize("fields", [(), ("prs_First_Name",), ("identity/",), ("nothing/x",), (NAME, NAME)])
    def test_fields_are_named_by_part_and_question(self, fields: tuple[str, ...]) -> None:
        with pytest.raises(ExportUnclear):
            Specification(uuid4(), fields, (uuid4(),), Purpose.REFERRAL, LegalBasis.CONSENT)
