"""Make an edit of answers as a phone would: other answers to some questions, a new id, and the id that it replaces."""

from collections.abc import Mapping
from uuid import uuid4

from lxml import etree

from forms import FormDefinition
from ingest.parse_xml import local_name, parse_xml
from ingest.read_head import read_head
from ingest.reviews.errors import RepairUnusable

__all__ = ["edit_answers"]


def edit_answers(xml: bytes, definition: FormDefinition, answers: Mapping[str, str]) -> bytes:
    """The same answers, but for those given by the path of their question; an empty one is taken away.

    Raises `RepairUnusable` for what is asked in a repeat or is a file, and what `parse_xml` and `read_head` raise.
    """
    root = parse_xml(xml)
    for path, answer in answers.items():
        question = definition.by_path.get(path)
        if question is None or question.repeat is not None or question.kind == "binary":
            raise RepairUnusable(question=question.name if question else path)
        _element(root, path).text = answer.strip() or None
    _rename(root, read_head(root).instance_id)
    return etree.tostring(root)


def _rename(root: etree._Element, instance: str) -> None:
    meta = next(child for child in root.iterchildren("*") if local_name(child) == "meta")
    for child in meta.iterchildren("*"):
        if local_name(child) == "instanceID":
            child.text = f"uuid:{uuid4()}"
    replaced = next((child for child in meta.iterchildren("*") if local_name(child) == "deprecatedID"), None)
    element = etree.SubElement(meta, "deprecatedID") if replaced is None else replaced
    element.text = instance


def _element(root: etree._Element, path: str) -> etree._Element:
    """Where the answer stands; made where nothing was answered."""
    element = root
    for step in path.strip("/").split("/")[1:]:
        found = next((child for child in element.iterchildren("*") if local_name(child) == step), None)
        element = etree.SubElement(element, step) if found is None else found
    return element
