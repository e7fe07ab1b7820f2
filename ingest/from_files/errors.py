"""What is wrong with files that hold answers, and with single records in them."""

from core.errors import Problem
from ingest.errors import Outcome, Refused

__all__ = [
    "AnswersAmbiguous",
    "AnswersTooLarge",
    "ArchiveRefused",
    "CellUnreadable",
    "ColumnStandsTwice",
    "DraftLeft",
    "EntriesUnasked",
    "EntryWithoutRecord",
    "FileDamaged",
    "FileMissing",
    "FormOfRowUnknown",
    "LinkLeft",
    "NothingFound",
    "ReadingEnded",
    "RecordsOutOfOrder",
    "RowNameless",
    "SheetOutOfOrder",
    "SheetUnrelated",
    "StandsTwice",
    "TableNeedsForm",
]


class CellUnreadable(Refused):
    code = "INGEST-061"
    says = "Sheet '{sheet}', row {row}, column '{column}' holds {reason}."
    remedy = "The row is kept in quarantine. Correct the cell and import the file again: what is known stays as it is."
    outcome = Outcome.MALFORMED


class RowNameless(Refused):
    code = "INGEST-062"
    says = "Sheet '{sheet}', row {row} has no id (`_uuid` or `meta/instanceID`), so a copy could not be told from a new record."
    remedy = "The row is kept in quarantine. Export the form again with its metadata."
    outcome = Outcome.MALFORMED


class EntryWithoutRecord(Refused):
    code = "INGEST-063"
    says = "Sheet '{sheet}', row {row} belongs to a record that is not in the file."
    remedy = "The row is kept in quarantine. Export the form again whole, with the sheets of all repeats."
    outcome = Outcome.MALFORMED


class FormOfRowUnknown(Refused):
    code = "INGEST-064"
    says = "Form '{form_id}' is not published in this operation."
    remedy = "The row is kept in quarantine. Publish the form and import the file again."
    outcome = Outcome.UNKNOWN_FORM


class EntriesUnasked(Refused):
    code = "INGEST-065"
    says = "The entries of sheet '{sheet}', row {row}, belong to no repeat of form '{form_id}', version '{version}'."
    remedy = "The record is kept in quarantine. Publish the version that it was answered by and import the file again."
    outcome = Outcome.UNKNOWN_FORM


class NothingFound(Problem):
    code = "INGEST-201"
    says = "There are no answers in {path}."
    remedy = "Name the folder of a phone or of ODK Briefcase that holds `instances`, or a table (.xlsx, .csv) with --form."


class FileMissing(Problem):
    code = "INGEST-202"
    says = "{path} is not there, or cannot be read."
    remedy = "Check the path, and that the account of this command may read all that lies below it."


class AnswersAmbiguous(Problem):
    code = "INGEST-203"
    says = "The folder holds several XML files, and none of them bears its name: which one are the answers cannot be told."
    remedy = "Leave only the answers and the files that they name in the folder, and import it again."


class AnswersTooLarge(Problem):
    code = "INGEST-204"
    says = "The answers are larger with their files than the {limit} bytes that are taken in at once."
    remedy = "Nothing of them was read. Raise WAYSTATION_MAX_SUBMISSION_BYTES for this run, or make their files smaller."


class DraftLeft(Problem):
    code = "INGEST-205"
    says = "The phone's own list says that these answers are not finished ({status})."
    remedy = "Finish them on the phone. With --drafts such answers are taken in as they are."


class LinkLeft(Problem):
    code = "INGEST-206"
    says = "This is a link to somewhere else, or no plain file; it was not followed."
    remedy = "Copy the file itself into the folder if it belongs there, and import the folder again."


class ArchiveRefused(Problem):
    code = "INGEST-230"
    says = "{file} is not unpacked: {reason}."
    remedy = "Nothing of it was taken in. Pack the folder anew, without a password, or name the unpacked folder."


class FileDamaged(Problem):
    code = "INGEST-231"
    says = "The answers, or a file beside them, are damaged in the archive."
    remedy = "Nothing of them was taken in. Pack the folder anew and import it again: what is known stays as it is."


class StandsTwice(Problem):
    code = "INGEST-207"
    says = "A record before it bears the same id and has other answers."
    remedy = "Imported, the first is taken in and this one kept in quarantine. Find out which is right."


class ColumnStandsTwice(Problem):
    code = "INGEST-208"
    says = "Sheet '{sheet}' of {file} has two columns with the header '{column}'."
    remedy = "Nothing of it was taken in. Rename or delete one of them; which one holds the answers cannot be told."


class SheetUnrelated(Problem):
    code = "INGEST-209"
    says = "Sheet '{sheet}' of {file} holds entries of a sheet '{parent}', which is not there."
    remedy = "Nothing of it was taken in. Export the form again with all its sheets, and leave their names as they are."


class SheetOutOfOrder(Problem):
    code = "INGEST-210"
    says = "Sheet '{sheet}' of {file} is not in the order of its column '{column}': see row {row}."
    remedy = "Nothing of it was taken in. Sort the sheet by that column, smallest first, and import the file again."


class RecordsOutOfOrder(Problem):
    code = "INGEST-220"
    says = "Sheet '{sheet}' of {file} is not in the order of its column '{column}': see row {row}."
    remedy = "What stands before was taken in and is right. Sort the sheet by that column and import the file again."


class ReadingEnded(Problem):
    code = "INGEST-235"
    says = "The process that read the file has ended before the file did."
    remedy = "What stands before was taken in and is right. Import the file again: what is known stays as it is."


class TableNeedsForm(Problem):
    code = "INGEST-215"
    says = "{file} is a table, and no published form was named that its rows answer."
    remedy = "Name one with --form; `bin/waystation forms list` shows those of the operation."
