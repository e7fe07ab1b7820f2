"""The register of releases: what left of which people, by which method, and what was spent of a privacy budget.

A file beside the releases, or the database of an operation (`anonymizer.ledger`), append-only and chained, asked by every
method before anything leaves: methods are never mixed on the same variables and periods, the number of noisy tables is limited,
a budget is never overspent.
"""

from anonymizer.register.chained_lines import Book, Held, Line, Register, begin_register, check_chain, next_line, register_at
from anonymizer.register.departures import DEPARTURE, Departure, departures, register_departure, require_unmixed

__all__ = [
    "DEPARTURE",
    "Book",
    "Departure",
    "Held",
    "Line",
    "Register",
    "begin_register",
    "check_chain",
    "departures",
    "next_line",
    "register_at",
    "register_departure",
    "require_unmixed",
]
