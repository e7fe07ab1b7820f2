"""A caseload of 100,000 cases with 50 people clicking at once: lists, filters, tasks and the day in numbers, through HTTP.

Run: PYTHONPATH=. .venv/bin/python bench/caseload.py [--cases N] [--users N] [--pause SECONDS] [--seconds SECONDS] [--plans]
[--folder FOLDER]

The store is the one of `bench/search.py`, with entries beside its cases as their steps would leave them: six of ten cases have
a task, a visit or a service, one of twenty a flag, a closure that waits, a referral. What waits for somebody else bears marks
of three authors who are nobody here. Nothing that a list needs is sealed, so no step is; but one case of each worker has a
whole file (`bench/case_files.py`). 49 caseworkers of as many teams and a supervisor of all each ask for a page, or look for
somebody by a reference, think for a while, and ask for the next; server and users are one process. Before that each page is
asked for alone, with the processor time of one, here and in the database: it says what so many users need whatever else the
machine is doing. The floor in the same run is the page to find somebody, which looks up who asks and reads nothing else.
"""

import argparse
import os
import random
import re
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
from sqlalchemy import create_engine, text

from app.program import Program, open_program
from app.web.serve import serving_on_socket
from bench.case_files import case_of, write_case_files
from bench.case_page import set_up
from bench.measured import Meter
from bench.search import OPERATION, TEAMS, Store, reference
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import Units, add_unit
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings

PAGES = {
    "the list": "/cases",
    "mine": "/cases?whose=mine&state=open",
    "my team's, active": "/cases?whose=team&state=active",
    "overdue": "/cases?mark=overdue",
    "flagged": "/cases?mark=flagged",
    "awaiting approval": "/cases?mark=awaiting",
    "opened since, a status": "/cases?outcome=possible&since=2026-01-01",
    "things to do": "/tasks",
    "overdue in the team": "/tasks?whose=team&due=overdue",
    "the day": "/work",
}
FLOOR = "/persons"
Click = Callable[[httpx.Client], object]


@dataclass(frozen=True)
class User:
    """A session, and what its owner may click at."""

    token: str
    clicks: Mapping[str, Click]


GIVEN = """
UPDATE casework."case" SET custody = CASE get_byte(uuid_send(id), 0) % 10 WHEN 0 THEN :mine WHEN 1 THEN :nobody ELSE :other END
WHERE custody = :former
"""
SPREAD = """
UPDATE casework."case" SET opened_at = now() - random() * interval '700 days',
  active_at = now() - random() * interval '200 days',
  state = (ARRAY['eligible', 'active', 'active', 'follow_up', 'closed', 'not_eligible'])[1 + (random() * 5)::int]
"""
ENTRIES = """
INSERT INTO casework.case_entry (id, person, "case", operation, custody, kind, state, due, assignee, changed_at,
  author_marks)
SELECT gen_random_uuid(), c.person, c.id, c.operation, c.custody, k.kind, k.state,
  CASE WHEN k.kind IN ('task', 'visit', 'service') THEN current_date + (random() * 60)::int - 10 END,
  CASE WHEN k.kind IN ('task', 'visit') THEN nullif(c.worker, '-') END, now() - random() * interval '100 days',
  CASE WHEN k.state = 'submitted' THEN sha256(c.id::text::bytea) || sha256(k.kind::bytea) END
FROM casework."case" c CROSS JOIN (VALUES ('task', 'open', 60), ('visit', 'planned', 60), ('service', 'planned', 60),
  ('task', 'done', 100), ('assessment', 'approved', 70), ('flag', 'raised', 5), ('closure', 'submitted', 5),
  ('referral', 'sent', 5)) AS k (kind, state, of_hundred)
WHERE abs(hashtext(c.id::text || k.kind || k.state)) % 100 < k.of_hundred
"""


def main() -> None:
    os.environ["WAYSTATION_BULK_READ_LIMIT"] = str(10**9)
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cases", type=int, default=100_000)
    arguments.add_argument("--users", type=int, default=TEAMS)
    arguments.add_argument("--pause", type=float, default=10.0, help="Seconds somebody looks at a page, in the middle.")
    arguments.add_argument("--seconds", type=float, default=60.0, help="How long they go on.")
    arguments.add_argument("--plans", action="store_true", help="Also print how PostgreSQL finds a worker's page.")
    arguments.add_argument("--folder", type=Path, help="Keep the store there, and measure it again if it is there.")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as passing:
        folder: Path = given.folder or Path(passing)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        with open_program(Settings(var=folder)) as program:
            measure(program, given)


def measure(program: Program, given: argparse.Namespace) -> None:
    if not (program.settings.var / "filled").exists():
        fill(program, given.cases)
        (program.settings.var / "filled").touch()
    users = [sign_in(program, number) for number in range(given.users)]
    if given.plans:
        log_plans(program)
    meter = Meter.of(program.settings)
    with serving_on_socket(program, lambda _operation, _submission: None) as socket:
        for who, user in (("a caseworker", users[0]), ("a supervisor of all", users[-1])):
            with browser_of(socket, user.token) as browser:
                for what, click in {"floor: the page to find somebody": page(FLOOR), **user.clicks}.items():
                    meter.percentiles(f"{who}: {what}", [partial(click, browser)] * 30, warm=3)
        click_about(socket, users, given)


def fill(program: Program, cases: int) -> None:
    """Cases of 50 teams, of ten workers each; units and workers as they will sign in."""
    set_up(program)
    Store(program, cases).fill()
    with program.database.transaction(Zone.IDENTITY, actor="bench") as session:
        organisation = add_unit(session, UnitKind.ORGANISATION, "Organisation")
        teams = [add_unit(session, UnitKind.TEAM, f"Team {number}", organisation) for number in range(TEAMS)]
        for number, team in enumerate(teams):
            account = add_account(session, program.ring, f"worker-{number}", "A Worker", kind=AccountKind.PERSON)
            role = Role.SUPERVISOR if number == TEAMS - 1 else Role.CASEWORKER
            reach = Reach(organisation=organisation) if role is Role.SUPERVISOR else Reach(organisation=organisation, team=team)
            give_role(session, account, role, OPERATION, reach)
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR)).begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        accounts = connection.execute(text("SELECT sign_in_name, id FROM identity.account")).all()
        workers = {int(name.partition("-")[2]): account for name, account in accounts}
        for number, team in enumerate(teams):
            custody = str(Units(organisation=organisation, team=team).custody)
            connection.execute(
                text(GIVEN),
                {
                    "mine": custody.removesuffix("-") + str(workers[number]),
                    "nobody": custody,
                    "other": custody.removesuffix("-") + str(uuid4()),
                    "former": f"org/north/team-{number}/-",
                },
            )
        connection.execute(
            text('UPDATE casework.person p SET custody = c.custody FROM casework."case" c WHERE c.person = p.id')
        )
        connection.execute(text(SPREAD))
        connection.execute(text(ENTRIES))
    write_case_files(program, [str(worker) for worker in workers.values()])
    url = program.database.engine.url.set(username=ADMINISTRATOR, drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as bare:
        bare.execute("VACUUM ANALYZE")


def sign_in(program: Program, number: int) -> User:
    with program.database.transaction(Zone.IDENTITY, actor="bench") as session:
        asked = text("SELECT id FROM identity.account WHERE sign_in_name = :name")
        account = session.scalars(asked, {"name": f"worker-{number}"}).one()
        token = open_session(session, account, Stage.SIGNED_IN, "bench")
    clicks = {what: page(address) for what, address in PAGES.items()}
    if case := case_of(program, str(account)):
        clicks["one case, with its file"] = page(f"/cases/{case}")
    references = (reference(at) for at in range(number % TEAMS, 10**6, TEAMS))
    clicks["whom a reference is of"] = lambda browser: look_for(browser, next(references))
    return User(token, clicks)


def browser_of(socket: Path, token: str) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(socket))
    return httpx.Client(transport=transport, base_url="http://localhost", cookies={"waystation": token}, timeout=60)


def page(path: str) -> Click:
    return lambda browser: found(browser.get(path))


def found(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 200, (answer.status_code, answer.text)
    return answer


def look_for(browser: httpx.Client, wanted: str) -> None:
    """The page with the form, and what was typed sent; it leads to a record, which is not asked for: most say nothing here."""
    token = re.search('name="form_token" value="([^"]+)"', found(browser.get(FLOOR)).text)
    assert token
    answer = browser.post(FLOOR, data={"form_token": token[1], "case_reference": wanted})
    assert answer.status_code in (200, 303), (answer.status_code, answer.text)


def click_about(socket: Path, users: list[User], given: argparse.Namespace) -> None:
    """All at once, each in a thread: what they waited for, by page."""
    waited: dict[str, list[float]] = defaultdict(list)
    until = time.perf_counter() + given.seconds

    def work(number: int, user: User) -> None:
        chance = random.Random(number)
        with browser_of(socket, user.token) as browser:
            time.sleep(chance.uniform(0, given.pause))
            while time.perf_counter() < until:
                what = chance.choice(list(user.clicks))
                started = time.perf_counter()
                user.clicks[what](browser)
                waited[what].append(time.perf_counter() - started)
                time.sleep(chance.uniform(0.5, 1.5) * given.pause)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"\n{len(users)} users at once, {given.pause:g} s between clicks, {os.getloadavg()[0]:.1f} processes ready to run")
    every = [one for times in waited.values() for one in times]
    for what, times in {**waited, "all pages": every}.items():
        ordered = sorted(one * 1000 for one in times)
        middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"{what:<40}{len(ordered):6} pages{middle:9.1f} ms p95{high:9.1f} ms")


def log_plans(program: Program) -> None:
    """PostgreSQL writes the plan of what takes longer than a few milliseconds into its log, in the folder of the store."""
    with create_engine(program.database.engine.url.set(username=ADMINISTRATOR), isolation_level="AUTOCOMMIT").connect() as it:
        for setting in (
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 5",
            "auto_explain.log_analyze = on",
        ):
            it.execute(text(f'ALTER DATABASE "{program.database.engine.url.database}" SET {setting}'))
    program.database.engine.dispose()


if __name__ == "__main__":
    main()
