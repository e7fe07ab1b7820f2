"""A row of ODK Central holds the same answers as the phone's XML, though every number and place in it was written anew."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import FormDefinition, read_form_definition
from ingest.central.read_row import AnswerReader, Row, ShapeUnknown, read_moment, read_page, read_row
from ingest.parse_xml import parse_xml
from ingest.pull.errors import AnswerUnasked
from ingest.pull.write_xml import write_xml
from ingest.read_answers import Answers, answers_of
from ingest.same_answers import same_answers

FORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>F</h:title><model>
<instance><data id="places" version="1"><g><weight/><count/><point/></g><path/><area/><odd.name/><p-code/><w1/></data>
</instance>
<bind nodeset="/data/g/weight" type="decimal"/><bind nodeset="/data/g/count" type="int"/>
<bind nodeset="/data/g/point" type="geopoint"/><bind nodeset="/data/path" type="geotrace"/>
<bind nodeset="/data/area" type="geoshape"/></model></h:head><h:body/></h:html>"""
ROW: dict[str, Any] = {
    "__id": "uuid:a",
    "__system": {"submissionDate": "2026-08-01T10:00:00.250Z", "edits": 0, "reviewState": None, "formVersion": "1"},
    "meta": {"instanceID": "uuid:a", "instanceName": "Amal"},
}
read_answers = AnswerReader()
DEGREES = st.floats(-90, 90, allow_subnormal=False)


@pytest.fixture(scope="module")
def places() -> FormDefinition:
    return read_form_definition(FORM)


def shown(**answers: Any) -> Row:
    """The row as it is read from the server's text."""
    return read_page(json.dumps({"value": [{**ROW, **answers}]}).encode())[0]


@given(weight=st.decimals(-1000, 1000, places=3), count=st.integers(0, 2**53), at=st.tuples(DEGREES, DEGREES, DEGREES))
def test_numbers_and_places_are_the_same_however_they_are_written(
    places: FormDefinition, weight: Any, count: int, at: tuple[float, float, float]
) -> None:
    latitude, longitude, altitude = at
    phone = Answers(
        {
            "/data/g/weight": f"{weight:f}",
            "/data/g/count": f"{count:04d}",
            "/data/g/point": f"{latitude:.17f} {longitude:.17f} {altitude:.17f} 4.50",
        }
    )
    point = [float(f"{number:.17f}") for number in (longitude, latitude, altitude)]
    row = shown(
        g={
            "weight": float(weight),
            "count": count,
            "point": {"type": "Point", "coordinates": point, "properties": {"accuracy": 4.5}},
        }
    )
    assert same_answers(read_answers(row.content, places), places) == same_answers(phone, places)


def test_lines_and_areas_are_read_as_a_phone_writes_them(places: FormDefinition) -> None:
    row = shown(
        path={"type": "LineString", "coordinates": [[9.25, 12.5], [9.5, 12.75, 3]], "properties": {"accuracies": [4, None]}},
        area={"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]},
    )
    answers = read_answers(row.content, places)
    assert answers.values == {"/data/path": "12.5 9.25 0 4; 12.75 9.5 3", "/data/area": "2 1; 4 3; 2 1"}
    phone = Answers({"/data/path": "12.50 9.25 0 4.0; 12.75 9.5 3.0 0.0;", "/data/area": "2 1 ;4 3;2 1"})
    assert (
        json.loads(same_answers(phone, places))[0]["/data/area"] == json.loads(same_answers(answers, places))[0]["/data/area"]
    )
    assert same_answers(phone, places) != same_answers(Answers({**phone.values, "/data/path": "0 0; 1 1"}), places)


def test_names_that_odata_does_not_allow_are_found_again(places: FormDefinition) -> None:
    assert read_answers(shown(odd_name="x", p_code="XA01").content, places).values == {
        "/data/odd.name": "x",
        "/data/p-code": "XA01",
    }


def test_what_is_written_for_later_stages_is_read_back(places: FormDefinition) -> None:
    record = read_row(shown(w1="<&>", g={"weight": 1.5}), read_answers, number=7, folder="")
    answers = read_answers(record.content, places)
    assert answers_of(parse_xml(write_xml(record, answers, places)), places) == answers
    assert (record.instance_id, record.before, record.version, record.place) == ("uuid:a", (), "1", 1_785_578_400_250)


def test_a_record_travels_to_another_process_without_what_was_worked_out_here(places: FormDefinition) -> None:
    read = AnswerReader()
    record = read_row(shown(g={"weight": 1.50}), read, number=7, folder="")
    here = record.read(record.content, places)
    assert places.demands is not None  # functions, which cannot be sent
    there = pickle.loads(pickle.dumps(record))
    assert (there.text, there.read(there.content, places)) == (record.text, here)


@pytest.mark.parametrize(
    "answers",
    [{"g": {"height": "1"}}, {"age": "30"}, {"w1": {"type": "Circle"}}, {"g": [{"weight": 1}, "x"]}, {"w1": ["x"]}],
)
def test_what_the_form_does_not_ask_in_this_way_is_refused(places: FormDefinition, answers: dict[str, Any]) -> None:
    with pytest.raises(AnswerUnasked):
        read_answers(shown(**answers).content, places)


@pytest.mark.parametrize("text", [b"[]", b'{"value": 3}', b'{"value": [1]}', b"{}"])
def test_a_page_of_another_shape_is_not_guessed(text: bytes) -> None:
    with pytest.raises(ShapeUnknown):
        read_page(text)


@pytest.mark.parametrize("moment", [None, "yesterday", 3])
def test_a_row_without_its_moment_is_not_guessed(moment: Any) -> None:
    with pytest.raises(ShapeUnknown, match="submissionDate"):
        read_moment({"__system": {"submissionDate": moment}}, "submissionDate")
