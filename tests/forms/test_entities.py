"""What a form declares of entities is read from its XForm: the list that its answers are about, and what is saved with them."""

from forms import read_form_definition
from tests.casework.follow_up_forms import FOLLOW_UP, INTAKE, definition_of

PLAIN = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model><instance>
<data id="plain"><a/><meta><instanceID/></meta></data></instance>
<instance id="places" src="jr://file-csv/places.csv"/><instance id="map" src="jr://file/map.geojson"/>
</model></h:head><h:body><input ref="/data/a"/></h:body></h:html>"""


def test_a_form_that_opens_an_entity_names_its_list_and_what_is_saved() -> None:
    declared = definition_of(INTAKE).entity
    assert declared
    assert (declared.list_name, declared.saved["first_name"]) == ("cases", "/data/prs_First_Name")
    assert "case_reference" not in declared.saved


def test_a_form_that_follows_up_reads_the_list_too() -> None:
    definition = definition_of(FOLLOW_UP)
    assert definition.entity
    assert (definition.lists, dict(definition.entity.saved)) == (
        {"cases.csv"},
        {"village": "/data/village", "state": "/data/cas_Status"},
    )


def test_a_form_of_none_declares_none_and_only_csv_files_are_lists() -> None:
    definition = read_form_definition(PLAIN)
    assert (definition.entity, definition.lists) == (None, {"places.csv"})
