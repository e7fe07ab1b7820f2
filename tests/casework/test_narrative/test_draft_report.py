"""A draft says what is held, where each part comes from, and what it leaves out."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from casework import RecordUnknown
from casework.case_file import Act, EntryKind
from casework.case_file.errors import FieldsMissing, FieldUnfit, ReportNotAgreed
from casework.consent import ConsentState, LegalBasis
from casework.narrative import ReportWish
from casework.narrative.report_texts import TEXTS, spoken_in
from casework.records import keep_from
from core.access import NotAllowed
from core.languages import LANGUAGES
from forms import RecordPart
from tests.casework.test_case_file.conftest import BADR, CARLA
from tests.casework.test_narrative.conftest import COURT, Desk


def test_a_draft_tells_the_record_the_history_and_the_case_file_with_its_sources(desk: Desk) -> None:
    desk.note_history()
    service = desk.office.begin(EntryKind.SERVICE, service_type="medical", provider="own")
    desk.office.go_on(service, Act.COMPLETE, date="2026-02-20", note="Her neighbour drove her.")
    text = desk.text(desk.draft())
    for said in (
        "Purpose: Criminal proceedings.",
        "First name: Amal",
        "The person was recruited. Place: Ashby. From spring 2024.",
        "Medical care was given on 20 February 2026. Provider: This organisation.",
        "Sources: case file, steps 1, 2.",
        "Sources: the record of the person.",
    ):
        assert said in text, text


def test_it_names_nobody_else_and_gives_no_way_to_the_person_unless_somebody_types_it(desk: Desk) -> None:
    desk.note_history()
    desk.office.begin(EntryKind.NOTE, text="Her neighbour Quintessa telephoned.")
    report = desk.draft()
    text = desk.text(report)
    for secret in ("Perpetua", "Quintessa", "555 0199", "quiet room"):
        assert secret not in text
    for said in ("Names of other people", "How to reach the person", "free words is left out"):
        assert said in text
    desk.office.go_on(report, Act.CHANGE, text=f"{text}\nQuintessa saw it.")
    assert desk.text(report).endswith("Quintessa saw it.")


def test_free_words_are_in_it_where_they_are_asked_for(desk: Desk) -> None:
    desk.note_history()
    text = desk.text(desk.draft(replace(COURT, in_words=True)))
    assert "Brought by Uncle Perpetua." in text
    assert "free words" not in text


def test_what_its_author_may_not_read_is_left_out_and_said_to_be(desk: Desk) -> None:
    with desk.office.working(CARLA) as session:
        ring, person = desk.office.team.ring, desk.office.person
        keep_from(session, ring, person, RecordPart.IDENTITY, "amal")
    text = desk.text(desk.draft())
    assert "Interviewed" not in text
    assert "left out: who the person is" in text
    # And what somebody wrote who may read more is closed to them.
    whole = desk.draft(who=CARLA)
    assert "Interviewed" in desk.text(whole, CARLA)
    assert desk.read(whole).fields is None
    assert desk.read(whole).acts == ()
    with pytest.raises(NotAllowed):
        desk.office.go_on(whole, Act.CHANGE, text="Mine now.")


def test_nobody_drafts_without_a_yes_or_another_basis(desk: Desk) -> None:
    with pytest.raises(ReportNotAgreed, match="lawyer"):
        desk.draft(replace(COURT, recipient="lawyer"))
    desk.say(ConsentState.WITHDRAWN)
    with pytest.raises(ReportNotAgreed):
        desk.draft()
    desk.say(ConsentState.GIVEN, LegalBasis.LEGAL_OBLIGATION)
    assert desk.draft()


def test_what_is_wished_is_read_strictly_and_only_a_colleague_in_reach_wishes(desk: Desk) -> None:
    with pytest.raises(FieldUnfit, match="purpose"):
        desk.draft(replace(COURT, purpose="gossip"))
    with pytest.raises(FieldsMissing, match="language"):
        desk.draft(replace(COURT, language=""))
    with pytest.raises(RecordUnknown):
        desk.draft(who=BADR)


def test_sent_twice_it_is_one_draft(desk: Desk) -> None:
    wish = ReportWish("court", "court", "fr")
    assert desk.draft(wish) == desk.draft(wish)
    assert len(desk.file().entries) == 1


def test_every_language_says_the_same() -> None:
    of = {language: tomllib.loads((Path(TEXTS) / f"{language}.toml").read_text(encoding="utf-8")) for language in LANGUAGES}
    assert {frozenset(texts) for texts in of.values()} == {frozenset(of["en"])}
    for key, text in of["en"].items():
        names = sorted(part.split("}")[0] for part in text.split("{")[1:])
        for language, texts in of.items():
            assert sorted(part.split("}")[0] for part in texts[key].split("{")[1:]) == names, (language, key)


def test_a_piece_with_nothing_to_say_is_left_out() -> None:
    said = spoken_in("en").say("service_given", service_type="Medical care", date="today", provider="", outcome="")
    assert said == "Medical care was given on today."
