"""Every answer names its form, itself, and what it replaces."""

import pytest

from ingest.errors import IdentityMissing
from ingest.parse_xml import parse_xml
from ingest.read_head import Head, read_head


def head(xml: str) -> Head:
    return read_head(parse_xml(xml.encode()))


@pytest.mark.parametrize(
    "meta",
    [
        "<meta><instanceID> uuid:1 </instanceID></meta>",
        '<n0:meta xmlns:n0="http://openrosa.org/xforms"><n0:instanceID>uuid:1</n0:instanceID></n0:meta>',
        '<meta xmlns="http://openrosa.org/xforms"><instanceName>x</instanceName><instanceID>uuid:1</instanceID></meta>',
        "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta>",
    ],
)
def test_the_instance_is_found_in_whatever_namespace_a_client_puts_it(meta: str) -> None:
    assert head(f'<data id="f" version="2">{meta}</data>') == Head("f", "2", "uuid:1", None, encrypted=False)


def test_a_form_without_version_and_a_form_named_by_its_namespace() -> None:
    said = head('<data xmlns="http://example.org/form"><meta><instanceID>uuid:1</instanceID></meta></data>')
    assert (said.form_id, said.version) == ("http://example.org/form", "")


def test_an_edit_names_what_it_replaces() -> None:
    meta = "<meta><instanceID>uuid:2</instanceID><deprecatedID>uuid:1</deprecatedID></meta>"
    assert head(f'<data id="f">{meta}</data>').replaces == "uuid:1"


def test_answers_that_claim_to_replace_themselves_replace_nothing() -> None:
    meta = "<meta><instanceID>uuid:1</instanceID><deprecatedID>uuid:1</deprecatedID></meta>"
    assert head(f'<data id="f">{meta}</data>').replaces is None


@pytest.mark.parametrize(
    "xml",
    [
        "<data><meta><instanceID>uuid:1</instanceID></meta></data>",
        '<data id="f"/>',
        '<data id="f"><meta/></data>',
        '<data id="f"><meta><instanceID> </instanceID></meta></data>',
        '<data id="f"><group><meta><instanceID>uuid:1</instanceID></meta></group></data>',
    ],
)
def test_answers_without_form_or_instance_cannot_be_told_from_others(xml: str) -> None:
    with pytest.raises(IdentityMissing):
        head(xml)
