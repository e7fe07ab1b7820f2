"""Does the time that a refused sign-in takes tell whether the name is known?

Run: PYTHONPATH=. .venv/bin/python bench/sign_in.py [--tries N]

N tries of each kind, in random order, each a form sent to the web application from an address of its own, so that no delay
begins: names that nobody has; names with a password; names of people who have not enrolled yet; names of programs. All
passwords are wrong. Beside each kind stands how often a try of it took longer than one of an unknown name (0.5: a coin;
`by chance` holds 99 of 100 coins), and by how much its median differs, with the interval that 99 of 100 resampled medians lie
in. Once by the wall clock, which is what somebody outside sees, and once by the processor time of the web application, which
other work on the machine shakes less.

The control in the same run: half of the tries of unknown names against the other half.
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from app.program import Program, open_program
from app.web.application import create_application
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.models import AccountKind
from core.identity.passwords import set_password
from core.settings import Settings

UNKNOWN = "unknown name"
KINDS = (UNKNOWN, "with a password", "not enrolled yet", "a program's")
EACH = 4  # tries of one name: with the fifth a delay begins
RESAMPLED = 2000
Seconds = NDArray[np.float64]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tries", type=int, default=400)
    tries = arguments.parse_args().tries
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with open_program(Settings(var=Path(folder))) as program:
            names = {kind: [f"{kind.split()[-1][:4]}-{number}" for number in range(-(-tries // EACH))] for kind in KINDS}
            furnish(program, names)
            application = create_application(program.database, program.ring, program.settings, lambda _operation, _id: None)
            wall, processor = measure(application, names, tries)
    tell("by the wall clock", wall)
    tell("by processor time, without the database's", processor)


def furnish(program: Program, names: dict[str, list[str]]) -> None:
    with program.database.transaction(Zone.IDENTITY, actor="bench") as session:
        for kind in KINDS[1:]:
            for name in names[kind]:
                of = AccountKind.SERVICE if kind == "a program's" else AccountKind.PERSON
                account = add_account(session, program.ring, name, name, kind=of)
                if kind == "with a password":
                    set_password(session, account, "a lantern beyond the river")


def measure(application: FastAPI, names: dict[str, list[str]], tries: int) -> tuple[dict[str, Seconds], dict[str, Seconds]]:
    """Seconds, of the wall clock and of the processor, from sending the form to having the page that refuses it."""
    chance = random.Random(1)
    drawn = [(kind, names[kind][number % len(names[kind])]) for kind in KINDS for number in range(tries)]
    chance.shuffle(drawn)
    browser = TestClient(application, base_url="http://localhost")
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', browser.get("/sign-in").text))
    wall: dict[str, list[float]] = {kind: [] for kind in KINDS}
    processor: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number, (kind, name) in enumerate(drawn):
        client = TestClient(application, base_url="http://localhost", cookies=browser.cookies, client=(address(number), 1))
        form = {"form_token": token, "name": name, "password": f"wrong password {number}"}
        started, spent = time.perf_counter(), time.process_time()
        answer = client.post("/sign-in", data=form)
        wall[kind].append(time.perf_counter() - started)
        processor[kind].append(time.process_time() - spent)
        assert answer.status_code == 403, answer.status_code
    as_arrays = ({kind: np.array(seconds) for kind, seconds in took.items()} for took in (wall, processor))
    return next(as_arrays), next(as_arrays)


def address(number: int) -> str:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def tell(how: str, took: dict[str, Seconds]) -> None:
    unknown, chance = took[UNKNOWN], np.random.default_rng(1)
    print(f"\n{how}")
    print(f"{'':<22}{'tries':>6}{'median':>11}{'p95':>11}{'longer than unknown':>22}{'by chance':>14}{'median differs by':>28}")
    for kind, seconds in took.items():
        told = f"{kind:<22}{len(seconds):>6}{np.median(seconds) * 1000:>8.1f} ms{np.quantile(seconds, 0.95) * 1000:>8.1f} ms"
        print(told + ("" if kind == UNKNOWN else compared(seconds, unknown, chance)))
    half = chance.permutation(len(unknown)) < len(unknown) // 2
    print(f"{'control: two halves':<22}{half.sum():>6}{'':>22}{compared(unknown[half], unknown[~half], chance)}")


def compared(seconds: Seconds, unknown: Seconds, chance: np.random.Generator) -> str:
    resampled = [
        np.median(chance.choice(seconds, len(seconds))) - np.median(chance.choice(unknown, len(unknown)))
        for _ in range(RESAMPLED)
    ]
    least, most = np.quantile(resampled, [0.005, 0.995]) * 1000
    low, high = by_chance(len(seconds), len(unknown))
    differs = (np.median(seconds) - np.median(unknown)) * 1000
    return f"{longer(seconds, unknown):>22.3f}   {low:.3f}-{high:.3f}{differs:>+11.1f} ms ({least:+.1f} to {most:+.1f})"


def longer(seconds: Sequence[float] | Seconds, others: Sequence[float] | Seconds) -> float:
    """How often one of the first took longer than one of the others (Mann-Whitney's U, as a share)."""
    return float((np.asarray(seconds)[:, None] > np.asarray(others)[None, :]).mean())


def by_chance(first: int, second: int) -> tuple[float, float]:
    """In what interval the share lies 99 times of 100 where both are of one distribution (normal approximation of U)."""
    deviation = ((first + second + 1) / (12 * first * second)) ** 0.5
    return 0.5 - 2.576 * deviation, 0.5 + 2.576 * deviation


if __name__ == "__main__":
    main()
