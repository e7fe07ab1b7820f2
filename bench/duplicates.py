"""How fast are duplicates found on admission, and does it stay so as the store grows?

Run: PYTHONPATH=. .venv/bin/python bench/duplicates.py [--sizes 10000 100000] [--admissions 200]

Fills an operation with persons of drawn names, then compares drawn persons as admission does, one transaction each hundred.
The floor in the same run: the bare look-up of one token.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, func, select, text

from app.operations import add_operation
from app.program import Program, open_program
from bench.measured import Meter
from casework import store
from casework.duplicates.propose_duplicates import propose_duplicates
from casework.models import Person, TokenKind
from casework.names.name_tokens import own_name_token
from casework.names.person_name import person_name
from casework.store.blind_tokens import blind_token, find_by_token
from casework.store.seal_record import Vault
from core.database import Zone
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from forms import RecordPart

OPERATION = "BENCH"
BATCH = 1000
SYLLABLES = [a + b for a in "bdfghklmnrstwz" for b in ("a", "i", "u", "am", "il", "ur")]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--admissions", type=int, default=200)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
                add_operation(session, OPERATION, {"en": "Benchmark"}, [])
            measure(program, asked.sizes, asked.admissions)


def measure(program: Program, sizes: Sequence[int], admissions: int) -> None:
    meter, chance, held = Meter.of(program.settings), random.Random(1), 0
    for size in sizes:
        while held < size:
            batch = min(BATCH, size - held)
            fill(program, chance, batch)
            held += batch
        with administrator(program) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
        with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            drawn = session.scalars(select(Person.id).order_by(func.random()).limit(admissions)).all()
        sought = [f"25261{chance.randint(1_000_000, 9_999_999)}" for _ in range(admissions)]
        meter.timed(f"floor: one token looked up among {size:,}", admissions, partial(look_up, program, sought))
        meter.timed(f"a person compared with {size:,}", admissions, partial(propose, program, drawn))


def fill(program: Program, chance: random.Random, persons: int) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        store.write_persons(session, program.ring, OPERATION, (made(vault, draw(chance)) for _ in range(persons)))


def made(vault: Vault, parts: dict[RecordPart, dict[str, str]]) -> store.NewPerson:
    name = person_name(parts[RecordPart.IDENTITY])
    own = own_name_token(vault.ring, OPERATION, name.given, name.family, name.birth_year)
    phone = blind_token(vault, TokenKind.PHONE, parts[RecordPart.CONTACT]["prs_MobilePhone"])
    return store.NewPerson(parts, [(TokenKind.PHONE, phone), *([(TokenKind.NAME, own)] if own else [])])


def draw(chance: random.Random) -> dict[RecordPart, dict[str, str]]:
    """Two names of two or three syllables, the first ones much more frequent; every tenth shares a helpline's number."""
    given, family = (
        "".join(SYLLABLES[int(len(SYLLABLES) * chance.random() ** 2)] for _ in range(chance.choice([2, 3]))) for _ in range(2)
    )
    day = f"{chance.randint(1955, 2015)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}"
    phone = "252610000000" if chance.random() < 0.1 else f"25261{chance.randint(1_000_000, 9_999_999)}"
    return {
        RecordPart.IDENTITY: {"prs_First_Name": given, "prs_Second_Name": family, "prs_Birthdate": day},
        RecordPart.CONTACT: {"prs_MobilePhone": phone},
        RecordPart.NARRATIVE: {},
        RecordPart.FACTS: {"prs_Gender": chance.choice(["female", "male"]), "prs_Citizenship": "SO"},
    }


def administrator(program: Program) -> Connection:
    return create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).connect()


def propose(program: Program, persons: Sequence[UUID]) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        for person in persons:
            propose_duplicates(vault, person)


def look_up(program: Program, numbers: Sequence[str]) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        for number in numbers:
            find_by_token(vault, TokenKind.PHONE, number)


if __name__ == "__main__":
    main()
