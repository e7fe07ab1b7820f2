"""Reading everything: for every table that holds ciphertexts, the program's own way of reading all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer import Population, Unit
from anonymizer.weeks.fact_blocks import load_facts
from anonymizer.weeks.sealed_evidence import load_evidence
from casework import movement_facts, read_person, read_report
from casework.case_file import read_case_file
from casework.consent import consent_history
from casework.family import view_child, view_family
from casework.family_models import BestInterestStep, ChildCare
from casework.models import Case, MovementEvent, Person
from casework.records import list_files, openings_to_review, read_file, read_thumbnail
from casework.rights import list_holds
from casework.rights.keep_former import former_answers
from casework.trafficking import HISTORY, PERPETRATORS, KeptApart, view_notes
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import list_accounts
from core.identity.models import Account
from core.identity.second_factor import check_totp
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.registers import Breach, list_entries
from forms import RecordPart, open_form_keys
from ingest import StoredSubmission, quarantined, read_quarantined, read_submission
from ingest.handed_in import HandedInShape, list_handed_in, open_content_of, open_handed_in
from ingest.models import Submission
from ingest.quality import read_findings
from ingest.read_quarantine import read_quarantined_files
from ingest.review_models import FindingRow, Review
from ingest.reviews import read_reviews
from ingest.sources import list_sources, open_token
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import WEEK

ALL = list(RecordPart)
LAW = Purpose.LEGAL
SERVER = Access.of_system("administrator", "")
DINA = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))


@dataclass(frozen=True)
class Reading:
    """How the rows of a table are read: in which zone, by whom (the program itself if nobody), and `named`: the ids of which a
    refusal must name one."""

    zone: Zone
    read: Callable[[Session, KeyRing], Any]
    named: str = "id"
    access: Access | None = None


def persons(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(Person.id).order_by(Person.id)).all()
    return [read_person(session, ring, person, parts=ALL, purpose=LAW) for person in found]


def reports(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(MovementEvent.id).order_by(MovementEvent.id)).all()
    return [read_report(session, ring, report, parts=ALL, purpose=LAW) for report in found]


def keys_of_casework(session: Session, ring: KeyRing) -> Any:
    return persons(session, ring), reports(session, ring), movement_facts(session, ring, OPERATION, WEEK)


def each_person(read: Callable[[Session, KeyRing, UUID], Any]) -> Callable[[Session, KeyRing], Any]:
    def all_of_them(session: Session, ring: KeyRing) -> Any:
        return [read(session, ring, person) for person in session.scalars(select(Person.id).order_by(Person.id)).all()]

    return all_of_them


def files(session: Session, ring: KeyRing, person: UUID) -> Any:
    labels = list_files(session, ring, person, purpose=LAW)
    return [(label, b"".join(read_file(session, ring, label.id, purpose=LAW).content)) for label in labels]


def thumbnails(session: Session, ring: KeyRing, person: UUID) -> Any:
    labels = list_files(session, ring, person, purpose=LAW)
    return [read_thumbnail(session, ring, label.id, purpose=LAW) for label in labels if label.is_picture]


def case_files(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(Case.id).order_by(Case.id)).all()
    return [read_case_file(session, ring, case, purpose=LAW) for case in found]


def consents(session: Session, ring: KeyRing, person: UUID) -> Any:
    return consent_history(session, ring, person, purpose=LAW)


def former(session: Session, ring: KeyRing, person: UUID) -> Any:
    return former_answers(session, ring, person, purpose=LAW)


def relatives(session: Session, ring: KeyRing, person: UUID) -> Any:
    everybody = session.scalars(select(Person.id)).all()
    return view_family(session, ring, person, revealed=everybody, purpose=LAW).relations


def child(session: Session, ring: KeyRing, person: UUID) -> Any:
    all_of_it = [*session.scalars(select(ChildCare.id)), *session.scalars(select(BestInterestStep.id))]
    return view_child(session, ring, person, revealed=all_of_it, purpose=LAW)


def history(session: Session, ring: KeyRing, person: UUID) -> Any:
    return notes(session, ring, person, HISTORY)


def perpetrators(session: Session, ring: KeyRing, person: UUID) -> Any:
    return notes(session, ring, person, PERPETRATORS)


def notes(session: Session, ring: KeyRing, person: UUID, what: KeptApart) -> Any:
    all_of_them = session.scalars(select(what.table.id)).all()
    return view_notes(session, ring, what, person, revealed=all_of_them, purpose=LAW)


def submissions(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(Submission.id).order_by(Submission.id)).all()
    return [whole(read_submission(session, ring, one, purpose=LAW)) for one in found], quarantine(session, ring)


def whole(stored: StoredSubmission) -> StoredSubmission:
    return replace(stored, files=tuple(file.held() for file in stored.files))


def quarantine(session: Session, ring: KeyRing) -> Any:
    return [
        (read_quarantined(session, ring, entry.id, purpose=LAW), read_quarantined_files(session, ring, entry.id, purpose=LAW))
        for entry in quarantined(session, OPERATION)
    ]


def tokens(session: Session, ring: KeyRing) -> Any:
    return [open_token(session, ring, source.id) for source in list_sources(session, OPERATION)]


def handed_in(session: Session, ring: KeyRing) -> Any:
    every = sorted((one.id, shape) for shape in HandedInShape for one in list_handed_in(session, shape).rows)
    return [(open_handed_in(session, ring, one, shape), open_content_of(session, ring, one)) for one, shape in every]


def keys_of_ingest(session: Session, ring: KeyRing) -> Any:
    return submissions(session, ring), tokens(session, ring), handed_in(session, ring)


def evidence(session: Session, ring: KeyRing) -> Any:
    return [
        load_evidence(session, ring, OPERATION, WEEK, population)
        for population in Population
        if population is not Population.CASELOAD
    ]


def blocks(session: Session, ring: KeyRing) -> Any:
    of_each = [load_facts(session, ring, OPERATION, WEEK, unit=unit) for unit in Unit]
    return [(name, column.codes, column.values.tolist()) for facts in of_each for name, column in facts.columns.items()]


def accounts(session: Session, ring: KeyRing) -> Any:
    return list_accounts(session, ring)


def apps(session: Session, ring: KeyRing) -> Any:
    return [check_totp(session, ring, account, "no code") for account in session.scalars(select(Account.id)).all()]


def holds(session: Session, ring: KeyRing) -> Any:
    return list_holds(session, ring, OPERATION, purpose=LAW)


def registers(session: Session, ring: KeyRing) -> Any:
    return list_entries(session, ring, Breach)


def keys_of_forms(session: Session, ring: KeyRing) -> Any:
    return list(open_form_keys(session, ring, OPERATION))


def findings(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(FindingRow.submission).distinct().order_by(FindingRow.submission)).all()
    return [read_findings(session, ring, submission, purpose=LAW) for submission in found]


def reviews(session: Session, ring: KeyRing) -> Any:
    found = session.scalars(select(Review.submission).distinct().order_by(Review.submission)).all()
    return [read_reviews(session, ring, submission, purpose=LAW) for submission in found]


READINGS: Final[Mapping[str, Reading]] = {
    "anonymizer.block_key": Reading(Zone.ANONYMIZER, blocks, "block"),
    "anonymizer.fact_column": Reading(Zone.ANONYMIZER, blocks, "block"),
    "anonymizer.sealed_evidence": Reading(Zone.ANONYMIZER, evidence),
    "casework.best_interest_step": Reading(Zone.CASEWORK, each_person(child), "concat_ws(' ', id, person)"),
    "casework.child_care": Reading(Zone.CASEWORK, each_person(child), "concat_ws(' ', id, person)"),
    "casework.case_step": Reading(Zone.CASEWORK, case_files, "concat_ws(' ', id, \"case\")"),
    "casework.consent": Reading(Zone.CASEWORK, each_person(consents)),
    "casework.file": Reading(Zone.CASEWORK, each_person(files)),
    "casework.file_chunk": Reading(Zone.CASEWORK, each_person(files), "file"),
    "casework.former_version": Reading(Zone.CASEWORK, each_person(former), "concat_ws(' ', id, record)"),
    "casework.history_event": Reading(Zone.CASEWORK, each_person(history), "concat_ws(' ', id, person)"),
    "casework.hold": Reading(Zone.CASEWORK, holds),
    "casework.interview": Reading(Zone.CASEWORK, persons),
    "casework.movement_event": Reading(Zone.CASEWORK, reports),
    "casework.opening": Reading(Zone.CASEWORK, openings_to_review),
    "casework.perpetrator": Reading(Zone.CASEWORK, each_person(perpetrators), "concat_ws(' ', id, person)"),
    "casework.person": Reading(Zone.CASEWORK, persons),
    "casework.record_key": Reading(Zone.CASEWORK, keys_of_casework, "record"),
    "casework.relationship": Reading(Zone.CASEWORK, each_person(relatives), "concat_ws(' ', id, person, other)"),
    "casework.thumbnail": Reading(Zone.CASEWORK, each_person(thumbnails), "file"),
    "core.register_entry": Reading(Zone.AUDIT, registers, access=DINA),
    "forms.form_key": Reading(Zone.CASEWORK, keys_of_forms),
    "identity.account": Reading(Zone.IDENTITY, accounts, access=SERVER),
    "identity.totp": Reading(Zone.IDENTITY, apps, "account", SERVER),
    "ingest.attachment": Reading(Zone.CASEWORK, submissions),
    "ingest.attachment_chunk": Reading(Zone.CASEWORK, submissions, "attachment"),
    "ingest.finding": Reading(Zone.CASEWORK, findings, "concat_ws(' ', id, submission)"),
    "ingest.handed_in": Reading(Zone.CASEWORK, handed_in),
    "ingest.quarantine": Reading(Zone.CASEWORK, quarantine),
    "ingest.record_key": Reading(Zone.CASEWORK, keys_of_ingest, "record"),
    "ingest.review": Reading(Zone.CASEWORK, reviews, "concat_ws(' ', id, submission)"),
    "ingest.source": Reading(Zone.CASEWORK, tokens),
    "ingest.submission": Reading(Zone.CASEWORK, submissions),
}
