"""A submission is complete when every file that its answers name has come."""

from forms import FormDefinition
from ingest.expect_files import expected_files
from ingest.parse_xml import parse_xml


def expected(xml: str, definition: FormDefinition) -> set[str]:
    return set(expected_files(parse_xml(xml.encode()), definition))


def test_photos_are_expected_also_from_within_repeats(definition: FormDefinition) -> None:
    xml = "<data><photo>house.jpg</photo><member><portrait>a.jpg</portrait></member><member><portrait/></member></data>"
    assert expected(xml, definition) == {"house.jpg", "a.jpg"}


def test_the_audit_log_in_meta_is_expected(definition: FormDefinition) -> None:
    assert expected("<data><meta><audit>audit.csv</audit></meta></data>", definition) == {"audit.csv"}


def test_text_that_looks_like_a_file_is_not_expected(definition: FormDefinition) -> None:
    assert expected("<data><person><name>me.jpg</name></person></data>", definition) == set()
