"""Every column about a person is sealed, or listed by a key, or stands here with the reason why it is neither.

A new table or column of the stages that hold persons fails until it is one of the three.
"""

from collections.abc import Iterator

from sqlalchemy import Column
from sqlalchemy.sql import coercions, roles, visitors

import app.cli.main  # noqa: F401  (loads every stage's tables)
from casework.store.what_is_listed import LISTED
from core.database import Base
from tests.tampering.columns import Kind, of_kind

STAGES = ("casework", "ingest")
SEALED = set(of_kind(Kind.CIPHERTEXT, Kind.WRAPPED, Kind.COMMITMENT))
# A table, or a column of one, and why no key lists it.
LEFT_OUT = {
    "casework.person.row_version": "bound into each ciphertext, and listed as the newest",
    "casework.interview.row_version": "likewise",
    "casework.movement_event.row_version": "likewise",
    "casework.interview.week": "follows from the sealed date, with which it is compared whenever it is counted",
    "casework.record_key.kind": "bound into the wrapped key",
    "casework.record_key.key_version": "under another the key does not open",
    "casework.record_key.operation": "in another one the key is not found, which is said",
    "casework.restriction.movement_event": "the report whose keys list the restriction (`casework/store/clear_rows.py`)",
    "casework.token.operation": "in another one the token is not found, and missed by the key",
    "casework.file_chunk": "file and position are bound into each chunk; one that is not found is said",
    "casework.thumbnail": "the file is bound into it; one that is not found is made anew from the file",
    "casework.file.added_at": "a moment of processing, which decides nothing",
    "casework.case.row_version": "counts writings, so that two who write at once meet, and phones fetch anew",
    "casework.case.custody": "the person's, which the database keeps it to, and with which it is compared with the case file",
    "casework.case.organisation": "the database derives it from the custody",
    "casework.case.area": "likewise",
    "casework.case.team": "likewise",
    "casework.case.worker": "likewise",
    "casework.case.active_at": "a moment of processing, by which lists are ordered; it decides nothing",
    "casework.case_entry": "follows from its newest sealed step, its custody from the person's: compared with the case file",
    "casework.caseload_roll": "fingerprints of who was counted, under a seal of the ring over all of them",
    "casework.kept_list": "filters that an account comes back to: codes, as the database checks, which tell of nobody",
    "casework.case_step": "bound to case and number, or said inside the seal; the key lists how many steps a case has",
    "casework.household": "an id; who belongs to it is listed",
    "casework.tombstone": "of somebody erased, whose key is gone; the log has the line of the erasure",
    "casework.erasure_certificate": "likewise; it is signed",
    "casework.export_plan": "the digest of all of it is what the second person approved (`ExportChanged`)",
    "casework.export_log": "each export has its line in the log, and each person's share one of its own",
    "casework.export_recipient": "an organisation; its key is part of what is approved",
    "casework.left_export": "what went along is on a sealed list; how far it is decides nothing but that it lies",
    "casework.left_export_chunk": "the digest of all pieces is on that list; the content is sealed for somebody outside",
    "casework.match_run": "an exchange with a partner, which tells of nobody",
    "casework.match_row": "whom a number stands for while a partner compares: the number is derived from the person by a key",
    "casework.bulk_window": "what an account may read; a second person's approval is its proposal",
    "casework.read_allowance": "how much an account has read; the log has each reading",
    "casework.person_read": "likewise",
    "casework.report_read": "likewise",
    "casework.search_allowance": "how often an account has searched; the log has each search",
    "ingest.submission": "bound to the answer, or said inside it; how far it is on its way: docs/security.md",
    "ingest.attachment": "likewise; its content opens beside its own submission alone",
    "ingest.attachment_chunk": "file and position are bound into each chunk; one that is not found is said",
    "ingest.quarantine": "likewise",
    "ingest.pulled": "likewise",
    "ingest.record_key": "record and version: the key does not open under others",
    "ingest.tombstone": "a blind token of somebody erased; without it an answer may come a second time",
    "ingest.collector": "a device or team; docs/security.md, as for submissions",
    "ingest.source": "a server and its form",
    "ingest.source_act": "what was asked of a server, and how that ended, as a code",
    "ingest.review_to_send": "a state on its way to a server; the review itself decides here",
    "ingest.handed_in": "whose it becomes and of which form is bound into each part; how far it is decides nothing",
    "ingest.deployed_version": "versions of a form, under another server's names",
    "ingest.review": "bound to the comment, sealed with all of the row; that one is gone, the log tells",
    "ingest.quality_plan": "limits of checks, which tell of nobody",
    "ingest.back_check": "a sample and what came of it, which decides nothing; its second interviews are rejected by a review",
    "ingest.finding": "bound to its detail; what is suspected of an answer, which a person decides about",
}


def listed() -> Iterator[str]:
    for one in LISTED.values():
        for part in (*one.columns, one.belongs):
            for element in visitors.iterate(coercions.expect(roles.ExpressionElementRole, part)):
                if isinstance(element, Column):
                    yield f"{element.table}.{element.name}"


BY_A_KEY = set(listed())
COLUMNS = [
    f"{table.fullname}.{column.name}"
    for table in Base.metadata.sorted_tables
    if table.schema in STAGES
    for column in table.columns
]


def left_out(column: str) -> bool:
    return column in LEFT_OUT or column.rpartition(".")[0] in LEFT_OUT


def test_every_column_is_sealed_or_listed_or_left_out_for_a_reason() -> None:
    """Who is named here: list it in `casework/store/what_is_listed.py`, in a new edition."""
    assert [column for column in COLUMNS if not (column in SEALED or column in BY_A_KEY or left_out(column))] == []


def test_what_is_left_out_is_there_and_stands_in_clear() -> None:
    meant = {name: {column for column in COLUMNS if name in {column, column.rpartition(".")[0]}} for name in LEFT_OUT}
    assert [name for name, columns in meant.items() if not columns - SEALED - BY_A_KEY] == []


def test_a_column_that_nobody_thought_of_is_found() -> None:
    assert not left_out("casework.person.shoe_size")
    assert {"casework.person.custody", "casework.token.token", "casework.movement_event.received_at"} <= BY_A_KEY
