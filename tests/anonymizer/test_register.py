"""The register of releases: what stands in it stays, whoever writes at the same time, and methods are never mixed."""

import fcntl
import json
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.method import Method, why_not_beside
from anonymizer.register import Departure, Register, begin_register, departures, register_departure
from anonymizer.register.errors import MethodsMixed, RegisterBroken, RegisterMissing, RegisterNotFree


def left(method: Method, variables: str = "origin reason", periods: str = "W1", data_set: str = "arrivals-2026") -> Departure:
    return Departure(data_set, method, frozenset(variables.split()), frozenset(periods.split()), {})


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return begin_register(tmp_path / "register")


def write(register: Register, *all_left: Departure) -> None:
    for one in all_left:
        with register.held() as held:
            register_departure(held, one)


def test_it_is_begun_once_for_its_owner_only_and_never_by_the_way(tmp_path: Path) -> None:
    with pytest.raises(RegisterMissing):
        Register(tmp_path / "register").lines()
    begin_register(tmp_path / "register")
    assert (tmp_path / "register").stat().st_mode & 0o777 == 0o600
    with pytest.raises(RegisterNotFree):
        begin_register(tmp_path / "register")


def test_what_left_is_read_back(register: Register) -> None:
    write(register, left(Method.SUPPRESSION), left(Method.SUPPRESSION, periods="W2 W3"))
    assert [one for _, one in departures(register.lines())] == [
        left(Method.SUPPRESSION),
        left(Method.SUPPRESSION, periods="W2 W3"),
    ]


def test_a_line_that_was_changed_taken_out_or_moved_is_found(register: Register) -> None:
    write(register, *(left(Method.SUPPRESSION, periods=f"W{week}") for week in range(1, 5)))
    whole = register.path.read_bytes()
    first, second, third, last = whole.splitlines(keepends=True)
    for broken in (
        whole.replace(b"W3", b"W9"),
        second + third + last,
        first + third + last,
        first + third + second + last,
        b"what\n" + whole,
    ):
        register.path.write_bytes(broken)
        with pytest.raises(RegisterBroken):
            register.lines()
    register.path.write_bytes(whole)
    assert len(register.lines()) == 4


def test_a_line_that_a_crash_cut_short_was_never_written(register: Register) -> None:
    write(register, left(Method.SUPPRESSION), left(Method.SUPPRESSION, periods="W2"))
    whole = register.path.read_bytes()
    register.path.write_bytes(whole[:-1])
    assert len(register.lines()) == 1
    write(register, left(Method.SUPPRESSION, periods="W3"))
    assert [one.periods for _, one in departures(register.lines())] == [{"W1"}, {"W3"}]


def append(path: Path, writer: int) -> None:
    for number in range(20):
        with Register(path).held() as held:
            held.append("test", {"writer": writer, "number": number, "seen": len(held.lines)})


def test_programs_that_write_at_once_take_turns(register: Register) -> None:
    """Each sees all that was written before, so that none decides by what another is about to change."""
    context = get_context("fork")
    writers = [context.Process(target=append, args=(register.path, writer)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    lines = register.lines()
    assert len(lines) == 80
    assert [line.says["seen"] for line in lines] == list(range(80))
    numbers = [[line.says["number"] for line in lines if line.says["writer"] == writer] for writer in range(4)]
    assert numbers == [list(range(20))] * 4


def test_a_register_that_another_is_put_in_place_of_while_one_waits_for_it_is_refused(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written into a file that nobody finds any more would be spent twice."""
    begin_register(tmp_path / "other")
    lock = fcntl.flock

    def replace_and_lock(descriptor: int, kind: int) -> None:
        (tmp_path / "other").rename(register.path)
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", replace_and_lock)
    with pytest.raises(RegisterMissing), register.held():
        pass


@pytest.mark.parametrize("earlier", Method)
@pytest.mark.parametrize("later", Method)
def test_a_second_method_on_the_same_variables_and_periods_is_refused(
    register: Register, earlier: Method, later: Method
) -> None:
    write(register, left(earlier))
    if why_not_beside(earlier, later):
        with pytest.raises(MethodsMixed, match="origin of arrivals-2026 left before"):
            write(register, left(later, "origin"))
        assert len(register.lines()) == 1
    else:
        write(register, left(later, "origin"))


@pytest.mark.parametrize(
    ("later", "refused"),
    [
        (left(Method.CELL_KEYS, "sex"), False),
        (left(Method.CELL_KEYS, "origin sex"), True),
        (left(Method.CELL_KEYS, periods="W2"), False),
        (left(Method.CELL_KEYS, periods="W2 W1"), True),
        (left(Method.CELL_KEYS, periods=""), True),
        (left(Method.CELL_KEYS, ""), True),
        (left(Method.CELL_KEYS, "sex", periods=""), False),
        (left(Method.CELL_KEYS, data_set="arrivals-2027"), False),
    ],
)
def test_what_counts_as_the_same(register: Register, later: Departure, refused: bool) -> None:
    """One shared variable, since its totals are in both; one shared period, or time not told apart. Totals alone meet all."""
    write(register, left(Method.SUPPRESSION))
    if refused:
        with pytest.raises(MethodsMixed):
            write(register, later)
    else:
        write(register, later)


def test_the_refusal_tells_an_officer_what_left_when_and_why_not(register: Register) -> None:
    write(register, left(Method.SUPPRESSION, periods="W1 W2"))
    with pytest.raises(MethodsMixed) as refused:
        write(register, left(Method.DIFFERENTIAL_PRIVACY))
    assert refused.value.what == (
        "origin, reason of arrivals-2026 left before by the method suppression (line 1 of the register, W1, W2), and would "
        "now leave by differential-privacy: the ledger accounts for its own noise alone, and promises nothing beside another "
        "release of the same people."
    )


@settings(max_examples=40, deadline=None)
@given(
    wanted=st.lists(
        st.builds(
            left,
            st.sampled_from(Method),
            st.sampled_from(["", "origin", "origin reason", "sex"]),
            st.sampled_from(["", "W1", "W1 W2"]),
        ),
        max_size=8,
    )
)
def test_whatever_is_asked_in_whatever_order_no_two_that_left_are_mixed(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[Departure]
) -> None:
    register = begin_register(tmp_path_factory.mktemp("register") / "register")
    for one in wanted:
        try:
            write(register, one)
        except MethodsMixed:
            continue
    accepted = [one for _, one in departures(register.lines())]
    for at, one in enumerate(accepted):
        for other in accepted[:at]:
            assert not (one.meets(other) and why_not_beside(other.method, one.method))


def test_the_lines_are_json_that_anybody_can_read(register: Register) -> None:
    write(register, left(Method.SUPPRESSION), left(Method.SUPPRESSION))
    told = [json.loads(line) for line in register.path.read_text(encoding="utf-8").splitlines()]
    assert [one["line"] for one in told] == [1, 2]
    assert all(one["hash"] != other["hash"] for one, other in pairwise(told))
