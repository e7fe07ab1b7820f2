"""What if: what an operation's week, month or year would lose under other rules or with coarser codes, before it is protected.

`ask_trial`, `go_on` and `read_trial` answer, choice by choice; `levels_to_leave_out` says what a choice may name. `find_trial`,
`tell_of_trial`, `unfinished_trials` and `weeks_to_read` (whose cases it needs) are for whoever is at it. All work in the
anonymizer's zone and ask for the right `explain_protection` in the whole operation; what tells of a period leaves a line each.
No true count of a hidden cell leaves this room.
"""

from anonymizer.trials.asked_trials import (
    TRIED,
    Trial,
    Tried,
    ask_trial,
    find_trial,
    go_on,
    levels_to_leave_out,
    read_trial,
    tell_of_trial,
    unfinished_trials,
    weeks_to_read,
)
from anonymizer.trials.choices import Choice
from anonymizer.trials.errors import PeriodUnknown, TrialUnfit

__all__ = [
    "TRIED",
    "Choice",
    "PeriodUnknown",
    "Trial",
    "TrialUnfit",
    "Tried",
    "ask_trial",
    "find_trial",
    "go_on",
    "levels_to_leave_out",
    "read_trial",
    "tell_of_trial",
    "unfinished_trials",
    "weeks_to_read",
]
