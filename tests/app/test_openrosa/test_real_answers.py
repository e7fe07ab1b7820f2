"""Every real XForm instance beside the project that has its form there goes through the door and reads back unchanged.

The collections hold one version of each form, while their instances were filled in over the years: where an instance
names another version, that version is published with the same content.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from core.audit import Purpose
from core.database import Database, Zone
from core.models import Operation
from forms import WorkbookRejected, compile_workbook, publish_form, read_form_definition
from ingest import quarantined, read_quarantined
from ingest.collectors import add_collector
from ingest.models import Submission
from ingest.parse_xml import local_name, parse_xml
from ingest.read_submission import read_as_received

pytestmark = pytest.mark.needs_shared_data
COLLECTIONS = ("odk-briefcase", "onadata-fixtures")
NAMED = 54  # instances that name themselves, at least
LOCKED = 422  # encrypted for a key that nobody here has: kept as it came
NAMELESS = 11  # from before `instanceID`: kept in quarantine, and equal there too


@dataclass(frozen=True)
class Pair:
    """A real instance with its files, and the real form that it was filled in on."""

    path: Path
    xml: bytes
    files: Mapping[str, bytes]
    xform: bytes


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> Sequence[Pair]:
    return [pair for name in COLLECTIONS for pair in _pairs(shared_data / name)]


def _pairs(folder: Path) -> Iterator[Pair]:
    documents = {path: path.read_bytes() for path in sorted(folder.rglob("*.xml"))}
    roots = {path: parse_xml(content) for path, content in documents.items()}
    forms = _forms(folder, [documents[path] for path, root in roots.items() if local_name(root) == "html"])
    for path, root in roots.items():
        if local_name(root) != "html" and root.get("id") in forms:
            xform = _stamped(forms[root.get("id", "")], root.get("version", ""))
            named = {element.text for element in root.iter("*")}
            files = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.name in named}
            yield Pair(path, documents[path], files, xform)


def _forms(folder: Path, xforms: Sequence[bytes]) -> Mapping[str, bytes]:
    """The forms of a collection by their ids, compiled where only the workbook is there."""
    forms: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*.xlsx")):
        try:
            compiled = compile_workbook(path.read_bytes(), path.name)
        except WorkbookRejected:
            continue
        forms.setdefault(compiled.definition.form_id, compiled.xform)
    return forms | {read_form_definition(xform).form_id: xform for xform in xforms}


def _stamped(xform: bytes, version: str) -> bytes:
    document = etree.fromstring(xform)
    root = next(element for element in document.iter("{*}instance"))[0]
    root.attrib.pop("version", None)
    if version:
        root.set("version", version)
    return etree.tostring(document)


def test_real_answers_read_back_equal_to_what_was_sent(phone: Any, pairs: Sequence[Pair]) -> None:
    """Each goes to an operation of its own, because the collections hold copies and variants of one instance."""
    statuses = Counter(_check(phone, f"R{number}", pair) for number, pair in enumerate(pairs))
    assert statuses[201] + statuses[LOCKED] >= NAMED
    assert statuses[400] >= NAMELESS
    assert set(statuses) == {201, 400, LOCKED}


def _check(phone: Any, operation: str, pair: Pair) -> int:
    """Post one and read it back, from the store or, where it names no instance, from quarantine; the status."""
    status: int = phone.post(pair.xml, pair.files, door=_open(phone.database, operation, pair.xform)).status_code
    with phone.database.transaction(Zone.CASEWORK, operation=operation) as session:
        if status in {201, LOCKED}:
            [submission] = session.scalars(select(Submission.id))
            stored = read_as_received(session, phone.ring, submission, purpose=Purpose.VERIFICATION)
            kept, files = stored.xml, {file.name: file.content for file in stored.files}
        else:
            [entry] = quarantined(session, operation)
            assert entry.code == "INGEST-002", pair.path
            kept, files = read_quarantined(session, phone.ring, entry.id, purpose=Purpose.VERIFICATION), pair.files
    assert (kept, files) == (pair.xml, pair.files), pair.path
    return status


def _open(database: Database, operation: str, xform: bytes) -> str:
    """The door of a new operation that has this one form."""
    with database.transaction(Zone.COLLECTION, operation=operation) as session:
        session.add(Operation(code=operation, names={"en": operation}))
        session.flush()
        publish_form(session, operation, xform, {})
        return f"/key/{add_collector(session, operation, 'real phone')}"
