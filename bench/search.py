"""How fast is a search among N persons, and a case page? Whole paths: transaction, reach, decryption, audit line, commit.

Run: PYTHONPATH=. .venv/bin/python bench/search.py [--persons N] [--plans] [--folder FOLDER]

A store of N persons with cases, keys, sealed names and tokens is filled by COPY; what no search opens is random bytes. The
asking account reaches one of 50 teams; its commit is durable. Two floors are measured in the same run: the bare index look-up
of one token, without walls, audit or commit, and a transaction that does nothing but leave its audit line.
The free search asks a worker of its own, over its socket, and is answered from all names of the operation.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import create_engine, select, text

import casework
from app.program import Program, open_program
from bench.measured import Meter
from bench.store import page
from casework import search
from casework.models import Case, HouseholdMember, Interview, InterviewKind, KeyKind, Person, TokenKind
from casework.names.name_tokens import own_name_token
from casework.store.blind_tokens import plain
from casework.store.seal_record import KEY_TABLE, Vault, open_parts, seal_parts, stored_key, written
from core.access import Access, Grant
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import Zone
from core.keys.keyring import KeyRing
from core.keys.newest_versions import versions_field, write_versions
from core.models import Operation
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.seal_many import ManySealer
from core.settings import Settings
from forms import RecordPart

OPERATION = "BENCH"
TEAMS = 50
SYLLABLES = "ba da ka la ma na ra sa ta ya hu mi ro se fa ja qa ghe kha sho".split()  # noqa: SIM905
ACCESS = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-7"),))
Row = tuple[object, ...]


def main() -> None:
    os.environ["WAYSTATION_BULK_READ_LIMIT"] = str(10**9)  # one account looks at more persons than any day allows
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=1_000_000)
    arguments.add_argument("--plans", action="store_true", help="Also print how PostgreSQL looks a token up behind the walls.")
    arguments.add_argument("--folder", type=Path, help="Keep the store there, and measure it again if it is there.")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        folder: Path = given.folder or Path(passing)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        with open_program(Settings(var=folder)) as program:
            measure(program, given.persons, plans=given.plans)


def measure(program: Program, persons: int, *, plans: bool) -> None:
    store = Store(program, persons)
    meter = Meter.of(program.settings)
    with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        filled = session.get(Operation, OPERATION)
    if not filled:
        started = time.perf_counter()
        store.fill()
        with program.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            session.add(Operation(code=OPERATION, names={}))
        print(f"{persons:,} persons filled in {time.perf_counter() - started:.0f} s\n")
    tokens = [store.name_token(number) for number in random.Random(2).sample(range(persons), 300)]
    if plans:
        explain(program, tokens[:3])
    meter.percentiles("floor: one token by its index", floor(program, tokens))
    meter.percentiles("floor: a transaction with its audit line", [lambda: nothing(program)] * 300)
    ours = store.of_team(7)
    meter.percentiles("by case reference", [lambda one=one: by_reference(program, one) for one in ours])
    meter.percentiles("by telephone", [lambda one=one: by_telephone(program, one) for one in ours])
    meter.percentiles(
        "by full name and year of birth", [lambda one=one: by_name(program, store.names[one]) for one in ours], warm=20
    )
    ((commonest, _),) = Counter(store.names).most_common(1)
    meter.percentiles("the same, a very common name", [lambda: by_name(program, commonest)] * 100)
    meter.percentiles("open a case page", [lambda one=one: page(program, ACCESS, *one) for one in make_pages(program)])
    with Worker(program):
        asked = [store.names[one][random.randrange(2)] for one in ours]
        meter.percentiles("free search by one name", [lambda name=name: freely(program, name) for name in asked])


class Store:
    """What is filled in: names of Zipf's law, in custody of 50 teams."""

    def __init__(self, program: Program, persons: int) -> None:
        chance = self.chance = random.Random(1)
        words = sorted({"".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(40_000)})
        chance.shuffle(words)
        weights = [1 / (rank + 3) for rank in range(len(words))]
        given, family = (chance.choices(words[:count], weights[:count], k=persons) for count in (4000, len(words)))
        years = chance.choices(range(1940, 2024), k=persons)
        self.program = program
        self.names = list(zip(given, family, years, strict=True))

    def of_team(self, team: int, most: int = 300) -> list[int]:
        return list(range(team, len(self.names), TEAMS))[:most]

    def name_token(self, number: int) -> bytes:
        return own_name_token(self.program.ring, OPERATION, *self.names[number]) or b""

    def fill(self) -> None:
        url = self.program.database.engine.url.set(username=ADMINISTRATOR, drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            connection.execute("SET session_replication_role = replica")  # no triggers: what is filled in is whole
            for start in range(0, len(self.names), 20_000):
                self._copy(connection, range(start, min(start + 20_000, len(self.names))))
                connection.commit()
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")

    def _copy(self, connection: "psycopg.Connection[Row]", numbers: range) -> None:
        ring, kind = self.program.ring, KeyKind.PERSON.value
        sealer, never_opened = ManySealer(ring, KEY_TABLE, kind), [os.urandom(60)] * 3
        rows: dict[str, list[Row]] = {table: [] for table in ("person", "household", "case", "record_key", "token")}
        for number in numbers:
            given, family, year = self.names[number]
            person, case, household = uuid4(), uuid4(), uuid4()
            key, wrapped = sealer.new_key(person.bytes)
            versions = sealer.seal(key, write_versions({person: 1}), KEY_TABLE, versions_field(kind), person.bytes)
            said = {"prs_First_Name": given, "prs_Second_Name": family, "prs_Birthdate": f"{year}-01-01"}
            identity = sealer.seal(key, written(said), "casework.person", RecordPart.IDENTITY.value, person.bytes)
            rows["person"].append((person, OPERATION, 1, identity, *never_opened, f"org/north/team-{number % TEAMS}/-"))
            rows["household"].append((household, OPERATION))
            known_under = token(ring, TokenKind.CASE_REFERENCE, reference(number))
            lies = f"org/north/team-{number % TEAMS}/-"
            rows["case"].append((case, OPERATION, person, household, "eligible", "possible", 1, now(), known_under, lies))
            rows["record_key"].append((person, kind, OPERATION, wrapped.version, wrapped.sealed, wrapped.commitment, versions))
            rows["token"] += [
                (OPERATION, "name", self.name_token(number), person),
                (OPERATION, "phone", token(ring, TokenKind.PHONE, telephone(number)), person),
            ]
        for table, columns in {
            "person": "id, operation, row_version, identity, contact, narrative, facts, custody",
            "household": "id, operation",
            "case": "id, operation, person, household, state, screening_outcome, row_version, opened_at, reference, custody",
            "record_key": "record, kind, operation, key_version, sealed, commitment, versions",
            "token": "operation, kind, token, record",
        }.items():
            with connection.cursor().copy(f'COPY casework."{table}" ({columns}) FROM STDIN') as copy:
                for row in rows[table]:
                    copy.write_row(row)


def token(ring: KeyRing, kind: TokenKind, value: str) -> bytes:
    return ring.blind_token(f"casework:{OPERATION}:{kind.value}", plain(kind, value))


def reference(number: int) -> str:
    return f"SC-{number:07d}"


def telephone(number: int) -> str:
    return f"+252 61 {number:07d}"


def by_reference(program: Program, number: int) -> None:
    with program.database.transaction(Zone.CASEWORK, access=ACCESS) as session:
        assert casework.find_case(session, program.ring, OPERATION, reference(number), purpose=Purpose.ASSISTANCE)


def by_telephone(program: Program, number: int) -> None:
    with program.database.transaction(Zone.CASEWORK, access=ACCESS) as session:
        assert casework.find_persons(session, program.ring, OPERATION, telephone(number), purpose=Purpose.ASSISTANCE)


def by_name(program: Program, name: tuple[str, str, int]) -> None:
    given, family, year = name
    with program.database.transaction(Zone.CASEWORK, access=ACCESS) as session:
        wanted = {"given": family.upper(), "family": given, "birth_year": year + 1}
        search.find_named(session, program.ring, OPERATION, **wanted, purpose=Purpose.ASSISTANCE)


def freely(program: Program, name: str) -> None:
    ask = search.ask_worker(program.settings.search_socket(OPERATION), OPERATION)
    access = Access(uuid4().hex, OPERATION, ACCESS.grants)  # an account that has not used up its searches
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        assert search.search_freely(session, program.ring, OPERATION, name, ask, purpose=Purpose.ASSISTANCE)


def floor(program: Program, tokens: list[bytes]) -> list[Callable[[], object]]:
    engine = create_engine(program.database.engine.url.set(username=ADMINISTRATOR))
    connection = engine.connect()
    query = text("SELECT record FROM casework.token WHERE operation = :operation AND kind = 'name' AND token = :token")
    wanted = [{"operation": OPERATION, "token": token} for token in tokens]
    return [lambda one=one: connection.execute(query, one).all() for one in wanted]


def nothing(program: Program) -> None:
    with program.database.transaction(Zone.CASEWORK, access=ACCESS) as session:
        record(session, Action.SEARCHED, "casework.person", purpose=Purpose.ASSISTANCE, count=0)


def explain(program: Program, tokens: list[bytes]) -> None:
    query = "EXPLAIN (ANALYZE, BUFFERS) SELECT record FROM casework.token WHERE operation = :o AND kind = 'name' AND token IN "
    with program.database.transaction(Zone.CASEWORK, access=ACCESS) as session:
        for line in session.execute(text(query + "(:a, :b, :c)"), dict(zip("oabc", [OPERATION, *tokens], strict=True))):
            print(line[0])
    print()


def make_pages(program: Program, wanted: int = 300) -> list[tuple[UUID, UUID]]:
    """Cases of one team and their persons, made such as a page shows them: everything said, four members, two interviews."""
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        of_team = select(Case).join(Person, Person.id == Case.person).where(Person.custody == "org/north/team-7/-")
        cases = session.scalars(of_team.order_by(Case.id).limit(5 * wanted)).all()
        shown = cases[: len(cases) // 5]
        if session.scalars(select(Interview.id).limit(1)).first() is None:
            for number, case in enumerate(shown):
                members = cases[len(shown) + 4 * number : len(shown) + 4 * number + 4]
                make_page(vault, case, [other.person for other in members])
        return [(case.id, case.person) for case in shown]


def make_page(vault: Vault, case: Case, members: list[UUID]) -> None:
    key, person = stored_key(vault, case.person, KeyKind.PERSON), vault.session.get_one(Person, case.person)
    said = {part: {"answer": "x" * 200} for part in RecordPart}
    name = open_parts(person, key, [RecordPart.IDENTITY])
    person.row_version += 1
    seal_parts(person, key, said | name)
    for role, who in [("interviewed", case.person), *(("member", member) for member in members)]:
        vault.session.add(HouseholdMember(household=case.household, person=who, operation=OPERATION, role=role))
    for kind in InterviewKind:
        chain, moment = uuid4(), now()
        interview = Interview(id=uuid4(), case=case.id, kind=kind.value, operation=OPERATION, row_version=1)
        interview.chain = interview.submission = chain
        interview.received_at = interview.admitted_at = moment
        seal_parts(interview, key, said)
        vault.session.add(interview)


class Worker:
    """The search worker as the program starts it, with how long reading the names took and the memory it holds."""

    def __init__(self, program: Program) -> None:
        given = {"WAYSTATION_VAR": str(program.settings.var)}
        command = [sys.executable, "-m", "app.cli", "search", "serve", OPERATION, "--until-input-ends"]
        started = time.perf_counter()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env={**os.environ, **given}, stdin=pipe, stdout=pipe, text=True)
        assert any("Listening" in line for line in self.process.stdout)
        print(f"the worker has read the names after {time.perf_counter() - started:.0f} s and holds {self.resident()} MB")

    def resident(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    main()
