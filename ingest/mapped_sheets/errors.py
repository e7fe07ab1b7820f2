"""Why a mapping cannot be used, or one is needed."""

from core.errors import Problem

__all__ = [
    "MappingChoiceUnfit",
    "MappingMoved",
    "MappingNeeded",
    "MappingUndecided",
    "MappingUnfit",
    "MappingUnreadable",
]


class MappingNeeded(Problem):
    code = "INGEST-216"
    says = "{file} is no export of KoboToolbox, and it is not said which of its columns answer which questions."
    remedy = "Name a file with --mapping: where it is not there, a suggestion is written to it, to be looked through."


class MappingUnreadable(Problem):
    code = "INGEST-217"
    says = "The mapping {path} cannot be used: {reason}."
    remedy = "Correct it, or name a file that is not there to have a mapping suggested anew."


class MappingUndecided(Problem):
    code = "INGEST-218"
    says = "The mapping {path} leaves open: {listed}."
    remedy = "Decide on each word in it that begins with ?, then import the file again."


class MappingUnfit(Problem):
    code = "INGEST-219"
    says = "The mapping does not fit {file}: {reason}."
    remedy = "Nothing of it was taken in. Correct the mapping, or have one suggested for this file."


class MappingMoved(Problem):
    code = "INGEST-233"
    says = "The mapping of this file was changed since its page was opened."
    remedy = "Nothing was kept. Look at what it says now, and decide again."


class MappingChoiceUnfit(Problem):
    code = "INGEST-234"
    says = "What was chosen for {where} is not among what can be chosen there."
    remedy = "Nothing was kept. Load the page again and choose from its lists."
