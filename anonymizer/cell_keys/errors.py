"""What perturbation by cell keys refuses."""

from core.errors import Problem

__all__ = ["NoiseUnfit", "RecordTwice", "SecretNotFree", "SecretUnfit", "TooManyTables"]


class SecretUnfit(Problem):
    code = "ANON-110"
    says = "The secret file {path} cannot be used: {reason}."
    remedy = (
        "Name the file that `anonymizer secret` made for these people, unchanged and readable by its owner only (mode 600)."
    )


class SecretNotFree(Problem):
    code = "ANON-111"
    says = "{path} is there already."
    remedy = (
        "Go on with it: with another secret the same cells would get other noise, and their mean would show what both hide."
    )


class NoiseUnfit(Problem):
    code = "ANON-112"
    says = "No noise has these bounds: {reason}."
    remedy = (
        "Choose the smallest number that may be shown (least), then a variance above the bound named, and a greatest change "
        "above that variance."
    )


class RecordTwice(Problem):
    code = "ANON-113"
    says = "{file}, line {line}, column {column}: this record stands in the file before."
    remedy = "Give each record one row and an id of its own, the same in every file: its key, and so the noise, comes from it."


class TooManyTables(Problem):
    code = "ANON-114"
    says = "{data_set} has left in {tables} noisy tables{which}, and no more than {most} may leave."
    remedy = (
        "Take the number from a table that left before. Each further table lets its reader take the mean of more numbers about "
        "the same people, and so take the noise out."
    )
