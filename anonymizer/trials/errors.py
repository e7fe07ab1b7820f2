"""What an officer's question is refused with."""

from core.errors import Problem

__all__ = ["PeriodUnknown", "TrialUnfit"]


class PeriodUnknown(Problem):
    code = "ANON-140"
    says = "Operation {operation} has no {period}: no report is of it, and nothing of it was protected."
    remedy = "List its periods, and take one from there."


class TrialUnfit(Problem):
    code = "ANON-141"
    says = "That cannot be tried out: {reason}."
    remedy = "Correct what is named and ask again. Nothing was written."
