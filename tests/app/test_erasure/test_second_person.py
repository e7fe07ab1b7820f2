"""Two officers, one erasure, and the certificate that anybody can check."""

import json
from uuid import UUID

import pytest

from app.records.erase_person import carry_out_proposal, waiting_erasures
from casework.erasure import ErasureReason, find_certificate, propose_erasure, read_certificate
from casework.erasure.erasure_subject import Subject
from casework.errors import CertificateRefused, RecordHeld, SubjectUnclear
from casework.rights.hold_record import hold_record
from core.access import Access, Grant, NotAllowed
from core.database import Zone
from core.permissions import Role
from core.second_person import ProposalNotThere, SecondPersonNeeded, approve
from tests.app.test_erasure.conftest import OFFICER, PEOPLE, Store
from tests.casework.conftest import OPERATION

AMAL, BADR = (Access(name, OPERATION, OFFICER) for name in ("amal", "badr"))


def propose(store: Store, access: Access = AMAL) -> object:
    with store.program.database.transaction(Zone.CASEWORK, access=access) as session:
        return propose_erasure(session, str(store.persons[PEOPLE[0]]), reason=ErasureReason.PERSON_ASKED)


def test_nobody_erases_alone(store: Store) -> None:
    proposal = propose(store)
    with pytest.raises(SecondPersonNeeded), store.program.database.transaction(Zone.CASEWORK, access=AMAL) as session:
        approve(session, proposal)
    with pytest.raises(ProposalNotThere):
        carry_out_proposal(store.program, AMAL, proposal)
    assert [waiting.id for waiting in waiting_erasures(store.program, BADR)] == [proposal]
    assert store.first_name(store.persons[PEOPLE[0]], store.program.database) == PEOPLE[0]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR, Role.ADMINISTRATOR, Role.PARTNER, Role.PROTECTION_OFFICER])
def test_others_neither_propose_nor_carry_out(store: Store, role: Role) -> None:
    other = Access("other", OPERATION, (Grant(role),))
    with pytest.raises(NotAllowed):
        propose(store, other)
    proposal = propose(store)
    with store.program.database.transaction(Zone.CASEWORK, access=BADR) as session:
        approve(session, proposal)
    with pytest.raises(NotAllowed):
        carry_out_proposal(store.program, other, proposal)


def test_a_hold_set_after_the_approval_still_stops_the_deed(store: Store) -> None:
    proposal = propose(store)
    with store.program.database.transaction(Zone.CASEWORK, access=BADR) as session:
        approve(session, proposal)
        hold_record(session, store.program.ring, store.persons[PEOPLE[0]], reason="Court")
    with pytest.raises(RecordHeld):
        carry_out_proposal(store.program, AMAL, proposal)
    assert store.first_name(store.persons[PEOPLE[0]], store.program.database) == PEOPLE[0]


def test_the_certificate_says_what_went_and_who_wanted_it(store: Store) -> None:
    certificate = store.erase(PEOPLE[0])
    told = certificate.content
    assert told["subject"] == f"casework.person:{store.persons[PEOPLE[0]]}"
    assert (told["proposed_by"], told["approved_by"], told["carried_out_by"]) == ("amal", "badr", "amal")
    assert told["rows"]["casework.record_key"] == 1
    assert len(told["keys"]) == 2
    assert told["audit_head"]["position"] > 0
    assert not any(name in certificate.as_json() + certificate.as_text() for name in PEOPLE)
    with store.program.database.transaction(Zone.CASEWORK, access=BADR) as session:
        assert find_certificate(session, store.program.ring, told_id(certificate.as_json())) == certificate


def told_id(document: str) -> object:

    return UUID(json.loads(document)["certificate"]["proposal"])


class TestCheckingACertificate:
    def test_needs_the_public_key_alone(self, store: Store) -> None:
        certificate = store.erase(PEOPLE[0])
        assert read_certificate(certificate.as_json(), certificate.key) == certificate

    def test_any_change_is_refused(self, store: Store) -> None:
        document = json.loads(store.erase(PEOPLE[0]).as_json())
        document["certificate"]["rows"]["casework.person"] = 2
        with pytest.raises(CertificateRefused):
            read_certificate(json.dumps(document))

    def test_another_key_is_refused_even_where_it_fits(self, store: Store) -> None:
        with pytest.raises(CertificateRefused):
            read_certificate(store.erase(PEOPLE[0]).as_json(), "another key")

    @pytest.mark.parametrize("written", ["", "{}", "[]", "null", '{"certificate": 1, "signature": 2, "key": 3}'])
    def test_what_is_no_certificate_is_refused(self, written: str) -> None:
        with pytest.raises(CertificateRefused):
            read_certificate(written)


@pytest.mark.parametrize("written", ["", "person", f"casework.token:{UUID(int=7)}", "casework.person:1"])
def test_a_subject_is_a_kind_and_an_id(written: str) -> None:
    with pytest.raises(SubjectUnclear):
        Subject.parse(written)
