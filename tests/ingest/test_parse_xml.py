"""Answers come from strangers: the parser reads what phones really send and refuses what could harm."""

import pytest

from ingest.errors import AnswersUnreadable
from ingest.parse_xml import LARGEST_XML, local_name, parse_xml

ENTITIES = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE a [<!ENTITY x0 "{"y" * 1000}">{ENTITIES}]><a b="&x11;">&x11;</a>'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf<data/>", id="a byte order mark"),
        pytest.param("<data>é</data>".encode("utf-16"), id="UTF-16 with its mark"),
        pytest.param('<?xml version="1.0" encoding="iso-8859-1"?><data>é</data>'.encode("latin-1"), id="a declared encoding"),
        pytest.param(b"<data><!-- said aside --><?note x?><a/></data>", id="comments and instructions"),
    ],
)
def test_what_real_phones_send_is_read(content: bytes) -> None:
    assert local_name(parse_xml(content)) == "data"


def test_a_prefix_without_declaration_is_tolerated() -> None:
    """Ten of forty real encrypted submissions lack the declaration of `orx`."""
    [meta] = parse_xml(b"<data><orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></data>")
    assert local_name(meta) == "meta"
    assert meta[0].text == "uuid:1"


def test_an_undeclared_prefix_is_tolerated_in_any_encoding_of_xml() -> None:
    assert parse_xml("<data><orx:a>é</orx:a></data>".encode("utf-16"))[0].text == "é"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0", id="a zero byte"),
        pytest.param(b"<data>", id="an end that is missing"),
        pytest.param(b"<data><orx:meta></data>", id="an undeclared prefix and an end that is missing"),
        pytest.param(b"<data><orx:meta/></data>x", id="an undeclared prefix and something after the end"),
        pytest.param(
            b"<data>" + b"<orx:meta/>" * 500 + b"<a></data>", id="many undeclared prefixes and an end that is missing"
        ),
        pytest.param(BOMB.encode(), id="entities that multiply"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', id="an entity of its own"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', id="an entity from a file"),
        pytest.param(b'<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>', id="a document type from the network"),
        pytest.param('<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16"), id="a document type hidden by its encoding"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY x 'y'>]><orx:a>&x;</orx:a>", id="a document type behind an undeclared prefix"),
        pytest.param(b"<a>" * 100_000, id="deep nesting without end"),
        pytest.param(b"<a>" * 300 + b"</a>" * 300, id="deep nesting"),
        pytest.param(b"<?xml version='1.0' encoding='utf-8'?><a>\xe9</a>", id="bytes of another encoding"),
        pytest.param(b"<?xml version='1.0' encoding='klingon'?><a/>", id="an encoding that does not exist"),
        pytest.param(b"<a>" + b" " * LARGEST_XML + b"</a>", id="more than ten megabytes"),
        pytest.param(b"<a></a><b/>", id="something after the end"),
    ],
)
def test_what_could_harm_is_refused(content: bytes) -> None:
    with pytest.raises(AnswersUnreadable) as refusal:
        parse_xml(content)
    assert refusal.value.code == "INGEST-001"


def test_a_refusal_never_quotes_the_answers() -> None:
    """The parser's own message would: it names the elements that do not match."""
    with pytest.raises(AnswersUnreadable) as refusal:
        parse_xml(b"<data><Amal></Khalil></data>")
    assert "Amal" not in str(refusal.value)
    assert refusal.value.__cause__ is None
