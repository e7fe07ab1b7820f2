"""How fast are duplicates found on admission, and does it stay so as the store grows?

Run: PYTHONPATH=. .venv/bin/python bench/duplicates.py [--sizes 10000 100000] [--admissions 200]

Fills an operation with persons of drawn names, then compares drawn persons as admission does, one transaction each hundred.
The floor in the same run: the bare look-up of one token.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.operations import add_operation
from app.program import Program, open_program
from casework.duplicates.propose_duplicates import propose_duplicates
from casework.models import KeyKind, Person, TokenKind
from casework.names.person_name import person_name
from casework.store.blind_tokens import find_by_token, replace_tokens
from casework.store.seal_record import Vault, make_key, seal_parts
from core.database import Zone
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
    chance, held = random.Random(1), 0
    for size in sizes:
        while held < size:
            batch = min(BATCH, size - held)
            fill(program, chance, batch)
            held += batch
        with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
            drawn = session.scalars(select(Person.id).order_by(func.random()).limit(admissions)).all()
        floor, ours = look_up(program, chance, admissions), propose(program, drawn)
        print(f"{size:>9,} persons: {admissions / ours:8,.0f} compared/s ({1000 * ours / admissions:.2f} ms each); ", end="")
        print(f"floor, one token looked up: {admissions / floor:8,.0f}/s")


def fill(program: Program, chance: random.Random, persons: int) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        for _ in range(persons):
            person = Person(id=uuid4(), operation=OPERATION, row_version=1)
            parts = draw(chance)
            seal_parts(person, make_key(vault, person.id, KeyKind.PERSON), parts)
            session.add(person)
            phone = {TokenKind.PHONE: parts[RecordPart.CONTACT]["prs_MobilePhone"]}
            replace_tokens(vault, person.id, phone, name=person_name(parts[RecordPart.IDENTITY]))


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


def propose(program: Program, persons: Sequence[UUID]) -> float:
    started = time.perf_counter()
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        for person in persons:
            propose_duplicates(vault, person)
    return time.perf_counter() - started


def look_up(program: Program, chance: random.Random, times: int) -> float:
    started = time.perf_counter()
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        for _ in range(times):
            find_by_token(vault, TokenKind.PHONE, f"25261{chance.randint(1_000_000, 9_999_999)}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
