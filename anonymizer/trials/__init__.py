"""What if: what an operation's week, month or year would lose under other rules or with coarser codes, before it is protected.

`ask_trial` asks and `read_trial` answers, choice by choice; `levels_to_leave_out` says what a choice may name. The rest is for
whoever is at it: `unfinished_trials`, `find_trial`, `take_trial`, `weeks_to_read` (whose cases it needs), `open_choice`, which
gives an `OpenedChoice` to be tried without a transaction, `tell_of_trial` and `keep_outcome`. All work in the anonymizer's zone
and ask for the right `explain_protection` in the whole operation; what tells of a period leaves a line each. No true count of a
hidden cell leaves this room but in an `OpenedChoice`, in memory.
"""

from anonymizer.inside.outcome import Outcome
from anonymizer.trials.asked_trials import (
    TRIED,
    Trial,
    Tried,
    ask_trial,
    find_trial,
    keep_outcome,
    levels_to_leave_out,
    open_choice,
    read_trial,
    take_trial,
    tell_of_trial,
    unfinished_trials,
    weeks_to_read,
)
from anonymizer.trials.choices import Choice
from anonymizer.trials.errors import PeriodUnknown, TrialUnfit
from anonymizer.trials.try_choice import OpenedChoice

__all__ = [
    "TRIED",
    "Choice",
    "OpenedChoice",
    "Outcome",
    "PeriodUnknown",
    "Trial",
    "TrialUnfit",
    "Tried",
    "ask_trial",
    "find_trial",
    "keep_outcome",
    "levels_to_leave_out",
    "open_choice",
    "read_trial",
    "take_trial",
    "tell_of_trial",
    "unfinished_trials",
    "weeks_to_read",
]
