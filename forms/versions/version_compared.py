"""A form version as it is compared: what it asks and how that is kept, the rules of its questions, its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from forms.definition import FormDefinition
from forms.read_definition import model_of, parse_xform, plain_path, read_form_definition

__all__ = ["VersionCompared"]

RULES: Final = ("relevant", "constraint", "required", "calculate", "readonly")


@dataclass(frozen=True)
class VersionCompared:
    """`rules` are the expressions by the path of their question or group, `media` the digests of files by their names."""

    definition: FormDefinition
    rules: Mapping[str, Mapping[str, str]] = field(repr=False)
    media: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, xform: bytes, definition: FormDefinition | None = None, media: Mapping[str, str] | None = None
    ) -> "VersionCompared":
        """From an XForm; give the `definition` where classes were set beside it. Raises `XFormUnreadable`."""
        return cls(definition or read_form_definition(xform), _rules(xform), media or {})


def _rules(xform: bytes) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for element in model_of(parse_xform(xform)).iterchildren("*"):
        path = element.get("nodeset") or element.get("ref")
        if path and etree.QName(element).localname == "bind":
            said = {rule: " ".join(element.get(rule, "").split()) for rule in RULES if element.get(rule)}
            found[plain_path(path)] = said
    return found
