"""What releases of records refuse."""

from core.errors import Problem

__all__ = ["MicrodataImpossible", "MicrodataTwice", "SourceUnfit"]


class MicrodataImpossible(Problem):
    code = "ANON-130"
    says = "No records of {file} can be released: {reason}."
    remedy = (
        "Release more persons at once, leave out columns, allow more records to be hidden, or ask for less diversity; or "
        "release a table instead."
    )


class MicrodataTwice(Problem):
    code = "ANON-131"
    says = "Records of {data_set} with {variables} left before ({periods}; line {line} of the register)."
    remedy = "Release other periods. Whoever has two releases of the same persons looks for who is in the same class in both."


class SourceUnfit(Problem):
    code = "ANON-132"
    says = "No records can be drawn from {folder}: {reason}."
    remedy = "Name a release of counts that is verified and tells all its dimensions apart down to the innermost codes."
