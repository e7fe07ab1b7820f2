"""What an operation's register refuses by itself."""

from core.errors import Problem

__all__ = ["LedgerUnfit"]


class LedgerUnfit(Problem):
    code = "ANON-160"
    says = "That cannot be written into the register of operation {operation}: {reason}."
    remedy = (
        "Name the people by the operation's code, and periods as the weekly report does (2026-W07), so that methods can meet."
    )
