"""What a caseload is refused for."""

from core.errors import Problem

__all__ = ["ListsFull"]


class ListsFull(Problem):
    code = "CASE-220"
    says = "An account keeps at most {most} lists of cases."
    remedy = "Take one away that you no longer need, then keep this one."
