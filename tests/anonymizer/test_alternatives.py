"""Releases by other methods than suppression, from files to folders: what is written, what is checked, what is refused."""

import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from anonymizer.alternatives import perturb_file
from anonymizer.cell_keys import Limits, TooManyTables
from app.cli.main import commands
from tests.anonymizer.tool_files import rows_of

PLACES = "code,parent\nall,\nN,all\nn1,N\nn2,N\nS,all\ns1,S\n"
REASONS = "code,parent\nall,\nflood,all\nconflict,all\n"
WEEKS = "code,parent\nall,\nW1,all\nW2,all\n"
COMMON = [
    "--hierarchy",
    "place=place.csv",
    "--hierarchy",
    "reason=reason.csv",
    "--hierarchy",
    "week=week.csv",
    "--time",
    "week",
]
ENTRY = ["--register", "register", "--data-set", "arrivals-2026"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["anonymizer", *arguments])


def perturb(out: str = "out", table: str = "people.csv") -> Result:
    return run("perturb", table, "--record=who", "--secret=secret", *ENTRY, *COMMON, f"--out={out}")


def ask(out: str = "out", *more: str, rho: str = "0.01", table: str = "people.csv") -> Result:
    asked = ["--person=who", f"--rho={rho}", "--secret=secret", *ENTRY, *COMMON, "--over=W1", f"--out={out}", *more]
    return run("dp", "release", table, *asked)


def anonymise(out: str = "out", *more: str) -> Result:
    return run("microdata", "release", "people.csv", "--person=who", *ENTRY, *COMMON, f"--out={out}", *more)


def protect(out: str = "out") -> Result:
    """Of the same people, without who they are."""
    rows = [line.partition(",")[2] for line in Path("people.csv").read_text(encoding="utf-8").splitlines()]
    Path("counted.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return run("protect", "counted.csv", *ENTRY, *COMMON, "--over=W1", f"--out={out}")


METHODS: dict[str, Callable[..., Result]] = {
    "cell-keys": perturb,
    "differential-privacy": ask,
    "microdata": anonymise,
    "suppression": protect,
}


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with 300 people, a register, a secret and a budget."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    people = [
        f"Amina {at},{('n1', 'n1', 'n2', 's1')[at % 4]},{('flood', 'conflict')[at % 3 % 2]},W{at % 2 + 1}" for at in range(300)
    ]
    Path("people.csv").write_text("\n".join(["who,place,reason,week", *people]) + "\n", encoding="utf-8")
    for name, text in (("place", PLACES), ("reason", REASONS), ("week", WEEKS)):
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
    assert run("register", "register", "--new").exit_code == 0
    assert run("secret", "secret").exit_code == 0
    assert run("dp", "budget", "register", "--data-set=arrivals-2026", "--rho=0.025").exit_code == 0


def verify(folder: str = "out") -> Result:
    return run("verify", folder)


def certificate(folder: str = "out") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(folder) / "certificate.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_a_release_is_verified_and_says_its_method(method: str) -> None:
    assert METHODS[method]().exit_code == 0
    done = verify()
    assert done.exit_code == 0, done.output
    assert f"Verified, by the method {method}." in done.stdout
    if method != "suppression":
        assert certificate()["method"] == method
        assert "nothing is proven by suppression" in str(certificate()["statement"])


@pytest.mark.parametrize("method", ["cell-keys", "differential-privacy", "microdata"])
def test_no_id_and_no_secret_leaves_or_is_written_down(method: str) -> None:
    assert METHODS[method]().exit_code == 0
    secret = json.loads(Path("secret").read_text(encoding="utf-8"))
    written = [path.read_text(encoding="utf-8") for path in [Path("register"), *Path("out").rglob("*")] if path.is_file()]
    for text in written:
        assert "Amina" not in text
        assert secret["key"] not in text
        assert '"variance"' not in text


@pytest.mark.parametrize("method", ["cell-keys", "differential-privacy", "microdata"])
def test_there_is_no_hidden_cell_to_attack(method: str) -> None:
    METHODS[method]()
    done = run("attack", "out")
    assert done.exit_code == 2
    assert f"made by the method {method}, which hides no cell" in done.stderr


@pytest.mark.parametrize("earlier", METHODS)
@pytest.mark.parametrize("later", METHODS)
def test_two_methods_are_never_used_on_the_same_people(earlier: str, later: str) -> None:
    """The second is refused before anything is written, and the register still holds the first alone."""
    if earlier == later:
        return
    assert METHODS[earlier]("first").exit_code == 0
    written = Path("register").read_bytes()
    done = METHODS[later]("second")
    assert done.exit_code == 2
    assert "ANON-103" in done.stderr
    assert not Path("second").exists()
    assert Path("register").read_bytes() == written


def test_a_release_that_is_not_proven_or_not_written_does_not_stand_in_the_register() -> None:
    Path("out").mkdir()
    Path("out/there").touch()
    written = Path("register").read_bytes()
    for method in METHODS.values():
        assert "ANON-066" in method().stderr
    assert Path("register").read_bytes() == written


def test_the_register_tells_what_left_and_what_is_spent() -> None:
    perturb()
    told = run("register", "register").stdout
    assert "cell-keys" in told
    assert "place, reason" in told
    assert "0 is spent" in told
    assert run("register", "nowhere").exit_code == 2


def test_a_release_is_held_against_the_register_that_it_left_by() -> None:
    """An old copy that was put back no longer has the line that the certificate prints."""
    old = Path("register").read_bytes()
    ask()
    assert run("verify", "out", "--register=register").exit_code == 0
    run("microdata", "synthetic", "out", "--out=drawn")
    assert "prints no line" in run("verify", "drawn", "--register=register").stdout
    Path("register").write_bytes(old)
    done = run("verify", "out", "--register=register")
    assert done.exit_code == 1
    assert "NO   the register holds the line" in done.stdout


# Noise by cell keys


def test_every_number_is_an_estimate_and_none_is_small() -> None:
    perturb()
    rows = rows_of(Path("out/data/people.csv"))
    assert len(rows) == 6 * 3 * 3
    assert {(row["obs_status"], row["conf_status"]) for row in rows} == {("E", "F")}
    assert all(int(row["records"]) == 0 or int(row["records"]) >= 5 for row in rows)


def test_the_same_table_asked_again_has_the_same_bytes_but_for_its_line() -> None:
    perturb("one")
    perturb("two")
    assert Path("one/data/people.csv").read_bytes() == Path("two/data/people.csv").read_bytes()


def test_few_tables_leave() -> None:
    def leave(out: str) -> None:
        perturb_file(
            Path("people.csv"),
            Path(out),
            record="who",
            secret=Path("secret"),
            register=Path("register"),
            data_set="arrivals-2026",
            hierarchies={},
            limits=Limits(tables=1, overlapping=1),
        )

    leave("one")
    lines = Path("people.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("people.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(TooManyTables):
        leave("two")
    assert not Path("two").exists()


def test_a_record_has_one_row() -> None:
    lines = Path("people.csv").read_text(encoding="utf-8")
    Path("twice.csv").write_text(lines + "Amina 7,n1,flood,W1\n", encoding="utf-8")
    done = perturb(table="twice.csv")
    assert done.exit_code == 2
    assert "twice.csv, line 302, column who" in done.stderr


# Counts under a budget


def test_a_preview_says_cost_and_error_and_spends_and_reads_nothing() -> None:
    written = Path("register").read_bytes()
    done = ask("out", "--preview", "--level=place", "--level=total", table="nowhere.csv")
    assert done.exit_code == 0, done.output
    assert re.search(r"place:2\s+3\s+8\.0", done.stdout)
    assert "Spent after:  rho = 0.01 (epsilon = 0.62" in done.stdout
    assert Path("register").read_bytes() == written
    assert not Path("out").exists()
    assert "beyond the budget" in ask("out", "--preview", rho="0.1").stdout


def test_the_same_release_asked_again_is_the_same_and_spends_nothing() -> None:
    ask("one", "--level=place", "--level=total")
    written = Path("register").read_bytes()
    done = ask("two", "--level=place", "--level=total", rho="0.02")
    assert "the numbers are the same, and nothing was spent" in done.stderr
    for file in ("data/people.csv", "certificate.json"):
        assert (Path("one") / file).read_bytes() == (Path("two") / file).read_bytes()
    assert Path("register").read_bytes() == written


def test_spent_is_spent() -> None:
    assert ask("one", rho="0.02").exit_code == 0
    done = ask("two", "--level=total", rho="0.02")
    assert done.exit_code == 2
    assert "ANON-122" in done.stderr


def test_codes_are_declared_and_not_taken_from_whoever_is_there() -> None:
    done = run(
        *("dp", "release", "people.csv", "--person=who", "--rho=0.01", "--secret=secret", *ENTRY, "--out=out"),
        *("--hierarchy=place=place.csv", "--hierarchy=week=week.csv", "--time=week", "--over=W1"),
    )
    assert done.exit_code == 2
    assert "ANON-090" in done.stderr
    assert "reason" in done.stderr


# Records


def test_records_stand_in_order_of_their_codes_and_leave_once() -> None:
    assert anonymise("one", "--sensitive=reason").exit_code == 0
    rows = [tuple(row.values()) for row in rows_of(Path("one/data/people.csv"))]
    assert rows == sorted(rows)
    done = anonymise("two", "--without=place")
    assert done.exit_code == 2
    assert "ANON-131" in done.stderr


def test_as_many_look_alike_as_the_strictest_code_of_the_policy_needs() -> None:
    Path("policy.toml").write_text('[[sensitive]]\ncodes = { reason = "flood" }\nthreshold = 11\n', encoding="utf-8")
    assert anonymise("out", "--policy=policy.toml").exit_code == 0
    assert certificate()["promise"]["k"] == 11


def test_synthetic_records_come_from_a_verified_release_and_can_be_drawn_again() -> None:
    for method in ("suppression", "cell-keys", "differential-privacy"):
        Path("register").unlink()
        run("register", "register", "--new")
        run("dp", "budget", "register", "--data-set=arrivals-2026", "--rho=0.025")
        assert METHODS[method](method).exit_code == 0
        for out in ("one", "two"):
            assert run("microdata", "synthetic", method, f"--out={method}-{out}").exit_code == 0
        assert "by the method synthetic" in verify(f"{method}-one").stdout
        assert certificate(f"{method}-one") == certificate(f"{method}-two")
        drawn_records = len(rows_of(next(Path(f"{method}-one/data").iterdir())))
        assert drawn_records if method == "differential-privacy" else 100 < drawn_records < 400  # its noise is real
        drawn = run("verify", f"{method}-one", f"--source={method}")
        assert drawn.exit_code == 0, drawn.output
    assert "they differ" in run("verify", "cell-keys-one", "--source=suppression").stdout
    shutil.copytree("cell-keys", "changed")
    file = Path("changed/data/people.csv")
    file.write_bytes(file.read_bytes() + b"\r\n")
    assert "ANON-132" in run("microdata", "synthetic", "changed", "--out=no").stderr
    assert "ANON-132" in run("microdata", "synthetic", "cell-keys-one", "--out=no").stderr


# What verify notices, with the hashes of the files made to fit


def reseal(folder: str = "out") -> None:
    told = certificate(folder)
    told["files"] = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != "certificate.json"
    }
    (Path(folder) / "certificate.json").write_text(json.dumps(told), encoding="utf-8")


def edit(file: str, pattern: str, by: str) -> None:
    path = Path("out") / file
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, by, text, count=1, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8", newline="")
    reseal()


@pytest.mark.parametrize(
    ("method", "file", "pattern", "by", "told"),
    [
        ("cell-keys", "data/people.csv", r"^(n2,flood,W1),\d+", r"\1,3", "under the smallest"),
        ("cell-keys", "data/people.csv", r"^(n2,flood,W1),\d+", r"\1,-6", "no number is negative"),
        ("cell-keys", "data/people.csv", r"^n2,flood,W1.*\n", "", "cells are missing"),
        ("cell-keys", "data/people.csv", r"^n2,flood,W1", "n2,flood,W2", "stands there twice"),
        ("cell-keys", "data/people.csv", r"^(n2,flood,W1,\d+),E", r"\1,A", "without the marks"),
        ("cell-keys", "data/people.csv", r"^(n2,flood,W1),\d+", r"\1,many", "no whole number"),
        ("cell-keys", "certificate.json", r'"cell-keys"', '"differential-privacy"', "NO"),
        ("cell-keys", "certificate.json", r'"least": 5', '"least": 3', "they differ"),
        ("differential-privacy", "data/people.csv", r'^"place:2.*\n', "", "cells are missing"),
        ("differential-privacy", "certificate.json", r'"epsilon": [\d.]+', '"epsilon": 0.1', "they differ"),
        ("microdata", "data/people.csv", r"^n1,", "n9,", "rows have not"),
        ("microdata", "data/people.csv", r"^n1,flood,W1$", "s1,flood,W1", "do not; the first is"),
        ("microdata", "datapackage.json", r'"path": "data/people.csv"', '"path": "../people.csv"', "lies outside"),
    ],
)
def test_verify_notices(method: str, file: str, pattern: str, by: str, told: str) -> None:
    METHODS[method]()
    edit(file, pattern, by)
    done = verify()
    assert done.exit_code == 1
    assert told in done.stdout


@pytest.mark.parametrize(
    ("field", "value"), [("scale", 1.0), ("rho", 0.5), ("epsilon", 0.1), ("spent", 9.0), ("levels", ["total"]), ("delta", 0.5)]
)
def test_a_promise_that_does_not_follow_from_its_own_noise_is_noticed(field: str, value: object) -> None:
    ask()
    for file in ("certificate.json", "datapackage.json"):
        told = json.loads((Path("out") / file).read_text(encoding="utf-8"))
        (told["promise"] if file == "certificate.json" else told["confidentiality"]["promise"])[field] = value
        (Path("out") / file).write_text(json.dumps(told), encoding="utf-8")
    reseal()
    assert verify().exit_code == 1
