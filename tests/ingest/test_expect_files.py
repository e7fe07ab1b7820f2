"""A submission is complete when every file that its answers name has come."""

from forms import FormDefinition
from ingest import parse_xml
from ingest.expect_files import expected_files


def expected(xml: str, definition: FormDefinition, *, encrypted: bool = False) -> set[str]:
    return set(expected_files(parse_xml(xml.encode()), definition, encrypted=encrypted))


def test_photos_are_expected_also_from_within_repeats(definition: FormDefinition) -> None:
    xml = "<data><photo>house.jpg</photo><member><portrait>a.jpg</portrait></member><member><portrait/></member></data>"
    assert expected(xml, definition) == {"house.jpg", "a.jpg"}


def test_the_audit_log_in_meta_is_expected(definition: FormDefinition) -> None:
    assert expected("<data><meta><audit>audit.csv</audit></meta></data>", definition) == {"audit.csv"}


def test_text_that_looks_like_a_file_is_not_expected(definition: FormDefinition) -> None:
    assert expected("<data><person><name>me.jpg</name></person></data>", definition) == set()


def test_the_manifest_of_an_encrypted_form_lists_its_files(definition: FormDefinition) -> None:
    xml = """<data encrypted="yes" xmlns="http://www.opendatakit.org/xforms/encrypted">
      <media><file>1.jpg.enc</file></media><media><file>2.jpg.enc</file></media>
      <encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"""
    assert expected(xml, definition, encrypted=True) == {"1.jpg.enc", "2.jpg.enc", "submission.xml.enc"}
