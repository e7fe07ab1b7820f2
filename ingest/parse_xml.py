"""Read XML that a stranger sent: no document type, no entities, no network, bounded size and depth."""

from functools import lru_cache
from typing import Final
from xml.parsers import expat

from lxml import etree

from ingest.errors import AnswersUnreadable

__all__ = ["LARGEST_XML", "last_part", "local_name", "parse_xml"]

LARGEST_XML: Final = 10_000_000  # bytes; the answers alone, without their files


def parse_xml(content: bytes) -> etree._Element:
    """The root element of an answer's XML; raises `AnswersUnreadable`.

    Strict, but for one thing that real phones do: a prefix (`orx`) used without its declaration. Such elements keep
    the prefix in their name, so names are compared by `local_name`. A byte order mark is fine. libxml2 itself stops
    at 256 levels and at entities that multiply.
    """
    if len(content) > LARGEST_XML:
        raise AnswersUnreadable(reason=f"larger than {LARGEST_XML} bytes", line=1)
    parser = _parser(recover=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        root = _only_undeclared_prefixes(content, parser, error)
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse_document_type()
    return root


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace or undeclared prefix."""
    return last_part(element.tag)


@lru_cache(4096)  # each answer to a form has the same dozens
def last_part(tag: object) -> str:
    """The same of an element's name as it is written."""
    name = str(tag)  # of a comment it is no text
    return name[max(name.rfind("}"), name.rfind(":")) + 1 :]


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _only_undeclared_prefixes(content: bytes, parser: etree.XMLParser, error: etree.XMLSyntaxError) -> etree._Element:
    """Read on where undeclared prefixes are all that is wrong. The reason given is libxml2's name for the error: its
    message could quote an answer."""
    worst = next((entry for entry in parser.error_log if entry.type != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE), None)
    if worst is not None or not parser.error_log:
        reason = worst.type_name if worst is not None else "unreadable"
        raise AnswersUnreadable(reason=reason, line=error.lineno or 1) from None
    _require_well_formed(content)
    return etree.fromstring(content, _parser(recover=True))


def _require_well_formed(content: bytes) -> None:
    """Check with expat, told of no namespaces: after an undeclared prefix libxml2 no longer sees what follows the root."""
    checker = expat.ParserCreate()
    checker.StartDoctypeDeclHandler = _refuse_document_type
    try:
        checker.Parse(content, True)  # noqa: FBT003  (the end of the document)
    except (expat.ExpatError, LookupError, ValueError):
        raise AnswersUnreadable(reason="not well-formed", line=checker.ErrorLineNumber) from None


def _refuse_document_type(*_declared: object) -> None:
    raise AnswersUnreadable(reason="it declares a document type", line=1)
