"""From admitted movements to a released folder: once, and only when the week or month is over."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

import anonymizer
import casework
import exports
import forms
import ingest
from anonymizer import Method, elsewhere
from anonymizer.ledger import OperationRegister
from anonymizer.register import Departure, register_departure
from anonymizer.register.errors import MethodsMixed
from app.demonstration.phone import fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.operations import OperationUnknown
from app.program import Program
from app.releases.operation_ledger import register_of
from app.releases.release_period import PeriodNotOver, protect_sum, protect_week, release_period
from core.access import Access, Grant
from core.audit import Action, audited_entries
from core.clock import now
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.periods.week import Week
from core.permissions import Role
from core.places import add_places, read_gazetteer
from core.settings import Settings
from tests import questionnaires

LAST = Week.of(now().date()).plus(-1)


@pytest.fixture
def program(database: Database, ring: KeyRing, tmp_path: Path) -> Program:
    """An operation with its gazetteer and the movement form."""
    compiled = questionnaires.compiled("movement_tracking")
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        add_places(session, "TEST", read_gazetteer(GAZETTEER))
        forms.publish_form(session, "TEST", compiled.xform, {})
    return Program(Settings(var=tmp_path), database, ring)


def report(program: Program, week: Week, *, origin: str = "XM0101") -> None:
    """A report of eleven persons that arrives and is admitted."""
    answers = {
        "arrival_date": week.monday.isoformat(),
        "origin_district": origin,
        "destination_district": "XM0201",
        "reason": "flood",
        "female_18_59": "11",
        "reporter_name": "Somebody",
    }
    with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        form = forms.find_form(session, "TEST", "movement_tracking", None)
        assert form
        xml = fill_form(form.xform, answers, uuid4())
        ingest.receive_submission(session, program.ring, operation="TEST", xml=xml, files=[], collector="1")
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        assert casework.admit_awaiting(session, program.ring, "TEST").admitted == 1


def release(program: Program, week: Week) -> Path:
    protect_week(program, "TEST", week, actor="officer")
    return release_period(program, "TEST", week, program.settings.releases / "TEST" / str(week), actor="officer").folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_week_once_released_stays_as_it_is_whatever_comes_late(program: Program) -> None:
    for _ in range(4):
        report(program, LAST)
    before = files(release(program, LAST))
    report(program, LAST, origin="XM0102")
    assert files(release(program, LAST)) == before
    assert b",44," in before["data/movements.csv"]


def test_a_week_that_is_not_over_is_not_released(program: Program) -> None:
    with pytest.raises(PeriodNotOver, match="is never changed"):
        protect_week(program, "TEST", LAST.plus(1), actor="officer")


def test_an_operation_that_is_not_there_is_said_so(program: Program) -> None:
    with pytest.raises(OperationUnknown):
        protect_week(program, "NOPE", LAST, actor="officer")


def test_an_earlier_week_released_later_does_not_change_the_later_one(program: Program) -> None:
    for week in (LAST.plus(-1), LAST):
        for _ in range(4):
            report(program, week)
    before = files(release(program, LAST))
    release(program, LAST.plus(-1))
    assert files(release(program, LAST)) == before


def test_a_week_is_told_what_earlier_weeks_of_its_month_hide(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Month.of(LAST).plus(-1).weeks[:2]
    told, protect = [], anonymizer.protect
    monkeypatch.setattr("anonymizer.protect", lambda *of, **known: told.append(known["earlier"]) or protect(*of, **known))
    for week in (first, second):
        report(program, week)
        protect_week(program, "TEST", week, actor="officer")
    assert not any(told[: len(told) // 2])
    assert {week.period for [week] in told[len(told) // 2 :]} == {first}
    assert len({week.population for [week] in told[len(told) // 2 :]}) == len(told) // 2


def test_counting_and_releasing_leave_their_lines_in_the_audit_log(program: Program) -> None:
    report(program, LAST)
    release(program, LAST)
    with program.database.transaction(Zone.AUDIT) as session:
        lines = [(entry.action, entry.actor, entry.zone) for entry in audited_entries(session)]
    assert (Action.READ, "officer", "waystation_anonymizer") in lines
    assert (Action.PROTECTED, "officer", "waystation_anonymizer") in lines
    assert (Action.RELEASED, "officer", "waystation_release") in lines


def test_a_month_is_released_beside_its_weeks_as_they_were(program: Program) -> None:
    """What came after a week was protected is in no month either: the difference would tell who came late."""
    month = Month.of(LAST).plus(-1)
    for week in month.weeks:
        for _ in range(4):
            report(program, week)
    release(program, month.weeks[0])
    report(program, month.weeks[0])
    protect_sum(program, "TEST", month, actor="officer")
    folder = program.settings.releases / "TEST" / str(month)
    told = files(release_period(program, "TEST", month, folder, actor="officer").folder)
    assert f"{month},_T,_T,_T,{44 * len(month.weeks)},P,F" in told["data/movements.csv"].decode()
    with program.database.transaction(Zone.STATISTICS) as session:
        assert [row.period for row in exports.list_releases(session)] == [month, month.weeks[0]]


def test_what_others_publish_is_known_and_named(program: Program) -> None:
    for _ in range(4):
        report(program, LAST)
    content = "destination,total\nXM0201,44\n"
    given = elsewhere.Publication(LAST, "Ministry of Relief", "Bulletin 12", now().date(), content)
    paul, dina = (
        Access(name, "TEST", (Grant(role),))
        for name, role in (("paul", Role.PROTECTION_OFFICER), ("dina", Role.DATA_PROTECTION_OFFICER))
    )
    with program.database.transaction(Zone.ANONYMIZER, access=paul) as session:
        new = elsewhere.propose_publication(session, program.ring, given)
    with program.database.transaction(Zone.ANONYMIZER, access=dina) as session:
        elsewhere.approve_publication(session, new)
    with program.database.transaction(Zone.ANONYMIZER, access=paul) as session:
        elsewhere.activate_publication(session, new)
    package = json.loads((release(program, LAST) / "datapackage.json").read_text())
    [known] = package["confidentiality"]["published_elsewhere"]
    assert (known["publisher"], known["title"], known["totals"]) == ("Ministry of Relief", "Bulletin 12", 1)


def test_a_protected_week_stands_in_the_register_and_refuses_noise(program: Program) -> None:
    report(program, LAST)
    protect_week(program, "TEST", LAST, actor="officer")
    register = register_of(program, Access.of_system("officer", "TEST"))
    assert {line.says["detail"]["period"] for line in register.lines()} == {str(LAST)}
    wanted = Departure("TEST", Method.CELL_KEYS, frozenset({"origin"}), frozenset({str(LAST)}), {})
    with pytest.raises(MethodsMixed, match="suppression"):
        write(register, wanted)


def test_where_noise_left_first_the_week_is_refused(program: Program) -> None:
    report(program, LAST)
    register = register_of(program, Access.of_system("officer", "TEST"))
    write(register, Departure("TEST", Method.DIFFERENTIAL_PRIVACY, frozenset({"age"}), frozenset({str(LAST)}), {"rho": 0.1}))
    with pytest.raises(MethodsMixed, match="age of TEST left before by the method differential-privacy"):
        protect_week(program, "TEST", LAST, actor="officer")


def write(register: OperationRegister, departure: Departure) -> None:
    with register.held() as held:
        register_departure(held, departure)


def test_a_month_that_is_not_over_is_not_released(program: Program) -> None:
    with pytest.raises(PeriodNotOver, match="is never changed"):
        protect_sum(program, "TEST", Month.of(LAST.plus(1)), actor="officer")
