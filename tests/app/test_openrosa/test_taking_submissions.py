"""The status codes that phones rely on, through HTTP: 201 and 202 are success, everything else stays on the phone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.audit import Action, audited_entries
from core.database import Zone


def test_a_phone_asks_first_and_is_told_how_much_it_may_send(phone: Any) -> None:
    response = phone.client.head(f"{phone.door}/submission")
    assert response.status_code == 204
    assert response.headers["x-openrosa-accept-content-length"] == "1000000"
    assert response.headers["x-openrosa-version"] == "1.0"


def test_new_answers_are_201_and_the_same_again_202(phone: Any) -> None:
    first, again = phone.post(phone.answers()), phone.post(phone.answers())
    assert (first.status_code, again.status_code) == (201, 202)
    assert phone.shows(first) == "Thank you, your form has arrived."


def test_other_answers_under_the_same_id_are_409_and_both_are_kept(phone: Any) -> None:
    phone.post(phone.answers())
    response = phone.post(phone.answers(name="Rim"))
    assert response.status_code == 409
    assert phone.quarantine() == [("INGEST-004", phone.answers(name="Rim"))]


def test_a_new_attachment_is_201(phone: Any) -> None:
    xml = phone.answers(photo="a.jpg")
    first = phone.post(xml)
    assert first.status_code == 201
    assert "still to come" in phone.shows(first)
    second = phone.post(xml, {"a.jpg": b"a face"})
    assert second.status_code == 201
    assert "all photos and files" in phone.shows(second)
    assert phone.post(xml, {"a.jpg": b"a face"}).status_code == 202


def test_an_edit_is_201_sent_again_202_and_outdated_409(phone: Any) -> None:
    phone.post(phone.answers("uuid:1"))
    edit = phone.answers("uuid:2", replaces="uuid:1")
    assert [phone.post(edit).status_code for _ in range(2)] == [201, 202]
    late = phone.answers("uuid:3", replaces="uuid:1")
    assert phone.post(late).status_code == 409
    assert phone.quarantine() == [("INGEST-006", late)]


@pytest.mark.parametrize("change", [(b'id="visit"', b'id="stranger"'), (b'version="1"', b'version="7"')])
def test_an_unknown_form_or_version_is_404_and_kept(phone: Any, change: tuple[bytes, bytes]) -> None:
    xml = phone.answers().replace(*change)
    assert phone.post(xml).status_code == 404
    assert phone.quarantine() == [("INGEST-003", xml)]


@pytest.mark.parametrize("xml", [b"", b"not XML", b"<data/>", b'<data id="visit" version="1"/>'])
def test_what_cannot_be_read_is_400_and_kept(phone: Any, xml: bytes) -> None:
    assert phone.post(xml).status_code == 400
    assert [content for _, content in phone.quarantine()] == [xml]


def test_a_split_upload_is_one_submission_whatever_the_phone_says_of_its_end(phone: Any) -> None:
    xml = phone.answers(photo="a.jpg")
    answers = ("xml_submission_file", ("submission.xml", xml, "text/xml"))
    posts = [
        [answers, ("b.jpg", ("b.jpg", b"1", "image/jpeg")), ("*isIncomplete*", (None, b"yes"))],
        [answers, ("*isIncomplete*", (None, b"no"))],
        [answers, ("a.jpg", ("a.jpg", b"2", "image/jpeg")), ("*isIncomplete*", (None, b"yes"))],
    ]
    statuses = [phone.client.post(f"{phone.door}/submission", files=parts).status_code for parts in posts]
    assert statuses == [201, 202, 201]
    assert len(phone.told) == 1


def test_the_program_hears_of_complete_answers_that_are_new_and_of_nothing_else(phone: Any) -> None:
    phone.post(phone.answers("uuid:1"))
    phone.post(phone.answers("uuid:1"))
    phone.post(phone.answers("uuid:2", photo="a.jpg"))
    phone.post(b"not XML")
    assert len(phone.told) == 1
    phone.post(phone.answers("uuid:2", photo="a.jpg"), {"a.jpg": b"a face"})
    phone.post(phone.answers("uuid:3", replaces="uuid:1"))
    assert [operation for operation, _ in phone.told] == ["TEST"] * 3
    assert len({submission for _, submission in phone.told}) == 3


def test_what_the_program_does_afterwards_cannot_spoil_the_answer(phone: Any) -> None:
    def fail() -> None:
        raise RuntimeError

    phone.after(fail)
    assert phone.post(phone.answers()).status_code == 201


def test_the_audit_log_names_the_collector_and_not_its_token(phone: Any) -> None:
    phone.post(phone.answers())
    phone.post(b"not XML")
    with phone.database.transaction(Zone.AUDIT) as session:
        lines = [line for line in audited_entries(session) if line.action in {Action.RECEIVED, Action.QUARANTINED}]
    assert {line.action for line in lines} == {"received", "quarantined"}
    assert all(line.actor.startswith("collector:") and phone.token not in line.actor for line in lines)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("fr", "Merci"),
        ("ar-EG,ar;q=0.9", "شكراً"),
        ("de, fr;q=0.4, en; q=0.8", "Thank"),
        ("", "Thank"),
        ("so", "Mahadsanid"),
        ("sw", "Thank"),
        ("fr;q=x", "Thank"),
    ],
)
def test_the_sentence_is_in_the_language_of_the_phone(phone: Any, asked: str, word: str) -> None:
    assert word in phone.shows(phone.post(phone.answers(), language=asked))


def test_posts_of_one_answer_at_the_same_moment_make_one_record(phone: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(response.status_code for response in pool.map(phone.post, [phone.answers()] * 6))
    assert statuses == [201, 202, 202, 202, 202, 202]
    assert len(phone.told) == 1
