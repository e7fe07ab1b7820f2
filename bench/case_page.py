"""How fast is a case page as a browser gets it? Sign-in, record, labels, every panel around it, template, HTTP.

Run: PYTHONPATH=. .venv/bin/python bench/case_page.py [--persons N]

The store is the one of `bench/search.py`; the account reaches one team of 50. Each record shown has a consent, and a key that
lists all that stands in clear. The page is asked for with the cookie of a session over a unix socket, client and server in one
process. Two floors in the same run: the page with the form to find somebody, which looks up who asks and reads nothing else,
and the reads of a record without the web.
"""

import argparse
import os
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from sqlalchemy import create_engine, text

import forms
from app.operations import add_operation
from app.program import Program, open_program
from app.web.serve import serving_on_socket
from bench.measured import Meter
from bench.search import ACCESS, OPERATION, Store, make_pages
from bench.store import page
from casework import consent
from casework.models import KeyKind, StoredKey
from casework.store.clear_rows import read_rows
from casework.store.seal_record import unwrap
from casework.store.what_is_listed import EDITION, LISTED, NEWEST_EDITION
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import Units, add_unit
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings

SCREENING = "screening_interview"


def main() -> None:
    os.environ["WAYSTATION_BULK_READ_LIMIT"] = str(10**9)  # one account looks at more persons than any day allows
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=100_000)
    persons = arguments.parse_args().persons
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            measure(program, persons)


def measure(program: Program, persons: int) -> None:
    Store(program, persons).fill()
    set_up(program)
    shown = make_pages(program)
    meter = Meter.of(program.settings)
    meter.percentiles("floor: the reads of a record", [lambda one=one: page(program, ACCESS, *one) for one in shown])
    token = sign_in(program)
    complete(program, [person for _, person in shown])
    with (
        serving_on_socket(program, lambda _operation, _submission: None) as socket,
        httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://localhost", cookies={"waystation": token}
        ) as browser,
    ):
        meter.percentiles("floor: the page to find somebody", [lambda: get(browser, "/persons")] * len(shown))
        meter.percentiles(
            "the case page, masked (goal 50 ms at 1 M)", [lambda who=who: get(browser, f"/persons/{who}") for _, who in shown]
        )


def get(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200, (answer.status_code, answer.text)


def set_up(program: Program) -> None:
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_operation(session, OPERATION, {"en": "Benchmark"}, [])
        compiled = forms.compile_workbook(forms.build_questionnaire(SCREENING), f"{SCREENING}.xlsx")
        forms.publish_form(session, OPERATION, compiled.xform, {})


def complete(program: Program, persons: list[UUID]) -> None:
    """Their keys list what stands in clear, as those of persons do whom the program admitted; and each said something about
    the use of their record."""
    said = consent.Statement(Purpose.ASSISTANCE, consent.ConsentState.GIVEN, now(), "amal", language="en")
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        for person, standing in read_rows(session, persons, KeyKind.PERSON).items():
            key = unwrap(program.ring, session.get_one(StoredKey, (person, KeyKind.PERSON.value)))
            key.list_anew(key.listed(key.row.versions) | standing.entries(LISTED) | {EDITION: NEWEST_EDITION})
            session.flush()
            consent.record_consent(session, program.ring, person, said)


def sign_in(program: Program) -> str:
    """A session of a caseworker of one team, in whose hands the records of the pages are put."""
    with program.database.transaction(Zone.IDENTITY, actor="bench") as session:
        account = add_account(session, program.ring, f"worker-{uuid4().hex[:8]}", "A Worker", kind=AccountKind.PERSON)
        organisation = add_unit(session, UnitKind.ORGANISATION, "Organisation")
        team = add_unit(session, UnitKind.TEAM, "Team", organisation)
        give_role(session, account, Role.CASEWORKER, OPERATION, Reach(organisation=organisation, team=team))
        token = open_session(session, account, Stage.SIGNED_IN, "bench")
    custody = str(Units(organisation=organisation, team=team).custody)
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).begin() as connection:
        hand_over = "UPDATE casework.person SET custody = :custody WHERE custody LIKE 'org/north/team-7/%'"
        connection.execute(text(hand_over), {"custody": custody})
    return token


if __name__ == "__main__":
    main()
