"""What a week of casework adds to tables: persons, households and events, each counted as what it is.

`case_facts` gives the coarse facts of a week and `case_sources` a digest of what they are made of; `date_interviews` and
`date_entries` file under their weeks what an earlier version of this program took in. For the program itself, in zone casework:
the anonymizer has no key of any person.
"""

from casework.counting.case_facts import (
    AGAIN,
    AGES,
    DECISIONS,
    EVENTS,
    EXPLOITATIONS,
    GENDERS,
    NATIONALITIES,
    OUTCOMES,
    PROVIDERS,
    REFERRALS,
    ROUTES,
    SERVICES,
    SIZES,
    STATELESS,
    UNKNOWN,
    WAITS,
    CaseFacts,
    EventFact,
    HouseholdFact,
    PersonFact,
)
from casework.counting.date_entries import date_entries
from casework.counting.read_case_facts import case_facts, case_sources
from casework.store.week_of_interview import date_interviews

__all__ = [
    "AGAIN",
    "AGES",
    "DECISIONS",
    "EVENTS",
    "EXPLOITATIONS",
    "GENDERS",
    "NATIONALITIES",
    "OUTCOMES",
    "PROVIDERS",
    "REFERRALS",
    "ROUTES",
    "SERVICES",
    "SIZES",
    "STATELESS",
    "UNKNOWN",
    "WAITS",
    "CaseFacts",
    "EventFact",
    "HouseholdFact",
    "PersonFact",
    "case_facts",
    "case_sources",
    "date_entries",
    "date_interviews",
]
