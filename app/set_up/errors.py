"""What is refused of a set-up."""

from core.errors import Problem

__all__ = ["SetUpConflicts", "SetUpUnreadable", "SetUpUnused"]


class SetUpConflicts(Problem):
    code = "APP-176"
    says = "The set-up is at odds with what is here, in these parts: {listed}."
    remedy = "Nothing was brought in. Look at each of them first (`setup import --dry-run`, or Look at on the page)."


class SetUpUnreadable(Problem):
    code = "APP-177"
    says = "The part {part} of the set-up cannot be used: {reason}."
    remedy = "Ask for the file anew from whoever wrote it, with the same version of the program. Nothing of it was used."


class SetUpUnused(Problem):
    code = "APP-178"
    says = "A file of that name is there already, or cannot be made or read."
    remedy = "Name another one. Nothing was written over."
