"""What is wrong with files that hold answers, and with single records in them."""

from core.errors import Problem

__all__ = ["AnswersAmbiguous", "AnswersTooLarge", "DraftLeft", "FileMissing", "LinkLeft", "NothingFound", "StandsTwice"]


class NothingFound(Problem):
    code = "INGEST-161"
    says = "There are no answers in {path}."
    remedy = "Name the folder of a phone or of ODK Briefcase that holds `instances`, or a table (.xlsx, .csv) with --form."


class FileMissing(Problem):
    code = "INGEST-162"
    says = "{path} is not there, or cannot be read."
    remedy = "Check the path, and that the account of this command may read all that lies below it."


class AnswersAmbiguous(Problem):
    code = "INGEST-163"
    says = "The folder holds several XML files, and none of them bears its name: which one are the answers cannot be told."
    remedy = "Leave only the answers and the files that they name in the folder, and import it again."


class AnswersTooLarge(Problem):
    code = "INGEST-164"
    says = "The answers are larger with their files than the {limit} bytes that are taken in at once."
    remedy = "Nothing of them was read. Raise WAYSTATION_MAX_SUBMISSION_BYTES for this run, or make their files smaller."


class DraftLeft(Problem):
    code = "INGEST-165"
    says = "The phone's own list says that these answers are not finished ({status})."
    remedy = "Finish them on the phone. With --drafts such answers are taken in as they are."


class LinkLeft(Problem):
    code = "INGEST-166"
    says = "This is a link to somewhere else, or no plain file; it was not followed."
    remedy = "Copy the file itself into the folder if it belongs there, and import the folder again."


class StandsTwice(Problem):
    code = "INGEST-167"
    says = "A record before it bears the same id and has other answers."
    remedy = "Imported, the first is taken in and this one kept in quarantine. Find out which is right."
