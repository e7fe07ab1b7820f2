"""The XML that the door answers with: messages, the list of forms and the manifest of a form's media.

OpenRosa form discovery (`xformsList`, `xformsManifest`) and form submission (`OpenRosaResponse`).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from lxml import etree

from forms import PublishedForm

__all__ = ["form_list", "manifest", "message"]

LIST: Final = "http://openrosa.org/xforms/xformsList"
MANIFEST: Final = "http://openrosa.org/xforms/xformsManifest"
RESPONSE: Final = "http://openrosa.org/http/response"


@lru_cache(256)  # the sentences are few and our own
def message(text: str) -> bytes:
    """A sentence that the phone shows to the enumerator."""
    root = _root(RESPONSE, "OpenRosaResponse")
    _add(root, "message", text)
    return _written(root)


def form_list(forms: Iterable[PublishedForm], base: str, *, verbose: bool) -> bytes:
    """The forms that a phone may fetch; `base` is the door's absolute address without a slash at its end."""
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
        if form.media:
            _add(entry, "manifestUrl", _address(base, form, "/manifest"))
    return _written(root)


def manifest(form: PublishedForm, base: str) -> bytes:
    """The files that a form needs beside it, with their hashes."""
    root = _root(MANIFEST, "manifest")
    for file in form.media:
        entry = etree.SubElement(root, f"{{{MANIFEST}}}mediaFile")
        _add(entry, "filename", file.file_name)
        _add(entry, "hash", f"md5:{file.md5}")
        _add(entry, "downloadUrl", _address(base, form, f"/media/{quote(file.file_name, safe='')}"))
    return _written(root)


def _address(base: str, form: PublishedForm, what: str) -> str:
    return f"{base}/forms/{quote(form.form_id, safe='')}{what}?{urlencode({'version': form.version})}"


def _root(namespace: str, name: str) -> etree._Element:
    return etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})  # type: ignore[dict-item]  # the stubs forget None


def _add(parent: etree._Element, name: str, text: str) -> None:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
