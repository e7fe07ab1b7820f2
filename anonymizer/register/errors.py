"""What the register refuses."""

from core.errors import Problem

__all__ = ["MethodsMixed", "RegisterBroken", "RegisterMissing", "RegisterNotFree"]


class RegisterMissing(Problem):
    code = "ANON-100"
    says = "The register {path} cannot be used: {reason}."
    remedy = (
        "Name the register that all releases of these people are written into; `anonymizer register --new` begins it, once."
    )


class RegisterNotFree(Problem):
    code = "ANON-101"
    says = "{path} is there already."
    remedy = "Go on with it: a second register would know nothing of what left by the first."


class RegisterBroken(Problem):
    code = "ANON-102"
    says = "The register {path} was changed: line {line} is not the one that was written."
    remedy = "Release nothing of these people before it is put back from a copy, whole: what was spent or left stands in it."


class MethodsMixed(Problem):
    code = "ANON-103"
    says = (
        "{variables} of {data_set} left before by the method {earlier} (line {line} of the register, {periods}), "
        "and would now leave by {later}: {reason}."
    )
    remedy = "Stay with the method that was chosen first for these variables and periods, or release others."
