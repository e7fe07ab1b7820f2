"""A phone, as far as the server can tell: it reads the form list, downloads forms, fills them in and posts them.

OpenRosa Form List, Manifest and Submission APIs 1.0, spoken over HTTP as ODK Collect speaks them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from types import TracebackType
from typing import Final, Self
from uuid import UUID

import httpx
from lxml import etree

from app.demonstration.draw_answers import Answers
from core.errors import Problem

__all__ = ["DoorClosed", "Phone", "fill_form"]

OPENROSA: Final = {"X-OpenRosa-Version": "1.0"}
FORM_LIST: Final = "{http://openrosa.org/xforms/xformsList}"
MANIFEST: Final = "{http://openrosa.org/xforms/xformsManifest}"
JAVAROSA: Final = "{http://openrosa.org/javarosa}"
XFORMS: Final = "{http://www.w3.org/2002/xforms}"
TRUSTED_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)


class DoorClosed(Problem):
    code = "APP-010"
    says = "The OpenRosa door answered {status} to {request}."
    remedy = "This is a defect of Waystation: please report it with the command that was run."


class Phone:
    """One enumerator's phone, set up with the address of its server. Counts the answers it got, by status."""

    def __init__(self, transport: httpx.BaseTransport, address: str) -> None:
        self.client = httpx.Client(transport=transport, base_url=address, headers=OPENROSA, timeout=60)
        self.forms: dict[str, bytes] = {}
        self.statuses: Counter[int] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.client.close()

    def download_forms(self) -> None:
        """Get blank forms and their media, then ask with HEAD whether submissions are welcome."""
        for entry in self._get("formList").iter(f"{FORM_LIST}xform"):
            self.forms[entry.findtext(f"{FORM_LIST}formID", "")] = self._fetch(entry.findtext(f"{FORM_LIST}downloadUrl", ""))
            manifest = entry.findtext(f"{FORM_LIST}manifestUrl")
            if manifest:
                for media in self._get(manifest).iter(f"{MANIFEST}mediaFile"):
                    self._fetch(media.findtext(f"{MANIFEST}downloadUrl", ""))
        answer = self.client.head("submission")
        if answer.status_code != httpx.codes.NO_CONTENT:
            raise DoorClosed(status=answer.status_code, request="HEAD submission")

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> int:
        """Post a filled form with its files by name; returns the status and counts it."""
        parts = {"xml_submission_file": ("submission.xml", xml, "text/xml")}
        parts |= {name: (name, content, "application/octet-stream") for name, content in (files or {}).items()}
        answer = self.client.post("submission", files=parts)
        self.statuses[answer.status_code] += 1
        return answer.status_code

    def _get(self, address: str) -> etree._Element:
        return etree.fromstring(self._fetch(address), TRUSTED_PARSER)

    def _fetch(self, address: str) -> bytes:
        answer = self.client.get(address)
        if answer.status_code != httpx.codes.OK:
            raise DoorClosed(status=answer.status_code, request="GET of a form or its files")
        return answer.content


def fill_form(xform: bytes, answers: Answers, instance: UUID, *, replaces: UUID | None = None) -> bytes:
    """Fill a blank form by the names of its questions; `replaces` makes it an edit of an earlier instance.

    The blank entry with which a form begins a repeat stays behind those that are filled, as where nobody took it away.
    """
    blank = next(etree.fromstring(xform, TRUSTED_PARSER).iter(f"{XFORMS}instance"))[0]
    filled = deepcopy(blank)
    for element in list(filled.iter(etree.Element)):
        answer = answers.get(etree.QName(element).localname)
        if isinstance(answer, str):
            element.text = answer
        elif answer is not None:
            _repeat(element, answer)
    _identify(filled, instance, replaces)
    etree.cleanup_namespaces(filled)
    return etree.tostring(filled, encoding="utf-8", xml_declaration=True)


def _repeat(template: etree._Element, rows: Sequence[Mapping[str, str]]) -> None:
    parent = template.getparent()
    if parent is None or f"{JAVAROSA}template" not in template.attrib:
        return
    for row in reversed(rows):
        copy = deepcopy(template)
        del copy.attrib[f"{JAVAROSA}template"]
        for element in copy.iter(etree.Element):
            element.text = row.get(etree.QName(element).localname, element.text)
        parent.insert(parent.index(template) + 1, copy)
    parent.remove(template)


def _identify(filled: etree._Element, instance: UUID, replaces: UUID | None) -> None:
    [meta] = [element for element in filled.iter(etree.Element) if etree.QName(element).localname == "meta"]
    [instance_id] = [element for element in meta if etree.QName(element).localname == "instanceID"]
    instance_id.text = f"uuid:{instance}"
    if replaces:
        deprecated = etree.SubElement(meta, instance_id.tag.replace("instanceID", "deprecatedID"))
        deprecated.text = f"uuid:{replaces}"
