"""Why a file cannot be read as a table."""

from core.errors import Problem

__all__ = ["EncodingUnknown", "TableBroken", "TableTooLarge", "TableUnreadable"]


class TableUnreadable(Problem):
    code = "INGEST-211"
    says = "{file} cannot be read as a table: {reason}."
    remedy = "Nothing of it was taken in. Save it as .xlsx or as CSV in UTF-8 in the program that wrote it, without a password."


class TableTooLarge(Problem):
    code = "INGEST-212"
    says = "{file} unpacks to more than is read: {part} would hold {size} bytes."
    remedy = "Nothing of it was taken in. At most {limit} bytes are read of that part: save it in several files."


class TableBroken(Problem):
    code = "INGEST-213"
    says = "{file} is broken off or damaged at sheet '{sheet}', after row {row} ({reason})."
    remedy = "What stands before was taken in. Ask for the file again and import it whole: what is known stays as it is."


class EncodingUnknown(Problem):
    code = "INGEST-214"
    says = "{file} is not in {encoding}: line {line} cannot be read in it."
    remedy = "Nothing of it was taken in. Save it in UTF-8, or name its code page, for example --encoding windows-1256."
