"""The demonstration opened again and served: somebody signed in for each role, and what a demonstration leaves to them.

What it does not have, since it makes no accounts, is put beside it: a unit for each kind, a referral to a partner who works
here, a request, a proposal for a second person, a file left for that partner, something that checks found.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pyrage import x25519
from sqlalchemy.orm import Session

from app.arriving.handed_on_on_screen import PersonsFile, keep_persons
from app.arriving.handed_on_on_screen import work_through as tried_out
from app.arriving.import_on_screen import Upload, hand_in
from app.program import Program, open_program
from app.web.application import create_application
from casework import exporting, find_case, list_cases
from casework.case_file import Act, EntryKind, Step, read_case_file, take_step
from casework.consent import ConsentState, GivenBy, LegalBasis, Statement, record_consent
from casework.erasure import ErasureReason, propose_erasure
from casework.left_to_fetch import leave_export
from casework.models import CaseState
from casework.programme import OURS
from casework.referrals import PartnerAccount
from casework.rights import RequestKind, hold_record, receive_request
from core.access import UNASSIGNED
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, access_for, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import add_unit, close_unit
from core.permissions import Role
from core.policies import PolicyKind, propose_policy
from core.registers import Breach, add_entry
from core.second_person import approve
from core.settings import Settings
from exports import list_releases
from ingest.collectors import add_collector
from ingest.handed_in import Said
from ingest.sources import add_source
from tests.end_to_end.served import served

__all__ = ["EVERYBODY", "DemonstratedOffice", "demonstrated_office"]

OPERATION = "DEMO-1"
EVERYBODY = "everybody"
PROVIDER = "medical_partner"
# Who works here; the names are those of the guides.
NAMES = {
    Role.CASEWORKER: "amal",
    Role.SUPERVISOR: "carla",
    Role.PROTECTION_OFFICER: "paul",
    Role.DATA_PROTECTION_OFFICER: "dina",
    Role.AUDITOR: "udo",
    Role.ADMINISTRATOR: "boss",
    Role.PARTNER: "dora",
}
REFERRED, ERASED, HELD, SCREENED = (
    "MRD-0014",
    "MRD-0018",
    "MRD-0016",
    "MRD-0021",
)  # the first is being worked on, its plan approved


ENDED = {CaseState.CLOSED, CaseState.CLOSED_REFERRED}
SHEET = b"Site,When did the group arrive?,District of origin,District of arrival,female_18_59\nS-1,2026-08-25,Ashby,Birk,3\n"
PERSONS = b"""prs_FirstName,prs_SecondName,con_Consent,vic_TraffickingStatus,cas_CaseOwner
Leila,Handedon,true,ActualVictimOfTrafficking,elsewhere
Idris,Handedon,true,Perhaps,elsewhere
"""


@dataclass(frozen=True)
class DemonstratedOffice:
    """Where it is served; each one's cookie, and that of somebody who holds every role; and what an address may name."""

    address: str
    cookies: dict[str, str]
    places: dict[str, str]
    """By `case`, its `person`, a case not decided on (`screened`), one that is `closed`, a `referral`, a released `week`."""


@contextmanager
def demonstrated_office(var: Path) -> Iterator[DemonstratedOffice]:
    settings = Settings(var=var)
    with open_program(settings) as program:
        cookies, accounts = _people(program)
        places = _work(program, accounts)
        application = create_application(program.database, program.ring, settings, lambda _operation, _submissions: None)
        with served(application) as address:
            yield DemonstratedOffice(address, cookies, places)


def _people(program: Program) -> tuple[dict[str, str], dict[str, UUID]]:
    cookies, accounts = {}, {}
    with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        relief = add_unit(session, UnitKind.ORGANISATION, "Relief")
        add_unit(session, UnitKind.TEAM, "North", parent=relief)
        close_unit(session, add_unit(session, UnitKind.TEAM, "South", parent=relief))
        clinic = add_unit(session, UnitKind.ORGANISATION, "Clinic by the lake")
        for roles, name in [*(((role,), name) for role, name in NAMES.items()), (tuple(Role), EVERYBODY)]:
            accounts[name] = add_account(session, program.ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
            for role in roles:
                reach = Reach(organisation=clinic, provider=PROVIDER) if role is Role.PARTNER else Reach()
                give_role(session, accounts[name], role, OPERATION, reach)
            cookies[name] = open_session(session, accounts[name], Stage.SIGNED_IN, "a browser")
        dashboard = add_account(session, program.ring, "dashboard", "Dashboard", kind=AccountKind.SERVICE)
        give_role(session, dashboard, Role.CASEWORKER, OPERATION, Reach())
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION, actor="administrator") as session:
        add_collector(session, OPERATION, "tablet 7")
        nobody = {"address": "http://127.0.0.1:9", "asset": "aMovements", "form_id": "movement_tracking", "token": "a-token"}
        add_source(session, program.ring, OPERATION, **nobody)
    return cookies, accounts


def _work(program: Program, accounts: dict[str, UUID]) -> dict[str, str]:
    """What waits for them; what of it an address may name."""

    def seat(name: str, zone: Zone = Zone.CASEWORK) -> AbstractContextManager[Session]:
        with program.database.transaction(Zone.IDENTITY, actor="a test") as session:
            access = access_for(session, accounts[name], OPERATION)
        return program.database.transaction(zone, access=access)

    ring = program.ring
    with seat("amal") as session:
        cases = {
            reference: find_case(session, ring, OPERATION, reference, purpose=Purpose.ASSISTANCE)
            for reference in (REFERRED, ERASED, HELD, SCREENED)
        }
        referred, erased, held, screened = (found for found in cases.values() if found)
        receive_request(session, ring, referred.person, RequestKind.ACCESS)
        referral, _ = [_refer(session, program, referred.id, referred.person, accounts[name]) for name in ("dora", EVERYBODY)]
        closed = next(one.id for one in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) if one.state in ENDED)
    with seat("carla") as session:
        propose_erasure(session, str(erased.person), reason=ErasureReason.PERSON_ASKED)
        propose_policy(session, PolicyKind.PROGRAMME, OURS.read_text(encoding="utf-8"))
    _leave(program, seat, referred.person)
    with seat("dina") as session:
        hold_record(session, ring, held.person, reason="A court asked for it.")
    with seat("dina", Zone.AUDIT) as session:
        add_entry(session, ring, Breach("A telephone was lost", "In a bus.", "yesterday", now() - timedelta(hours=10), 12))
    with program.database.transaction(Zone.IDENTITY, actor="a test") as session:
        carla = access_for(session, accounts["carla"], OPERATION)
    hand_in(program, carla, Upload(SHEET, Said("arrivals.csv"), UNASSIGNED, "movement_tracking"))
    persons = keep_persons(program, carla, PersonsFile("persons.csv", PERSONS, UNASSIGNED)).file
    tried_out(program, carla, persons, dry_run=True)
    with program.database.transaction(Zone.STATISTICS) as session:
        week = max(str(row.period) for row in list_releases(session))
    named = {
        "case": referred.id,
        "person": referred.person,
        "screened": screened.id,
        "closed": closed,
        "referral": referral,
        "week": week,
    }
    return {name: str(said) for name, said in named.items()}


def _leave(program: Program, seat: Callable[[str], AbstractContextManager[Session]], person: UUID) -> None:
    """An export that two people let out, for the partner to fetch."""
    key = str(x25519.Identity.generate().to_public())
    with seat("carla") as session:
        named = {"name": "Dr Pia Example", "organisation": "Clinic by the lake", "public_key": key}
        recipient = exporting.add_recipient(session, code=PROVIDER, **named, fetches=True)
    with seat("dina") as session:
        exporting.confirm_recipient(session, recipient)
    fields, basis = ("identity/prs_First_Name",), LegalBasis.VITAL_INTEREST
    with seat("carla") as session:
        wanted = exporting.Specification(recipient, fields, (person,), Purpose.ASSISTANCE, basis)
        export = exporting.propose_export(session, wanted)
    with seat("dina") as session:
        approve(session, exporting.find_export(session, export).proposal)
    with seat("carla") as session:
        leave_export(session, program.ring, export)


def _refer(session: Session, program: Program, case: UUID, person: UUID, partner: UUID) -> UUID:
    """Send the next referral that is a draft, as the person agreed, to an account that answers it here."""
    entries = read_case_file(session, program.ring, case, purpose=Purpose.ASSISTANCE).entries
    draft = next(one for one in entries if one.kind is EntryKind.REFERRAL and one.state == "draft")
    to = str((draft.fields or {})["provider"])
    said = Statement(Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", to, given_by=GivenBy.SELF, language="en")
    record_consent(session, program.ring, person, said)
    theirs = PartnerAccount(str(partner), {to})
    send = Step(EntryKind.REFERRAL, Act.SEND, draft.id, due=draft.due, seen=draft.number, open_to=theirs)
    return take_step(session, program.ring, case, send, purpose=Purpose.ASSISTANCE)
