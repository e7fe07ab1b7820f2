"""What may be spent of a data set, and what is: the ledger's side of the register.

A person has at most m records that count in all periods together. A release whose noise makes one record cost rho costs a
person with n records in its periods n rho, since they change n cells by one each. So whatever the releases are, a person's
loss is the sum over their records of what was released about the record's period, at most m times the most that was
released about any one period. That is what counts as spent: periods are paid for side by side, and releases of one period
one after the other (zero-concentrated privacy adds up, also when each question follows from the answers before).
Losses are added as exact fractions, so that rounding spends nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from anonymizer.differential_privacy.errors import BudgetMissing, BudgetSpent, BudgetStands, RhoUnfit
from anonymizer.differential_privacy.noise import MOST_RHO
from anonymizer.method import Method
from anonymizer.register import Book, Line, departures

__all__ = ["Account", "account_of", "accounts", "state_budget"]

BUDGET: Final = "budget"


@dataclass(frozen=True)
class Account:
    """A budget as it stands: `of_periods` is what one record of each period has cost so far."""

    data_set: str
    rho: float
    most: int
    of_periods: Mapping[str, Fraction]

    @property
    def spent(self) -> Fraction:
        """The most that any person can have lost, as rho."""
        return self.most * max(self.of_periods.values(), default=Fraction(0))

    def after(self, cost: float, periods: Iterable[str]) -> "Account":
        """The account after a release about these periods in which one record costs `cost`."""
        costs = {period: self.of_periods.get(period, Fraction(0)) + Fraction(cost) for period in periods}
        return replace(self, of_periods={**self.of_periods, **costs})

    def require_within(self, before: "Account") -> None:
        """Raise `BudgetSpent` where this is more than the budget."""
        if self.spent > Fraction(self.rho):
            spent, after = float(before.spent), float(self.spent)
            raise BudgetSpent(data_set=self.data_set, budget=self.rho, spent=f"{spent:.6g}", after=f"{after:.6g}")


def state_budget(register: Book, data_set: str, rho: float, most: int) -> Line:
    """State a data set's budget, once. Raises `BudgetStands` or `RhoUnfit`."""
    if not 0 < rho <= MOST_RHO or most < 1:
        raise RhoUnfit(reason=f"a budget is above 0 and at most {MOST_RHO:g}, and a person has at least one record")
    with register.held() as held:
        for line in held.lines:
            if line.kind == BUDGET and line.says["data_set"] == data_set:
                raise BudgetStands(data_set=data_set, line=line.number)
        return held.append(BUDGET, {"data_set": data_set, "rho": rho, "most": most})


def account_of(lines: Sequence[Line], data_set: str, path: Path) -> Account:
    """The account of a data set. Raises `BudgetMissing`."""
    for account in accounts(lines):
        if account.data_set == data_set:
            return account
    raise BudgetMissing(path=path, data_set=data_set)


def accounts(lines: Sequence[Line]) -> list[Account]:
    """Every account in the register."""
    found: dict[str, Account] = {}
    for line in lines:
        if line.kind == BUDGET:
            found[line.says["data_set"]] = Account(line.says["data_set"], float(line.says["rho"]), int(line.says["most"]), {})
    for _, left in departures(lines):
        if left.method is Method.DIFFERENTIAL_PRIVACY:
            found[left.data_set] = found[left.data_set].after(float(left.detail["rho"]), left.periods)
    return list(found.values())
