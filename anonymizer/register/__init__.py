"""The register of releases: what left of which people, by which method, and what was spent of a privacy budget.

One file beside the releases, append-only and chained, asked by every method before anything leaves: methods are never mixed
on the same variables and periods, the number of noisy tables is limited, a budget is never overspent.
"""

from anonymizer.register.chained_lines import Held, Line, Register, begin_register
from anonymizer.register.departures import DEPARTURE, Departure, departures, register_departure, require_unmixed

__all__ = [
    "DEPARTURE",
    "Departure",
    "Held",
    "Line",
    "Register",
    "begin_register",
    "departures",
    "register_departure",
    "require_unmixed",
]
