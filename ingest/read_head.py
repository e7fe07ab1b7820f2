"""Read what an answer says of itself: its form, its own id, and the id that it replaces.

OpenRosa metadata: the root carries `id` (in old forms its namespace stands for it) and `version`; `meta/instanceID`
names the answer and `meta/deprecatedID` the answer that an edit replaces. Clients put `meta` in different namespaces,
so names are compared without them.
"""

from dataclasses import dataclass, field

from lxml import etree

from ingest.errors import IdentityMissing
from ingest.parse_xml import local_name

__all__ = ["Head", "child_text", "read_head"]


@dataclass(frozen=True)
class Head:
    """`version` is empty where the form has none; `replaces` is the instance id that an edit replaces."""

    form_id: str
    version: str
    instance_id: str = field(repr=False)
    replaces: str | None = field(repr=False)
    encrypted: bool


def read_head(root: etree._Element) -> Head:
    """Raises `IdentityMissing` where the form or the instance is not named."""
    form_id = str(root.get("id") or etree.QName(root).namespace or "").strip()
    if not form_id:
        raise IdentityMissing(missing="form (attribute `id`)")
    meta = next((child for child in root.iterchildren("*") if local_name(child) == "meta"), None)
    instance_id = child_text(meta, "instanceID")
    if not instance_id:
        raise IdentityMissing(missing="instance (`meta/instanceID`)", form_id=form_id)
    replaces = child_text(meta, "deprecatedID")
    return Head(
        form_id,
        str(root.get("version") or ""),
        instance_id,
        replaces if replaces != instance_id else None,
        encrypted=root.get("encrypted") == "yes",
    )


def child_text(parent: etree._Element | None, name: str) -> str | None:
    """The trimmed text of the first child of that local name; None where it is absent or empty."""
    children = parent.iterchildren("*") if parent is not None else ()
    text = next((child.text for child in children if local_name(child) == name), None)
    return (text or "").strip() or None
