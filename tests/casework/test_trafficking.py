"""Trafficking histories and perpetrators: apart from the record, each under its own right, and never lent."""

import json
import tomllib
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import RecordRestricted, RecordUnknown, family, trafficking
from casework.consent import LegalBasis, RestrictionReason, restrict_record
from casework.export_errors import ExportUnclear
from casework.exporting.specification import Specification
from casework.records import break_glass, keep_from
from casework.rights import give_access_pack
from casework.rights.gather_people import TEXTS
from casework.trafficking import HISTORY, PERPETRATORS, KeptApart
from casework.trafficking.errors import NoteUnknown
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.casework.people import HELP, TEAM, Setting
from tests.casework.people import at as at  # noqa: PLC0414  (a fixture)
from tests.casework.people import household_database as household_database  # noqa: PLC0414

EVENT = {"kind": "transit", "place": "Port Quay", "country": "XM", "began": "2025-03", "note": "A man called Quinto drove."}
PERPETRATOR = {"role": "recruiter", "name": "Quinto Perpetrator", "note": "A neighbour of her aunt."}
OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
BOTH = pytest.mark.parametrize(
    ("what", "said"), [(HISTORY, EVENT), (PERPETRATORS, PERPETRATOR)], ids=["history", "perpetrators"]
)


def noted(at: Setting, what: KeptApart, said: dict[str, str]) -> UUID:
    made = at.do(trafficking.note_apart, what, at.mother, said)
    assert isinstance(made, UUID)
    return made


def seen(at: Setting, what: KeptApart, *revealed: UUID, who: Access = TEAM) -> list[trafficking.NoteView]:
    found = at.do(trafficking.view_notes, what, at.mother, who=who, revealed=revealed)
    assert isinstance(found, list)
    return found


@BOTH
def test_a_note_is_covered_until_somebody_asks_for_it_and_goes_when_it_was_wrong(
    at: Setting, what: KeptApart, said: dict[str, str]
) -> None:
    note = noted(at, what, {**said, "not asked": "is not kept"})
    assert [one.said for one in seen(at, what)] == [None]
    assert [one.said for one in seen(at, what, note)] == [said]
    at.do(trafficking.take_back_note, what, note)
    assert seen(at, what) == []
    with pytest.raises(NoteUnknown):
        at.do(trafficking.take_back_note, what, note)
    at.readable(at.mother)


@BOTH
def test_nothing_of_it_stands_in_clear(at: Setting, what: KeptApart, said: dict[str, str]) -> None:
    noted(at, what, said)
    row = str(at.one(f"SELECT CAST(n AS text) FROM {what.name} n"))
    with at.team.zone(Zone.AUDIT) as session:
        lines = " ".join(session.scalars(text("SELECT CAST(detail AS text) FROM core.audit_entry WHERE action = 'noted'")))
    assert what.table.__tablename__ in lines
    for answer in said.values():
        assert answer not in row + lines


@BOTH
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CASEWORKER, Role.SUPERVISOR}))
def test_it_is_nobodys_but_a_caseworkers_and_a_supervisors(
    at: Setting, what: KeptApart, said: dict[str, str], role: Role
) -> None:
    noted(at, what, said)
    with pytest.raises(NotAllowed):
        seen(at, what, who=Access("pia", OPERATION, (Grant(role),)))


@BOTH
def test_broken_glass_lends_the_record_and_not_this(at: Setting, what: KeptApart, said: dict[str, str]) -> None:
    noted(at, what, said)
    stranger = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with at.team.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="badr") as session:
        why = "She came in at night and her worker is away."
        break_glass(session, at.ring, stranger, at.mother, parts=list(RecordPart), reason=why, purpose=HELP)
    assert at.view(at.mother, who=stranger).person == at.mother
    with pytest.raises(NotAllowed):
        seen(at, what, who=stranger)


@BOTH
def test_who_is_kept_from_the_narrative_is_kept_from_it(at: Setting, what: KeptApart, said: dict[str, str]) -> None:
    noted(at, what, said)
    with at.team.zone() as session:
        keep_from(session, at.ring, at.mother, RecordPart.NARRATIVE, "amal")
    with pytest.raises(NotAllowed):
        seen(at, what)


@BOTH
def test_beyond_reach_it_is_not_there_and_restricted_it_is_not_read(at: Setting, what: KeptApart, said: dict[str, str]) -> None:
    note = noted(at, what, said)
    with at.team.zone() as session:
        restrict_record(session, at.ring, at.mother, RestrictionReason.OBJECTION)
    with pytest.raises(RecordRestricted):
        seen(at, what)
    at.give(at.mother, Custody(team="team-2"))
    with pytest.raises(RecordUnknown):
        seen(at, what)
    with pytest.raises(NoteUnknown):
        at.do(trafficking.take_back_note, what, note)


@BOTH
def test_it_goes_with_the_person(at: Setting, what: KeptApart, said: dict[str, str]) -> None:
    noted(at, what, said)
    at.erase(at.mother)
    assert at.one(f"SELECT count(*) FROM {what.name}") == 0


class TestTheAccessPack:
    """What is the person's own is in it, in words; who the others are is not, and of perpetrators nothing at all."""

    def pack(self, at: Setting, language: str = "en") -> tuple[dict[str, list[tuple[str, object]]], bytes]:
        with at.team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
            given = give_access_pack(session, at.ring, at.mother, uses=[], language=language)
        sections = json.loads(given.data)["sections"]
        told = {one["kind"]: [(held["question"], held["answer"]) for held in one["answers"]] for one in sections}
        return told, given.page + given.data

    def test_it_gives_history_steps_care_and_what_others_are_to_the_person(self, at: Setting) -> None:
        noted(at, HISTORY, EVENT)
        noted(at, PERPETRATORS, PERPETRATOR)
        at.relate(at.mother, at.stranger, family.RelationKind.GUARDIAN, note="Badria said so")
        at.do(family.decide_care, at.mother, family.CareStatus.SEPARATED, decided_by="Zubeyda of the panel")
        at.do(family.plan_step, at.mother, family.StepKind.TRACING)
        told, whole = self.pack(at)
        assert ("Another person, whose record is their own", "your guardian") in told["family"]
        assert ("You are", "separated from your parents") in told["child"]
        assert ("What it was", "Search for your family") in told["steps"]
        assert told["history"][:2] == [("What it was", "Transit"), ("Place", "Port Quay")]
        assert told["history"][-1] == ("Note", None)
        assert b"What was done to you" in whole
        for others in (b"Quinto", b"recruiter", b"neighbour", b"Badria", b"Zubeyda", str(at.stranger).encode()):
            assert others not in whole

    def test_of_perpetrators_alone_it_says_no_more_than_of_nobody(self, at: Setting) -> None:
        before = self.pack(at)[0]
        noted(at, PERPETRATORS, PERPETRATOR)
        assert self.pack(at)[0] == before

    def test_its_words_are_the_same_ones_in_six_languages(self) -> None:
        texts = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(TEXTS.glob("*.toml"))}
        assert set(texts) == {"en", "fr", "ar", "ru", "es", "so"}
        assert {frozenset(words) for words in texts.values()} == {frozenset(texts["en"])}
        kinds = {"child_of" if kind == "child" else kind for kind in family.RelationKind}
        assert {*kinds, *family.CareStatus, *family.StepKind, *trafficking.EventKind} <= set(texts["en"])


def test_an_export_has_no_field_of_it() -> None:
    for apart in ("perpetrator/name", "history_event/place", "relationship/kind"):
        with pytest.raises(ExportUnclear):
            Specification(uuid4(), (apart,), (uuid4(),), Purpose.REFERRAL, LegalBasis.CONSENT)
