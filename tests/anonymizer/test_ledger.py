"""An operation's register in the database: two methods never meet, and a budget is never overspent."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from anonymizer import Method, ledger
from anonymizer.differential_privacy import accounts, state_budget
from anonymizer.differential_privacy.errors import BudgetStands
from anonymizer.register import Departure, departures, register_departure
from anonymizer.register.errors import MethodsMixed, RegisterBroken
from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.postgres.embedded_cluster import EmbeddedCluster
from tests.anonymizer.test_store_protected import administrate
from tests.officer_setting import MONTH, OFFICER, WEEK, Setting, counted_week

HERE = ledger.data_set_of("TEST")


@pytest.fixture
def setting(database: Database, ring: KeyRing) -> Setting:
    return Setting.of(database, ring)


@pytest.fixture
def register(setting: Setting) -> ledger.OperationRegister:
    return ledger.OperationRegister("TEST", lambda: zone(setting))


@contextmanager
def zone(setting: Setting) -> Iterator[Session]:
    with setting.database.transaction(Zone.ANONYMIZER, access=OFFICER) as session:
        yield session


def noise(method: Method, *weeks: Week, variables: tuple[str, ...] = ("origin",)) -> Departure:
    return Departure(HERE, method, frozenset(variables), frozenset(map(str, weeks)), {"rho": 0.01})


def write(register: ledger.OperationRegister, departure: Departure) -> None:
    with register.held() as held:
        register_departure(held, departure)


def written(setting: Setting, period: Week) -> None:
    setting.protect(period)
    with zone(setting) as session:
        ledger.write_down_protected(session, "TEST")


def test_a_protected_week_is_written_down_once_and_refuses_noise_on_its_variables(
    setting: Setting, register: ledger.OperationRegister
) -> None:
    written(setting, WEEK)
    with zone(setting) as session:
        ledger.write_down_protected(session, "TEST")
    [(line, left)] = departures(register.lines())
    assert (left.method, left.periods, left.data_set) == (Method.SUPPRESSION, {str(WEEK)}, HERE)
    assert left.variables == {"origin", "destination", "reason", "sex", "age"}
    for method in (Method.DIFFERENTIAL_PRIVACY, Method.CELL_KEYS):
        with pytest.raises(MethodsMixed, match=f"origin of TEST left before by the method suppression .line {line.number}"):
            write(register, noise(method, WEEK))
    write(register, noise(Method.CELL_KEYS, WEEK.plus(1)))
    write(register, noise(Method.CELL_KEYS, WEEK, variables=("nationality",)))
    assert [line.number for line in register.lines()] == [1, 2, 3]


def test_where_noise_left_first_the_week_is_not_protected(setting: Setting, register: ledger.OperationRegister) -> None:
    write(register, noise(Method.DIFFERENTIAL_PRIVACY, WEEK))
    dimensions = [along for table in counted_week(WEEK).tables for along in table.dimensions]
    for period in (WEEK, MONTH):
        with pytest.raises(MethodsMixed, match="promises nothing beside another release"), zone(setting) as session:
            ledger.require_suppression(session, "TEST", period, dimensions)
    with zone(setting) as session:
        ledger.require_suppression(session, "TEST", WEEK.plus(9), dimensions)
    with pytest.raises(MethodsMixed):
        written(setting, WEEK)


@pytest.mark.parametrize("periods", ['["2026-W06", "2026-W07"]', "[]"])
def test_the_database_itself_keeps_methods_apart(setting: Setting, register: ledger.OperationRegister, periods: str) -> None:
    """Whoever writes a line past the program is refused as well; a release that tells no periods apart meets all."""
    written(setting, WEEK)
    line = (
        "INSERT INTO anonymizer.register_line VALUES ('TEST', 2, 'now', 'release', "
        f'\'{{"data_set": "TEST", "method": "cell-keys", "variables": ["reason"], "periods": {periods}}}\', \'x\')'
    )
    with pytest.raises(DBAPIError, match="another method was used"), zone(setting) as session:
        session.execute(text(line))
    with zone(setting) as session:
        session.execute(text(line.replace("reason", "nationality")))


def test_a_budget_is_stated_once_for_the_people_of_the_operation(setting: Setting, register: ledger.OperationRegister) -> None:
    state_budget(register, HERE, 0.02, 3)
    with pytest.raises(BudgetStands):
        state_budget(register, HERE, 0.5, 3)
    write(register, noise(Method.DIFFERENTIAL_PRIVACY, WEEK))
    [account] = accounts(register.lines())
    assert (account.rho, float(account.spent)) == (0.02, pytest.approx(0.03))
    again = "INSERT INTO anonymizer.register_line SELECT operation, 9, at, kind, says, hash FROM anonymizer.register_line"
    with pytest.raises(DBAPIError, match="one_budget"), zone(setting) as session:
        session.execute(text(f"{again} WHERE kind = 'budget'"))


def test_no_other_name_of_the_people_or_the_weeks_leads_round_it(register: ledger.OperationRegister) -> None:
    with pytest.raises(ledger.LedgerUnfit, match="it speaks of others"):
        write(register, Departure("others", Method.CELL_KEYS, frozenset({"origin"}), frozenset({str(WEEK)}), {}))
    with pytest.raises(ledger.LedgerUnfit, match="week 6 is no week"):
        write(register, Departure(HERE, Method.CELL_KEYS, frozenset({"origin"}), frozenset({"week 6"}), {}))
    assert register.lines() == []


def test_a_line_that_was_changed_is_noticed_and_the_log_has_its_hash(
    setting: Setting, register: ledger.OperationRegister, cluster: EmbeddedCluster, database_name: str
) -> None:
    written(setting, WEEK)
    [line] = register.lines()
    with setting.database.transaction(Zone.AUDIT) as session:
        [entry] = [it for it in audited_entries(session, action=Action.REGISTERED) if "register_line" in it.subject]
    assert entry.detail == {"version": 1, "sha256": line.hash}
    administrate(cluster, database_name, 'UPDATE anonymizer.register_line SET says = says || \'{"method": "synthetic"}\'')
    with pytest.raises(RegisterBroken, match="line 1"):
        register.lines()


def test_what_fails_leaves_no_line(register: ledger.OperationRegister) -> None:
    def fail_after_writing() -> None:
        with register.held() as held:
            register_departure(held, noise(Method.CELL_KEYS, WEEK))
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail_after_writing()
    assert register.lines() == []
