"""Bad input and bad days: each ends in a clear sentence, nothing half-written, and nothing lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from app.web.application import create_application
from app.web.upload import read_post
from core.database import Database
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.settings import Settings
from ingest import UploadedFile

BOMB = b"<!DOCTYPE a [<!ENTITY a '%s'>%s]><a>&a9;</a>" % (
    b"boom" * 100,
    b"".join(b"<!ENTITY a%d '%s'>" % (n, (b"&a%d;" % (n - 1) if n > 1 else b"&a;") * 10) for n in range(1, 10)),
)
MEGABYTE = bytes(1024 * 1024)


@pytest.mark.parametrize("xml", [BOMB, b"<a>" * 200_000, b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"])
def test_dangerous_xml_is_400_and_kept(phone: Any, xml: bytes) -> None:
    assert phone.post(xml).status_code == 400
    assert phone.quarantine() == [("INGEST-001", xml)]


class TestUploadsThatAreTooLarge:
    def test_one_that_says_so_is_refused_before_a_byte_is_read(self, phone: Any) -> None:
        status, taken = asyncio.run(_post_a_gigabyte(phone, {"Content-Length": str(1024**3)}))
        assert (status, taken) == (413, 0)
        assert phone.quarantine() == []

    def test_one_that_does_not_say_is_refused_when_it_passes_the_limit(self, phone: Any) -> None:
        assert asyncio.run(_post_a_gigabyte(phone, {})) == (413, 1)

    def test_one_that_says_too_little_is_refused_all_the_same(self, phone: Any) -> None:
        assert asyncio.run(_post_a_gigabyte(phone, {"Content-Length": "1"})) == (413, 1)

    def test_the_enumerator_is_told_that_nothing_is_lost(self, phone: Any) -> None:
        response = phone.post(phone.answers(), {"a.jpg": MEGABYTE})
        assert response.status_code == 413
        assert "too large" in phone.shows(response)

    def test_a_length_that_is_no_number_is_not_believed(self, phone: Any) -> None:
        headers = {"Content-Length": "\u00b2".encode("latin-1")}
        assert phone.client.post(f"{phone.door}/submission", content=b"x", headers=headers).status_code == 400


async def _post_a_gigabyte(phone: Any, headers: Mapping[str, str]) -> tuple[int, int]:
    """The status, and how many megabytes the application took before it answered."""
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1024):
            taken += 1
            yield MEGABYTE

    async with httpx.AsyncClient(transport=httpx.ASGITransport(phone.client.app), base_url="http://testserver") as client:
        response = await client.post(f"{phone.door}/submission", content=body(), headers=headers)
    return response.status_code, taken


class TestMultipart:
    def test_a_body_that_broke_off_is_kept_whole(self, phone: Any) -> None:
        body = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"\r\n\r\n' + phone.answers()
        response = phone.client.post(
            f"{phone.door}/submission", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert response.status_code == 400
        assert phone.quarantine() == [("INGEST-001", body)]

    def test_a_body_without_answers_is_kept_whole(self, phone: Any) -> None:
        response = phone.client.post(f"{phone.door}/submission", files={"a.jpg": ("a.jpg", b"a face", "image/jpeg")})
        assert response.status_code == 400
        [(_, content)] = phone.quarantine()
        assert b"a face" in content

    def test_answers_sent_bare_are_taken_too(self, phone: Any) -> None:
        response = phone.client.post(f"{phone.door}/submission", content=phone.answers(), headers={"Content-Type": "text/xml"})
        assert response.status_code == 201

    def test_a_part_is_a_file_by_its_file_name_or_its_media_type(self) -> None:
        body = b"".join(
            b"--b\r\nContent-Disposition: form-data; " + disposition + b"\r\n" + more + b"\r\n" + content + b"\r\n"
            for disposition, more, content in [
                (b'name="*isIncomplete*"', b"", b"yes"),
                (b'name="xml_submission_file"', b"", b"<a/>\r\n"),
                (b'name="part"; filename="\xd8\xb5.jpg"', b"content-type: image/jpeg\r\n", b"\r\n--bb\r\n"),
                (b'name="audio.amr"', b"Content-Type: audio/amr\r\n", b""),
            ]
        )
        xml, files = read_post("multipart/form-data; boundary=b", body + b"--b--\r\n")
        assert xml == b"<a/>\r\n"
        assert files == [UploadedFile("ص.jpg", "image/jpeg", b"\r\n--bb\r\n"), UploadedFile("audio.amr", "audio/amr", b"")]


kept_or_accepted = {201, 202, 400, 404, 409}
looks_like_answers = st.builds(
    lambda version, meta, rest: b'<data id="visit" version="%s"><meta>%s</meta>%s</data>' % (version, meta, rest),
    st.sampled_from([b"1", b"2", b""]),
    st.sampled_from(
        [b"", b"<instanceID>uuid:1</instanceID>", b"<instanceID>\xc3\xa9</instanceID><deprecatedID>uuid:1</deprecatedID>"]
    ),
    st.binary(max_size=20) | st.sampled_from([b"<photo>a.jpg</photo>", b"<x:y/>", b"&lt;"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(xml=st.binary(max_size=300) | looks_like_answers, names=st.lists(st.text(max_size=8), max_size=2))
def test_whatever_is_posted_as_answers_is_kept_or_accepted(phone: Any, xml: bytes, names: list[str]) -> None:
    response = phone.post(xml, dict.fromkeys(names, b"content"))
    assert response.status_code in kept_or_accepted
    if response.status_code >= 400:
        assert any(content == xml for _, content in phone.kept())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), boundary=st.sampled_from(["", "; boundary=b", '; boundary="', "; boundary=" + "b" * 80]))
def test_whatever_is_posted_as_a_body_is_kept(phone: Any, body: bytes, boundary: str) -> None:
    response = phone.client.post(
        f"{phone.door}/submission", content=body, headers={"Content-Type": f"multipart/form-data{boundary}"}
    )
    assert response.status_code == 400
    assert any(content == body for _, content in phone.kept())


class TestBadDays:
    """The database itself fails, in the middle of the work."""

    def test_a_full_disk_is_507_and_nothing_is_half_written(self, phone: Any, administrate: Callable[[str], Any]) -> None:
        administrate(_failing("attachment", "RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'"))
        response = phone.post(phone.answers(photo="a.jpg"), {"a.jpg": b"a face"})
        assert response.status_code == 507
        assert "no room" in phone.shows(response)
        assert administrate("SELECT count(*) FROM ingest.submission") == 0
        assert administrate("SELECT count(*) FROM ingest.record_key") == 0
        administrate("DROP TRIGGER fails ON ingest.attachment")
        assert phone.post(phone.answers(photo="a.jpg"), {"a.jpg": b"a face"}).status_code == 201

    def test_a_connection_lost_in_the_middle_is_503_and_nothing_is_half_written(
        self, phone: Any, administrate: Callable[[str], Any]
    ) -> None:
        administrate(_failing("attachment", "PERFORM pg_terminate_backend(pg_backend_pid())"))
        assert phone.post(phone.answers(photo="a.jpg"), {"a.jpg": b"a face"}).status_code == 503
        assert administrate("SELECT count(*) FROM ingest.submission") == 0
        administrate("DROP TRIGGER fails ON ingest.attachment")
        assert phone.post(phone.answers(photo="a.jpg"), {"a.jpg": b"a face"}).status_code == 201

    def test_a_database_that_is_down_is_503(self, phone: Any) -> None:
        nobody = Database(create_engine("postgresql+psycopg://waystation@/waystation?host=/nowhere"))
        with TestClient(create_application(nobody, phone.ring, Settings(), lambda _operation, _submission: None)) as client:
            response = client.post(f"{phone.door}/submission", content=phone.answers())
        assert response.status_code == 503
        assert "later" in phone.shows(response)

    def test_what_nobody_foresaw_is_500_without_a_word_of_the_answers(
        self, phone: Any, administrate: Callable[[str], Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        administrate(_failing("submission", "RAISE EXCEPTION 'CANARY-%', encode(NEW.digest, 'hex')"))
        with caplog.at_level(logging.DEBUG):
            response = phone.post(phone.answers(name="CANARY"))
        assert response.status_code == 500
        assert phone.shows(response).startswith("Something went wrong on the server.")
        assert "CANARY" not in response.text
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
        assert any("unforeseen" in line for line in ours)
        assert not any("CANARY" in line or phone.token in line for line in ours)


def _failing(table: str, statement: str) -> str:
    """A trigger that makes PostgreSQL itself fail when a row comes, with its owner's rights."""
    return (
        "CREATE FUNCTION ingest.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        f"$$ BEGIN {statement}; RETURN NEW; END $$; "
        f"CREATE TRIGGER fails BEFORE INSERT ON ingest.{table} FOR EACH ROW EXECUTE FUNCTION ingest.fail()"
    )


@pytest.fixture
def administrate(cluster: EmbeddedCluster, database_name: str) -> Iterator[Callable[[str], Any]]:
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:

        def execute(statement: str) -> Any:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None

        yield execute
    engine.dispose()
