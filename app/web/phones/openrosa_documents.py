"""The XML that the door answers with: messages, the list of forms, the manifest of a form's media, and which cases to let go.

OpenRosa form discovery (`xformsList`, `xformsManifest`), form submission (`OpenRosaResponse`) and integrity (`data/entities`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

from lxml import etree

from forms import PublishedForm

__all__ = ["EntityList", "form_list", "integrity", "manifest", "message"]

LIST: Final = "http://openrosa.org/xforms/xformsList"
MANIFEST: Final = "http://openrosa.org/xforms/xformsManifest"
RESPONSE: Final = "http://openrosa.org/http/response"


@dataclass(frozen=True)
class EntityList:
    """A list of entities beside a form: its file's name, a tag that changes with it (32 hexadecimal digits), and the absolute
    address that tells which entities a phone has to let go of."""

    file_name: str
    tag: str
    integrity: str


@lru_cache(256)  # the sentences are few and our own
def message(text: str) -> bytes:
    """A sentence that the phone shows to the enumerator."""
    root = _root(RESPONSE, "OpenRosaResponse")
    _add(root, "message", text)
    return _written(root)


def form_list(forms: Iterable[PublishedForm], base: str, *, verbose: bool, with_lists: Collection[str] = ()) -> bytes:
    """The forms that a phone may fetch; `base` is the door's absolute address without a slash at its end. `with_lists` are the
    ids of those that a list of entities comes with."""
    root = _root(LIST, "xforms")
    for form in forms:
        entry = etree.SubElement(root, f"{{{LIST}}}xform")
        _add(entry, "formID", form.form_id)
        _add(entry, "name", form.title)
        if form.version:
            _add(entry, "version", form.version)
        _add(entry, "hash", f"md5:{form.md5}")
        if verbose:
            _add(entry, "descriptionText", form.title)
        _add(entry, "downloadUrl", _address(base, form, ".xml"))
        if form.media or form.form_id in with_lists:
            _add(entry, "manifestUrl", _address(base, form, "/manifest"))
    return _written(root)


def manifest(form: PublishedForm, base: str, entities: EntityList | None = None) -> bytes:
    """The files that a form needs beside it, with their hashes, and its list of entities, if it has one."""
    root = _root(MANIFEST, "manifest")
    for file in form.media:
        _add_file(root, form, base, file.file_name, file.md5)
    if entities:
        entry = _add_file(root, form, base, entities.file_name, entities.tag)
        entry.set("type", "entityList")
        _add(entry, "integrityUrl", entities.integrity)
    return _written(root)


def integrity(asked: Iterable[UUID], gone: Collection[UUID]) -> bytes:
    """Of each entity asked for, whether the phone has to let go of it."""
    root = etree.Element("data")
    entities = etree.SubElement(root, "entities")
    for entity in asked:
        deleted = etree.SubElement(etree.SubElement(entities, "entity", id=str(entity)), "deleted")
        deleted.text = "true" if entity in gone else "false"
    return _written(root)


def _add_file(root: etree._Element, form: PublishedForm, base: str, file_name: str, md5: str) -> etree._Element:
    entry = etree.SubElement(root, f"{{{MANIFEST}}}mediaFile")
    _add(entry, "filename", file_name)
    _add(entry, "hash", f"md5:{md5}")
    _add(entry, "downloadUrl", _address(base, form, f"/media/{quote(file_name, safe='')}"))
    return entry


def _address(base: str, form: PublishedForm, what: str) -> str:
    return f"{base}/forms/{quote(form.form_id, safe='')}{what}?{urlencode({'version': form.version})}"


def _root(namespace: str, name: str) -> etree._Element:
    return etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})  # type: ignore[dict-item]  # the stubs forget None


def _add(parent: etree._Element, name: str, text: str) -> None:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
