"""A small operation with weeks that are protected, for tests of what an officer sees of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from anonymizer import CountedWeek, ProtectedPeriod, default_policy, protect
from anonymizer.weeks import KeptPeriod, count_movements, protect_sum, store_protected, sum_counts
from core.access import Access, Grant
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.periods.week import Week
from core.permissions import Role
from core.places import Place, add_places
from tests.exports.conftest import made_facts

__all__ = ["MONTH", "OFFICER", "PLACES", "WEEK", "Setting", "counted_week", "protected_week"]

OPERATION = "TEST"
MONTH = Month.parse("2026-M02")
WEEK = MONTH.weeks[0]
OFFICER = Access("paul", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}


def _places() -> Iterator[Place]:
    names = {"XM": "Marenda", "XM01": "Nordal"}
    for code in ("XM", "XM01", "XM0101", "XM0102", "XM0103"):
        yield Place(code, code[:-2] or None, len(code) // 2 - 1, {"en": names.get(code, code), "ar": "مكان"}, SQUARE)


PLACES = list(_places())


def counted_week(week: Week) -> CountedWeek:
    """Sixty reports of groups of one to nine persons, always the same."""
    facts = made_facts(PLACES, week, reports=60, seed=week.number)
    return count_movements(facts, PLACES, week, operation=OPERATION)


@cache
def protected_week(week: Week) -> KeptPeriod:
    """Protected once for all tests, under the default policy."""
    counted = counted_week(week)
    return KeptPeriod(protect(counted, default_policy()), counted.tables)


@dataclass(frozen=True)
class Setting:
    """A database with the operation's places, to keep protected periods in."""

    database: Database
    ring: KeyRing

    @classmethod
    def of(cls, database: Database, ring: KeyRing) -> "Setting":
        with database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            add_places(session, OPERATION, PLACES)
        return cls(database, ring)

    def protect(self, week: Week) -> KeptPeriod:
        kept = protected_week(week)
        self._store(kept.protected, kept)
        return kept

    def protect_month(self) -> ProtectedPeriod:
        """The month of `WEEK`, and its weeks before."""
        kept = [self.protect(week) for week in MONTH.weeks]
        protected = protect_sum(MONTH, kept, default_policy())
        self._store(protected, KeptPeriod(protected, sum_counts(kept)))
        return protected

    def _store(self, protected: ProtectedPeriod, kept: KeptPeriod) -> None:
        with self.database.transaction(Zone.ANONYMIZER, operation=OPERATION, actor="officer") as session:
            store_protected(session, self.ring, protected, kept.counted)
