"""How fast is the personal-data store? Each figure beside its floor, taken in the same run on the same data.

Run: PYTHONPATH=. .venv/bin/python bench/store.py [--persons N] [--only write page count blocks]    (prints a table)

Floors: for writing, COPY of rows of the same size that nothing was done for; for one by one, one bare INSERT and commit; for
the case page, the same rows by their keys without row-level security or decryption; for counting the store, COPY out of
the ciphertexts alone, and as many of the same sizes opened in memory, each person's under a key of its own; for blocks,
numpy on the same columns in clear from .npy files (DuckDB on Parquet is not installed).
"""

import argparse
import os
import platform
import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, create_engine, select, text

import casework
from anonymizer import Unit
from anonymizer.weeks.fact_blocks import load_facts, store_facts
from anonymizer.weeks.fact_columns import Column, FactColumns, tabulate, tabulate_all
from app.operations import add_operation
from app.program import Program, open_program
from bench.measured import Meter
from casework import records, store
from casework.models import Case, HouseholdMember, Interview, KeyKind, TokenKind
from casework.store.change_clear import list_clear
from casework.store.compare_clear import compared_before
from casework.store.seal_record import KEY_TABLE, Vault, seal_parts, stored_key
from core.access import Access, Custody, Grant
from core.audit import Purpose
from core.database import Zone
from core.periods.week import Week
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from forms import RecordPart

OPERATION, WEEK = "BENCH", Week(2026, 7)
TEAMS, AGES, DISTRICTS = 200, ("0-4", "5-11", "12-17", "18-59", "60+"), tuple(f"XM{n:04d}" for n in range(90))
TOKENS = 6


def main() -> None:
    os.environ["WAYSTATION_BULK_READ_LIMIT"] = str(10**9)  # one account looks at more persons than any day allows
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=20_000)
    arguments.add_argument("--only", nargs="+", choices=["write", "page", "count", "blocks"], default=[])
    asked = arguments.parse_args()
    wanted = set(asked.only) or {"write", "page", "count", "blocks"}
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {asked.persons:,} persons\n")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
                add_operation(session, OPERATION, {"en": "Benchmark"}, [])
            meter = Meter.of(program.settings)
            if wanted & {"write", "page", "count"}:
                write(meter, program, asked.persons)
            if "page" in wanted:
                open_pages(meter, program)
            if "count" in wanted:
                count(meter, program, asked.persons)
            if "blocks" in wanted:
                count_blocks(meter, program, asked.persons, Path(folder))


def write(meter: Meter, program: Program, persons: int) -> None:
    """A person with five ciphertexts (one of a file), a wrapped key and six tokens."""
    sizes = {"person": 4 * 250, "record_key": 92, "token": 32 * TOKENS, "file": 150, "file_chunk": 400}
    with administrator(program) as connection:
        connection.execute(text("CREATE TABLE public.floor (id uuid PRIMARY KEY, content bytea)"))
        connection.commit()
        blob = secrets.token_bytes(sum(sizes.values()))
        meter.timed("floor: COPY one row of the same bytes", persons, lambda: copy_floor(connection, persons, blob))
        connection.commit()
    coming = made(program, random.Random(1), persons)
    meter.timed("write in bulk (goal 5,000/s)", persons, lambda: in_one(program, coming))
    few = min(1000, persons)
    with administrator(program) as connection:
        meter.timed("floor: INSERT one row of the same bytes, commit", few, lambda: insert_floor(connection, few, blob))
    one_by_one = list(made(program, random.Random(2), few))
    meter.timed("write one by one, commit each (goal 500/s)", few, lambda: [in_one(program, [person]) for person in one_by_one])
    with administrator(program) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def copy_floor(connection: Connection, rows: int, blob: bytes) -> None:
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy("COPY public.floor FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["uuid", "bytea"])
        for _ in range(rows):
            copy.write_row((uuid4(), blob))


def insert_floor(connection: Connection, rows: int, blob: bytes) -> None:
    for _ in range(rows):
        connection.execute(text("INSERT INTO public.floor VALUES (:id, :content)"), {"id": uuid4(), "content": blob})
        connection.commit()


def made(program: Program, chance: random.Random, persons: int) -> Iterator[store.NewPerson]:
    purpose = f"casework:{OPERATION}:{TokenKind.PHONE.value}"
    for _ in range(persons):
        number = f"+25261{chance.randrange(10**8):08d}"
        parts = {
            RecordPart.IDENTITY: {"prs_First_Name": "Amal " + number, "prs_Second_Name": "Somebody", "born": "1990"},
            RecordPart.CONTACT: {"prs_MobilePhone": number, "address": "Camp 7, row 12, by the well"},
            RecordPart.NARRATIVE: {"notes": "Was told of work abroad and asked for a quiet room. " * 4},
            RecordPart.FACTS: {
                "sex": chance.choice(("female", "male")),
                "age": chance.choice(AGES),
                "origin": chance.choice(DISTRICTS),
            },
        }
        tokens = [(TokenKind.PHONE, program.ring.blind_token(purpose, f"{number}:{at}")) for at in range(TOKENS)]
        photograph = store.NewFile("photo.jpg", "image/jpeg", (b"\xff" * 300,), RecordPart.IDENTITY)
        custody = Custody("org", "north", f"team-{chance.randrange(TEAMS)}", "worker")
        yield store.NewPerson(parts, tokens, (photograph,), custody)


def in_one(program: Program, persons: Any) -> int:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        return store.write_persons(session, program.ring, OPERATION, persons)


def open_pages(meter: Meter, program: Program, wanted: int = 300) -> None:
    """A case with its person, four household members and two interviews, under the reach of one team of two hundred."""
    with administrator(program) as connection:
        make_cases(connection)
        shown = [tuple(row) for row in connection.execute(text(PAGES), {"pages": wanted, "team": "org/north/team-7/worker"})]
    seal_interviews(program, [case for case, _ in shown])
    access = Access("worker", OPERATION, (Grant(Role.CASEWORKER, "org", "north", "team-7"),))
    with administrator(program) as connection:
        floors = [lambda person=person: connection.execute(text(ROWS), {"person": person}).all() for _, person in shown]
        meter.percentiles("floor: the same rows by key", floors)
    pages = [lambda each=each: page(program, access, *each) for each in shown]
    meter.percentiles("open a case page (goal 50 ms at 1 M)", pages)


def page(program: Program, access: Access, case: UUID, person: UUID) -> None:
    """What the page reads: the case, everything the person said, the names of the household, the list of files."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        ring, help_ = program.ring, Purpose.ASSISTANCE
        casework.read_person(session, ring, person, parts=list(RecordPart), purpose=help_)
        casework.read_household(session, ring, case, parts=[RecordPart.IDENTITY], purpose=help_)
        records.list_files(session, ring, person, purpose=help_)


PAGES = (
    'SELECT c.id, c.person FROM casework."case" c JOIN casework.person p ON p.id = c.person '
    "WHERE p.custody = :team ORDER BY c.id LIMIT :pages"
)
ROWS = (
    'SELECT p.*, k.*, c.*, i.* FROM casework.person p JOIN casework.record_key k ON k.record = p.id JOIN casework."case" c '
    'ON c.person = p.id JOIN casework.interview i ON i."case" = c.id WHERE p.id = :person'
)


CASES = f"""
CREATE TEMP TABLE numbered AS
  SELECT id, custody, row_number() OVER (ORDER BY custody, id) - 1 AS n FROM casework.person;
CREATE TEMP TABLE home AS SELECT n / 5 AS h, gen_random_uuid() AS id FROM numbered GROUP BY n / 5;
INSERT INTO casework.household SELECT id, '{OPERATION}' FROM home;
INSERT INTO casework.household_member (household, person, operation, role)
  SELECT home.id, numbered.id, '{OPERATION}', CASE n % 5 WHEN 0 THEN 'interviewed' ELSE 'member' END
  FROM numbered JOIN home ON h = n / 5;
INSERT INTO casework."case" (id, operation, person, household, state, screening_outcome, row_version, opened_at, reference)
  SELECT gen_random_uuid(), '{OPERATION}', numbered.id, home.id, 'active', 'possible', 1, now(), uuid_send(numbered.id)
  FROM numbered JOIN home ON h = n / 5 WHERE n % 5 = 0;
INSERT INTO casework.interview (id, operation, row_version, identity, contact, narrative, facts, chain, submission,
    received_at, admitted_at, "case", kind)
  SELECT gen_random_uuid(), '{OPERATION}', 1, '', '', '', '', gen_random_uuid(), gen_random_uuid(), now(), now(), c.id, kind
  FROM casework."case" c, (VALUES ('screening'), ('assistance')) AS both_kinds (kind);
ANALYZE
"""


def make_cases(connection: Connection) -> None:
    """Households of five persons of one team, a case for each, two interviews a case; sealed only where a page is opened."""
    for statement in CASES.split(";"):
        connection.execute(text(statement))
    connection.commit()


def seal_interviews(program: Program, cases: Sequence[UUID]) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        persons = [session.get_one(Case, case).person for case in cases]
        households = select(Case.household).where(Case.id.in_(cases))
        everybody = session.scalars(select(HouseholdMember.person).where(HouseholdMember.household.in_(households))).all()
        compared_before(session).update((person, KeyKind.PERSON.value) for person in everybody)
        list_clear(vault, everybody)  # the cases and households were not made by the program
        for case, person in zip(cases, persons, strict=True):
            key = stored_key(vault, person, KeyKind.PERSON)
            for row in session.query(Interview).filter(Interview.case == case):
                seal_parts(row, key, {part: {"answer": "x" * 200} for part in RecordPart})


def count(meter: Meter, program: Program, persons: int) -> None:
    with administrator(program) as connection:
        meter.timed("floor: COPY the ciphertexts out, do nothing", persons, lambda: drain(connection))
    meter.timed("floor: open three ciphertexts a person, in memory", persons, lambda: open_floor(persons))
    for processes in (0, 2):
        meter.timed(
            f"decrypt and count, {processes or 'no'} processes (goal 8 s per M)", persons, lambda n=processes: tally(program, n)
        )


def drain(connection: Connection) -> int:
    driver: Any = connection.connection.dbapi_connection
    query = f"SELECT p.id, p.facts, k.sealed, k.commitment FROM casework.person p JOIN {KEY_TABLE} k ON k.record = p.id"
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return sum(len(row) for row in copy)


def open_floor(persons: int) -> None:
    """What no counting can leave out: a key, a list of versions and the facts of each person, decrypted."""
    nonce, where, secret = secrets.token_bytes(12), secrets.token_bytes(60), secrets.token_bytes(32)
    ring, own = AESGCM(secrets.token_bytes(32)), AESGCM(secret)
    wrapped = ring.encrypt(nonce, secret, where)
    versions, facts = (own.encrypt(nonce, bytes(size), where) for size in (20, 50))
    for _ in range(persons):
        own = AESGCM(ring.decrypt(nonce, wrapped, where))
        own.decrypt(nonce, versions, where)
        own.decrypt(nonce, facts, where)


def tally(program: Program, processes: int) -> Counter[tuple[str, ...]]:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        folds = store.open_in_bulk(session, program.ring, OPERATION, by_cell, purpose=Purpose.STATISTICS, processes=processes)
        return sum(folds, Counter())


def by_cell(persons: Iterator[tuple[bytes, Mapping[str, Any]]]) -> Counter[tuple[str, ...]]:
    return Counter((answers["sex"], answers["age"], answers["origin"]) for _, answers in persons)


def count_blocks(meter: Meter, program: Program, facts: int, folder: Path) -> None:
    """As many facts as persons, of five variables; one table of three, then 64 tables of one to five."""
    chance = np.random.default_rng(1)
    codes = {"origin": DISTRICTS, "destination": DISTRICTS[:18], "reason": tuple("abcdef"), "sex": ("f", "m"), "age": AGES}
    columns = {name: Column(of, chance.integers(0, len(of), facts, dtype=np.uint8)) for name, of in codes.items()}
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column.values)
    with program.database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        week = FactColumns(Unit.PERSON, WEEK, facts, columns)
        meter.timed("seal facts into blocks", facts, lambda: store_facts(session, program.ring, OPERATION, week, b"bench"))
    one = ("origin", "destination", "reason")
    pairs = [table for size in (1, 2, 3, 4, 5) for table in combinations(codes, size)]
    many = (pairs * 3)[:64]

    def plain(names: Sequence[str]) -> FactColumns:
        return FactColumns(Unit.PERSON, WEEK, facts, {n: Column(codes[n], np.load(folder / f"{n}.npy")) for n in names})

    floor = meter.timed("floor: numpy on .npy in clear, one table", facts, lambda: tabulate(plain(one), one))
    table = meter.timed("one table from encrypted blocks (goal 0.2 s)", facts, lambda: tabulate(opened(program, one), one))
    assert (floor == table).all()
    plainly = meter.timed("floor: 64 tables in clear", facts, lambda: [tabulate(plain(along), along) for along in many])
    sealed = meter.timed(
        "64 tables from encrypted blocks (goal 3 s)", facts, lambda: tabulate_all(opened(program, tuple(codes)), many)
    )
    assert all((one == other).all() for one, other in zip(plainly, sealed, strict=True))


def opened(program: Program, variables: tuple[str, ...]) -> FactColumns:
    with program.database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        return load_facts(session, program.ring, OPERATION, WEEK, unit=Unit.PERSON, variables=variables)


def administrator(program: Program) -> Connection:
    return create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).connect()


if __name__ == "__main__":
    main()
