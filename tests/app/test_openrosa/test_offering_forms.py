"""A phone fetches the list of forms, the forms, and the files they need (OpenRosa form discovery)."""

import hashlib
from typing import Any

import httpx
import pytest
from lxml import etree

from core.database import Zone
from ingest.collectors import add_collector, list_collectors, retire_collector

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def entries(response: httpx.Response, name: str) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert "text/xml" in response.headers["content-type"]
    assert response.headers["x-openrosa-version"] == "1.0"
    root = etree.fromstring(response.content)
    return [{etree.QName(child).localname: child.text for child in entry} for entry in root.iter(name)]


def test_the_list_names_each_form_with_its_hash_and_absolute_addresses(phone: Any) -> None:
    [form] = entries(phone.client.get(f"{phone.door}/formList"), f"{LIST}xform")
    assert form == {
        "formID": "visit",
        "name": "Visit & photo",
        "version": "1",
        "hash": f"md5:{hashlib.md5(phone.form).hexdigest()}",
        "downloadUrl": f"http://testserver{phone.door}/forms/visit.xml?version=1",
        "manifestUrl": f"http://testserver{phone.door}/forms/visit/manifest?version=1",
    }


def test_the_list_can_be_asked_for_one_form_and_for_descriptions(phone: Any) -> None:
    phone.publish("other", "1")
    assert len(entries(phone.client.get(f"{phone.door}/formList"), f"{LIST}xform")) == 2
    [form] = entries(phone.client.get(f"{phone.door}/formList?formID=other&verbose=true"), f"{LIST}xform")
    assert (form["formID"], form["descriptionText"]) == ("other", "Visit & photo")
    assert "manifestUrl" not in form  # it needs no files


def test_only_the_newest_version_is_listed_but_older_ones_are_still_served(phone: Any) -> None:
    phone.publish("visit", "2")
    [form] = entries(phone.client.get(f"{phone.door}/formList"), f"{LIST}xform")
    assert form["version"] == "2"
    assert phone.client.get(f"{phone.door}/forms/visit.xml?version=1").content == phone.form
    assert b'version="2"' in phone.client.get(f"{phone.door}/forms/visit.xml").content


@pytest.mark.parametrize("form_id", ["http://example.org/form", "a b", "é?&amp;#100%", "dots.xml"])
def test_every_form_id_survives_the_way_through_its_address(phone: Any, form_id: str) -> None:
    phone.publish(form_id, "2 + 1")
    listed = entries(phone.client.get(f"{phone.door}/formList"), f"{LIST}xform")
    [address] = [form["downloadUrl"] for form in listed if form["version"] == "2 + 1"]
    assert form_id.encode() in phone.client.get(address).content


def test_the_manifest_leads_to_each_file(phone: Any) -> None:
    [form] = entries(phone.client.get(f"{phone.door}/formList"), f"{LIST}xform")
    [file] = entries(phone.client.get(form["manifestUrl"]), f"{MANIFEST}mediaFile")
    content = phone.client.get(file["downloadUrl"]).content
    assert file["filename"] == "places.csv"
    assert content == b"name,label\n"
    assert file["hash"] == f"md5:{hashlib.md5(content).hexdigest()}"


@pytest.mark.parametrize(
    "what", ["forms/none.xml", "forms/visit.xml?version=9", "forms/none/manifest", "forms/visit/media/none.csv"]
)
def test_what_is_not_offered_is_404(phone: Any, what: str) -> None:
    response = phone.client.get(f"{phone.door}/{what}")
    assert response.status_code == 404
    assert "no longer offered" in phone.shows(response)


@pytest.mark.parametrize(
    ("method", "what"), [("GET", "formList"), ("GET", "forms/visit.xml"), ("HEAD", "submission"), ("POST", "submission")]
)
def test_a_bad_token_is_403_because_401_would_ask_for_a_password(phone: Any, method: str, what: str) -> None:
    response = phone.client.request(method, f"/key/guess/{what}")
    assert response.status_code == 403
    assert "www-authenticate" not in response.headers
    assert response.headers["x-openrosa-version"] == "1.0"
    if method != "HEAD":
        assert "supervisor" in phone.shows(response)


class TestAPhoneThatIsOfferedSomeFormsOnly:
    """It sees and fetches those, and what it has from before is taken in all the same."""

    @pytest.fixture
    def door(self, phone: Any) -> str:
        phone.publish("other", "1")
        with phone.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            return f"/key/{add_collector(session, 'TEST', 'tablet 8', forms=['other'])}"

    def test_its_list_names_no_other_form(self, phone: Any, door: str) -> None:
        assert [form["formID"] for form in entries(phone.client.get(f"{door}/formList"), f"{LIST}xform")] == ["other"]
        assert entries(phone.client.get(f"{door}/formList?formID=visit"), f"{LIST}xform") == []

    @pytest.mark.parametrize("what", ["forms/visit.xml", "forms/visit/manifest", "forms/visit/media/places.csv"])
    def test_another_form_is_not_to_be_had_by_its_address(self, phone: Any, door: str, what: str) -> None:
        assert phone.client.get(f"{phone.door}/{what}?version=1").status_code == 200
        assert phone.client.get(f"{door}/{what}?version=1").status_code == 404

    def test_answers_to_another_form_are_not_lost(self, phone: Any, door: str) -> None:
        assert phone.post(phone.answers(), door=door).status_code == 201


def test_a_phone_that_was_retired_is_403_at_once(phone: Any) -> None:
    assert phone.post(phone.answers("uuid:1")).status_code == 201
    with phone.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        [collector] = list_collectors(session, "TEST")
        retire_collector(session, collector.id)
    assert phone.post(phone.answers("uuid:2")).status_code == 403
    assert phone.client.get(f"{phone.door}/formList").status_code == 403
