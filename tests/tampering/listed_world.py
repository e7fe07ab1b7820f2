"""An office of which every listed table holds two rows or more, written by the program itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from anonymizer.elsewhere import Publication, propose_publication
from app.program import Program
from casework.export_models import BulkWindow, ExportPlan, ExportRecipient, LeftExport
from core.access import Access, Grant
from core.audit import Purpose
from core.clock import now
from core.database import Zone, connect
from core.identity.accounts import add_account
from core.identity.enrolment import give_code
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Passkey, Password, Totp, UnitKind
from core.identity.own_roles import add_own_role
from core.identity.recovery_codes import make_recovery_codes
from core.identity.service_tokens import add_token
from core.identity.units import add_unit
from core.keys.keyring import KeyRing
from core.models import Operation
from core.periods.period import parse_period
from core.permissions import Right, Role
from core.policies import PolicyKind, activate_policy, approve_policy, propose_policy
from core.postgres.embedded_cluster import PROGRAM, EmbeddedCluster
from core.registers import Breach, add_entry
from core.second_person import Act, propose
from core.settings import Settings
from forms import add_form_key
from ingest.collectors import add_collector
from ingest.sources import add_source
from tests.blank_database import administrate
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import World, _administrator

TWO = (1, 2)
DINA = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.ADMINISTRATOR)))
PAUL = Access("paul", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
BADR = Access("badr", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.SUPERVISOR)))


@pytest.fixture(scope="module")
def listed_world(cluster: EmbeddedCluster, ring: KeyRing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name = f"listed_{uuid4().hex[:8]}"
    administrate(cluster, f"CREATE DATABASE {name} TEMPLATE pattern")
    program = Program(Settings(var=Path(tmp_path_factory.mktemp("listed"))), connect(cluster.url(PROGRAM, name)), ring)
    _operation(program)
    _people(program)
    _agreements(program)
    _own_roles(program)
    _publications(program)
    _collection(program)
    with _administrator(cluster, name, isolation="READ COMMITTED") as owner:
        yield World(program, owner, (), {})
    program.database.close()
    administrate(cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _operation(program: Program) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={}))


def _people(program: Program) -> None:
    for number in TWO:
        with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            add_unit(session, UnitKind.ORGANISATION, f"Organisation {number}")
            account = add_account(session, program.ring, f"worker-{number}", "Somebody", kind=AccountKind.PERSON)
            give_role(session, account, Role.CASEWORKER, OPERATION, Reach())
            _factors(session, program.ring, account, number)
            sync = add_account(session, program.ring, f"sync-{number}", "Sync", kind=AccountKind.SERVICE)
            grant = give_role(session, sync, Role.CASEWORKER, OPERATION, Reach())
            add_token(session, grant, [Right.FIND_PERSON], number)


def _own_roles(program: Program) -> None:
    for number in TWO:
        with program.database.transaction(Zone.IDENTITY, operation=OPERATION, actor="administrator") as session:
            add_own_role(session, f"Interpreter {number}", Role.CASEWORKER, [Right.READ_FACTS])


def _factors(session: Session, ring: KeyRing, account: UUID, number: int) -> None:
    """Argon2id and a device would take long, and a list does not ask what a hash is of."""
    give_code(session, account)
    make_recovery_codes(session, ring, account)
    session.add(Password(account=account, hash=f"hash {number}", set_at=now()))
    session.add(Totp(account=account, secret=b"sealed %d" % number, last_step=0, added_at=now()))
    what = {"credential": b"c%d" % number, "public_key": b"p%d" % number, "device": "a phone"}
    session.add(Passkey(id=uuid4(), account=account, sign_count=0, added_at=now(), used_at=None, **what))


def _agreements(program: Program) -> None:
    database = program.database
    with database.transaction(Zone.CASEWORK, access=DINA) as session:
        for number in TWO:
            exported, windowed, received = (_proposed(session, Act.KEY_OPERATION, f"{what} {number}") for what in "abc")
            recipient = ExportRecipient(
                id=uuid4(),
                operation=OPERATION,
                code=f"code {number}",
                name="An office",
                organisation=f"Partner {number}",
                public_key="key",
                proposal=received,
                added_by="dina",
                added_at=now(),
            )
            session.add(recipient)
            session.flush()
            plan = uuid4()
            session.add(
                ExportPlan(
                    id=plan,
                    operation=OPERATION,
                    recipient=recipient.id,
                    fields=["name", str(number)],
                    persons=[uuid4()],
                    purpose="referral",
                    basis="consent",
                    left_out={"others": number},
                    proposal=exported,
                    proposed_by="dina",
                    proposed_at=now(),
                )
            )
            session.flush()
            until = now() + timedelta(hours=number)
            left = {"left_by": "dina", "left_at": now(), "until": until, "fetches": 0, "of_referral": number == 1}
            session.add(
                LeftExport(export=plan, operation=OPERATION, persons=[uuid4()], size=number, sha256=f"hash {number}", **left)
            )
            session.add(BulkWindow(proposal=windowed, operation=OPERATION, actor="dina", persons=number, until=until))
        _proposed(session, Act.ERASURE, f"casework.person:{uuid4()}")
    for number in TWO:
        with database.transaction(Zone.CASEWORK, access=DINA) as session:
            policy = propose_policy(session, PolicyKind.RETENTION, f"days = {number}")
        with database.transaction(Zone.CASEWORK, access=BADR) as session:
            approve_policy(session, policy)
        with database.transaction(Zone.CASEWORK, access=DINA) as session:
            activate_policy(session, policy)
    with database.transaction(Zone.AUDIT, access=DINA) as session:
        for number in TWO:
            lost = Breach(f"Lost laptop {number}", "In a bus.", "yesterday", now() - timedelta(hours=number), number)
            add_entry(session, program.ring, lost)


def _proposed(session: Session, act: Act, subject: str) -> UUID:
    return propose(session, act, subject, purpose=Purpose.SECURITY, detail={"records": 1})


def _publications(program: Program) -> None:
    with program.database.transaction(Zone.ANONYMIZER, access=PAUL) as session:
        for number in TWO:
            content = f"destination,sex,age,total\n_T,_T,_T,{number}00\n"
            said = Publication(parse_period("2026-W07"), "A ministry", f"Bulletin {number}", date(2026, 2, 20), content)
            propose_publication(session, program.ring, said)


def _collection(program: Program) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        for number in TWO:
            add_collector(session, OPERATION, f"phone {number}")
            add_form_key(session, program.ring, OPERATION)
            what = {"address": "https://kf.example.org", "asset": f"a{number}", "form_id": "form", "token": f"t-{number}"}
            add_source(session, program.ring, OPERATION, **what)
