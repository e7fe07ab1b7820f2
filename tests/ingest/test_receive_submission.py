"""What becomes of a post. Phones repeat, split, edit and reorder what they send; nothing is doubled and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.audit import Action, audited_entries
from core.database import Zone
from ingest import Outcome

PHOTOS = "<photo>house.jpg</photo><member><portrait>sami.jpg</portrait></member>"


def test_new_answers_are_kept_byte_for_byte(household: Any) -> None:
    xml = household.answers() + b"\n<!-- the phone's own spacing -->\n"
    receipt = household.send(xml)
    assert (receipt.outcome, receipt.complete) == (Outcome.ACCEPTED, True)
    stored = household.read(receipt)
    assert stored.xml == xml
    assert (stored.form_id, stored.version, stored.instance_id) == ("household", "1", "uuid:1")
    assert stored.root_id == stored.id


def test_the_same_again_changes_nothing(household: Any) -> None:
    first = household.send(household.answers())
    again = household.send(household.answers())
    assert (again.outcome, again.submission_id, again.complete) == (Outcome.RESENT, first.submission_id, True)
    with household.zone(Zone.AUDIT) as session:
        assert len(audited_entries(session, action=Action.RECEIVED)) == 1


def test_other_answers_under_the_same_id_are_kept_beside_the_first(household: Any) -> None:
    first = household.send(household.answers())
    other = household.answers(body="<person><name>Rim</name></person>")
    receipt = household.send(other, [household.photo("house.jpg")])
    assert (receipt.outcome, receipt.submission_id) == (Outcome.CONFLICTING, None)
    assert household.read(first).xml == household.answers()
    assert household.quarantine() == [("INGEST-004", other, (household.photo("house.jpg"),))]


def test_a_phone_that_keeps_sending_what_was_refused_fills_nothing(household: Any) -> None:
    household.send(household.answers())
    for _ in range(3):
        assert household.send(household.answers(body="")).outcome is Outcome.CONFLICTING
    assert len(household.quarantine()) == 1


def test_the_same_id_in_two_forms_is_two_submissions(household: Any) -> None:
    household.send(household.answers())
    assert household.send(household.answers().replace(b'"household"', b'"other"')).outcome is Outcome.UNKNOWN_FORM


class TestFiles:
    def test_a_submission_is_complete_when_every_file_it_names_has_come(self, household: Any) -> None:
        xml = household.answers(body=PHOTOS)
        first = household.send(xml, [household.photo("house.jpg")])
        assert (first.outcome, first.complete) == (Outcome.ACCEPTED, False)
        assert household.awaiting() == []
        second = household.send(xml, [household.photo("sami.jpg", b"another")])
        assert (second.outcome, second.complete) == (Outcome.FILES_ADDED, True)
        assert household.awaiting() == [first.submission_id]
        assert household.read(first).files == (household.photo("house.jpg"), household.photo("sami.jpg", b"another"))

    def test_a_post_lost_in_the_middle_leaves_it_incomplete(self, household: Any) -> None:
        """Whatever the phone says of its last post: only what the answers name counts."""
        xml = household.answers(body=PHOTOS)
        assert not household.send(xml).complete
        assert not household.send(xml, [household.photo("sami.jpg")]).complete
        assert household.send(xml, [household.photo("house.jpg")]).complete

    def test_a_file_sent_twice_is_kept_once(self, household: Any) -> None:
        xml = household.answers(body=PHOTOS)
        household.send(xml, [household.photo("house.jpg")])
        assert household.send(xml, [household.photo("house.jpg")]).outcome is Outcome.RESENT

    def test_a_file_that_no_answer_names_is_kept_too(self, household: Any) -> None:
        first = household.send(household.answers())
        assert household.send(household.answers(), [household.photo("extra.jpg")]).outcome is Outcome.FILES_ADDED
        assert household.read(first).files == (household.photo("extra.jpg"),)

    def test_another_content_under_a_known_name_goes_to_quarantine(self, household: Any) -> None:
        xml = household.answers(body=PHOTOS)
        first = household.send(xml, [household.photo("house.jpg")])
        other = household.photo("house.jpg", b"another face")
        assert household.send(xml, [other]).outcome is Outcome.CONFLICTING
        assert household.read(first).files == (household.photo("house.jpg"),)
        assert household.quarantine() == [("INGEST-005", xml, (other,))]

    def test_two_files_of_one_name_in_one_post_are_both_kept_in_quarantine(self, household: Any) -> None:
        files = [household.photo("a.jpg", b"1"), household.photo("a.jpg", b"2")]
        assert household.send(household.answers(), files).outcome is Outcome.MALFORMED
        [(code, _, kept)] = household.quarantine()
        assert code == "INGEST-007"
        assert {file.content for file in kept} == {b"1", b"2"}


class TestEdits:
    def test_an_edit_continues_the_chain_of_what_it_replaces(self, household: Any) -> None:
        first = household.send(household.answers("uuid:1"))
        second = household.send(household.answers("uuid:2", replaces="uuid:1"))
        third = household.send(household.answers("uuid:3", replaces="uuid:2"))
        assert [receipt.outcome for receipt in (second, third)] == [Outcome.EDITED] * 2
        assert household.read(third).root_id == first.submission_id
        assert household.awaiting() == [third.submission_id]

    def test_an_edit_sent_again_changes_nothing(self, household: Any) -> None:
        household.send(household.answers("uuid:1"))
        household.send(household.answers("uuid:2", replaces="uuid:1"))
        assert household.send(household.answers("uuid:2", replaces="uuid:1")).outcome is Outcome.EDIT_RESENT

    def test_an_edit_of_a_version_that_was_replaced_already_is_kept_in_quarantine(self, household: Any) -> None:
        household.send(household.answers("uuid:1"))
        household.send(household.answers("uuid:2", replaces="uuid:1"))
        late = household.answers("uuid:3", replaces="uuid:1")
        assert household.send(late).outcome is Outcome.STALE_EDIT
        assert household.quarantine() == [("INGEST-006", late, ())]

    def test_an_edit_that_arrives_before_its_original_is_not_lost(self, household: Any) -> None:
        edit = household.send(household.answers("uuid:2", replaces="uuid:1"))
        assert household.read(edit).root_id == edit.submission_id
        original = household.send(household.answers("uuid:1"))
        assert original.outcome is Outcome.ACCEPTED
        assert household.read(original).root_id == edit.submission_id
        assert household.awaiting() == [edit.submission_id]

    def test_an_edit_that_arrives_late_joins_both_sides_of_its_chain(self, household: Any) -> None:
        first = household.send(household.answers("uuid:1"))
        third = household.send(household.answers("uuid:3", replaces="uuid:2"))
        assert set(household.awaiting()) == {first.submission_id, third.submission_id}
        second = household.send(household.answers("uuid:2", replaces="uuid:1"))
        assert second.outcome is Outcome.EDITED
        assert {household.read(receipt).root_id for receipt in (first, second, third)} == {first.submission_id}
        assert household.awaiting() == [third.submission_id]

    def test_edits_that_run_in_a_circle_lose_nothing(self, household: Any) -> None:
        first = household.send(household.answers("uuid:1", replaces="uuid:2"))
        assert household.send(household.answers("uuid:2", replaces="uuid:1")).outcome is Outcome.STALE_EDIT
        assert household.awaiting() == [first.submission_id]
        assert len(household.quarantine()) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        "change", [(b'"household"', b'"stranger"'), (b'version="1"', b'version="2"'), (b'version="1"', b"")]
    )
    def test_an_unknown_form_or_version_is_kept_in_quarantine(self, household: Any, change: tuple[bytes, bytes]) -> None:
        xml = household.answers().replace(*change)
        assert household.send(xml, [household.photo("a.jpg")]).outcome is Outcome.UNKNOWN_FORM
        assert household.quarantine() == [("INGEST-003", xml, (household.photo("a.jpg"),))]

    @pytest.mark.parametrize(
        ("xml", "code"),
        [
            (b"", "INGEST-001"),
            (b"not XML", "INGEST-001"),
            (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "INGEST-001"),
            (b'<data id="household" version="1"/>', "INGEST-002"),
            (b"<data><meta><instanceID>uuid:1</instanceID></meta></data>", "INGEST-002"),
        ],
    )
    def test_what_cannot_be_read_is_kept_as_it_came(self, household: Any, xml: bytes, code: str) -> None:
        assert household.send(xml).outcome is Outcome.MALFORMED
        assert household.quarantine() == [(code, xml, ())]

    def test_what_was_refused_is_taken_in_once_its_form_is_there(self, household: Any) -> None:
        xml = household.answers().replace(b'version="1"', b'version="2"')
        household.send(xml)
        household.publish(version="2")
        assert household.send(xml).outcome is Outcome.ACCEPTED


class TestRaces:
    """Threads with a connection each, released together."""

    def test_one_answer_posted_by_many_at_once_is_one_record(self, household: Any) -> None:
        xml = household.answers(body=PHOTOS)
        posts = [(xml, [household.photo(name)]) for name in ("house.jpg", "sami.jpg") * 4]
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda post: household.send(*post), posts))
        assert len({receipt.submission_id for receipt in receipts}) == 1
        assert [receipt.outcome for receipt in receipts].count(Outcome.ACCEPTED) == 1
        assert [receipt.outcome for receipt in receipts].count(Outcome.FILES_ADDED) == 1
        assert len(household.awaiting()) == 1

    def test_of_many_edits_of_one_version_one_wins_and_the_others_are_kept(self, household: Any) -> None:
        household.send(household.answers("uuid:0"))
        edits = [household.answers(f"uuid:{number}", replaces="uuid:0") for number in range(1, 9)]
        with ThreadPoolExecutor(8) as pool:
            outcomes = [receipt.outcome for receipt in pool.map(household.send, edits)]
        assert sorted(outcomes) == [Outcome.EDITED] + [Outcome.STALE_EDIT] * 7
        assert len(household.quarantine()) == 7

    def test_a_chain_whose_links_arrive_all_at_once_is_one_chain(self, household: Any) -> None:
        links = [household.answers("uuid:0")]
        links += [household.answers(f"uuid:{number}", replaces=f"uuid:{number - 1}") for number in range(1, 8)]
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(household.send, reversed(links)))
        assert len({household.read(receipt).root_id for receipt in receipts}) == 1
        assert household.awaiting() == [receipts[0].submission_id]
