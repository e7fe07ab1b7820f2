"""Differential privacy for persons, with a ledger that cannot be overspent.

A data set (the records of a year) has a budget, stated once, as rho of zero-concentrated differential privacy. At most m
records of a person count; every release costs, and stands in the register with its numbers; when the budget is spent, the
answer is no. `plan` says what a question costs and how far its numbers will be off before anything is spent; `measure` asks.
"""

from anonymizer.differential_privacy.budget import Account, account_of, accounts, state_budget
from anonymizer.differential_privacy.clip import Clipped, clip
from anonymizer.differential_privacy.levels import Level, innermost, read_level
from anonymizer.differential_privacy.measure import Measured, Plan, Question, measure, plan
from anonymizer.differential_privacy.noise import DELTA, cost, epsilon_of, expected_error, largest_error, rho_of, scale_for

__all__ = [
    "DELTA",
    "Account",
    "Clipped",
    "Level",
    "Measured",
    "Plan",
    "Question",
    "account_of",
    "accounts",
    "clip",
    "cost",
    "epsilon_of",
    "expected_error",
    "innermost",
    "largest_error",
    "measure",
    "plan",
    "read_level",
    "rho_of",
    "scale_for",
    "state_budget",
]
