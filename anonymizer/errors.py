"""What the anonymizer refuses. It fails closed: without a proof there is no table.

A message may name a table, a level and the codes of its hierarchy, never a count that is not published.
"""

from core.errors import Problem

__all__ = [
    "CellUnknown",
    "CertificateUnfit",
    "CodeNotInHierarchy",
    "CodeUnknown",
    "CountUnreadable",
    "CountsNotKept",
    "CountsUnfit",
    "FactBlockMissing",
    "FactBlockMoved",
    "FactCodeUnknown",
    "FactOfAnotherWeek",
    "FolderNotFree",
    "FolderNotWritten",
    "HierarchyFileUnfit",
    "HierarchyUnfit",
    "HistoryUnfit",
    "KnownContradicts",
    "MonthUnfit",
    "NotProven",
    "PeriodAlreadyProtected",
    "PeriodNotProtected",
    "PeriodsChanged",
    "PolicyUnreadable",
    "ProtectedPeriodChanged",
    "ProtectionImpossible",
    "ReleaseUnfit",
    "ReleaseUnreadable",
    "ReleasedOtherwise",
    "SolverGaveUp",
    "TableTooLarge",
    "TableUnreadable",
    "TablesContradict",
    "TotalInTable",
]


class HierarchyUnfit(Problem):
    code = "ANON-001"
    says = "The hierarchy of {dimension} cannot be used: {reason}."
    remedy = "Give every code exactly one parent, up to the one total _T."


class CodeUnknown(Problem):
    code = "ANON-002"
    says = "Report {report} holds a code of {dimension} that the tables do not know."
    remedy = "Count with the gazetteer and code lists that the report was admitted with, or correct the report."


class FactOfAnotherWeek(Problem):
    code = "ANON-003"
    says = "Report {report} belongs to {other}, not to {week}."
    remedy = "Count each week from its own reports."


class CountsUnfit(Problem):
    code = "ANON-004"
    says = "Table {table} cannot be protected: {reason}."
    remedy = "Count the week again from its reports; counts are whole, not negative, and every total is the sum of its parts."


class PolicyUnreadable(Problem):
    code = "ANON-005"
    says = "The policy {path} cannot be used: {reason}."
    remedy = "Correct the file; anonymizer/default_policy.toml shows every setting with its meaning."


class ProtectionImpossible(Problem):
    code = "ANON-010"
    says = "Table {table} cannot be protected under this policy: one of its cells by {level} cannot be hidden well enough."
    remedy = "Allow hide_grand_total, use coarser places or categories, count a longer period, or relax the required interval."


class NotProven(Problem):
    code = "ANON-011"
    says = "The proof of table {table} failed at the cells by {level}: {reason}."
    remedy = "Nothing was stored or released. Report this as a fault of the program, with the week and the policy."


class TablesContradict(Problem):
    code = "ANON-012"
    says = "The published numbers of table {table} contradict each other."
    remedy = "Compare the tables with the release they came from: a number was changed or a file is from another week."


class ReleasedOtherwise(Problem):
    code = "ANON-015"
    says = "A cell of table {table} by {level} was released before with another number."
    remedy = (
        "Count what was released before as it was then: late reports and corrections of a released period stay inside, since "
        "the difference would give away what both numbers hide."
    )


class PeriodsChanged(Problem):
    code = "ANON-016"
    says = "Table {table} does not follow the release before: {reason}."
    remedy = (
        "Give the same hierarchies as then. List every period with all its parts, also those that are still to come; what was "
        "released stands."
    )


class SolverGaveUp(Problem):
    code = "ANON-014"
    says = "The linear program of the attacker came to no answer ({status})."
    remedy = "Nothing was stored or released. Report this as a fault of the program, with the week and the policy."


class CertificateUnfit(Problem):
    code = "ANON-013"
    says = "Table {table} is not the one that was proven safe."
    remedy = "Take tables from protect or load_protected, as they are. A changed table has to be protected anew."


class PeriodAlreadyProtected(Problem):
    code = "ANON-020"
    says = "{period} of {operation} is already protected, with other numbers or under another policy."
    remedy = (
        "Release what is stored. Two versions of a period would give away by their difference what each of them hides; "
        "late reports and corrections stay inside."
    )


class ProtectedPeriodChanged(Problem):
    code = "ANON-021"
    says = "The stored tables of {period} of {operation} are not those that were proven safe."
    remedy = "Treat it as tampering: release nothing of this period, keep the database as it is, and compare with a backup."


class PeriodNotProtected(Problem):
    code = "ANON-022"
    says = "{period} of {operation} has no protected tables."
    remedy = "Protect it first."


class CountsNotKept(Problem):
    code = "ANON-023"
    says = "{period} of {operation} was protected before its counts were kept."
    remedy = "A month needs those of all its weeks. Release the month after, whose weeks were all protected since."


class MonthUnfit(Problem):
    code = "ANON-024"
    says = "{month} cannot be protected: {week} was counted with other places or codes than the weeks before it."
    remedy = "Change the gazetteer between two months. Release the weeks; this month stays unreleased."


class FactBlockMoved(Problem):
    code = "ANON-050"
    says = "Fact block {block} was not built for the week, the place and the sources that it is filed under."
    remedy = "Treat it as tampering: delete the block after comparing with a backup; it is built anew from the store."


class FactBlockMissing(Problem):
    code = "ANON-051"
    says = "Of the fact blocks of week {week}, number {position} or its key is not there, or its column of {variable}."
    remedy = "Treat it as tampering: compare with a backup; delete the week's blocks and they are built anew from the store."


class FactCodeUnknown(Problem):
    code = "ANON-052"
    says = "The facts of week {week} hold a code of {dimension} that the tables do not know."
    remedy = "Count with the gazetteer and code lists that the reports were admitted with, or correct the report."


class TableUnreadable(Problem):
    code = "ANON-060"
    says = "{file} cannot be used: {reason}."
    remedy = "Give a CSV file in UTF-8, separated by commas, with one row of column names and a value in every column."


class CodeNotInHierarchy(Problem):
    code = "ANON-061"
    says = "{file}, line {line}, column {dimension}: the hierarchy has no code {member}."
    remedy = "Add the code to the hierarchy with the code that it is part of, or correct the row."


class TotalInTable(Problem):
    code = "ANON-062"
    says = "{file}, line {line}, column {dimension}: {member} is a total."
    remedy = (
        "Take rows of totals out and give innermost cells only: every total is worked out, so that it is the sum of its parts."
    )


class CountUnreadable(Problem):
    code = "ANON-063"
    says = "{file}, line {line}, column {column}: this is no count: {reason}."
    remedy = "Write whole numbers, 0 or more, in digits 0 to 9 without separators; leave a row out where nobody was counted."


class TableTooLarge(Problem):
    code = "ANON-064"
    says = "{file} is too large to be protected: {reason}."
    remedy = "Take out columns that are no dimensions, or use coarser codes or longer periods."


class HierarchyFileUnfit(Problem):
    code = "ANON-065"
    says = "{file}{at}: the hierarchy of {dimension} cannot be used: {reason}."
    remedy = (
        "Give each code one row with the one code that it is part of, up to one code with an empty parent, which is the total."
    )


class FolderNotFree(Problem):
    code = "ANON-066"
    says = "{folder} is there already and holds something."
    remedy = "Name a folder that is not there yet. A release is never written over another."


class FolderNotWritten(Problem):
    code = "ANON-067"
    says = "The release could not be written to {folder}: {reason}."
    remedy = "Free space on that disk, or name a folder that may be written. Nothing was left there."


class ReleaseUnreadable(Problem):
    code = "ANON-068"
    says = "{folder} is no release that can be read: {reason}."
    remedy = "Name the folder that `anonymizer protect` wrote, with all its files."


class ReleaseUnfit(Problem):
    code = "ANON-069"
    says = "{file}{at}: {reason}."
    remedy = "Compare with the release as it was published: this one was changed or is not complete."


class CellUnknown(Problem):
    code = "ANON-070"
    says = "'{text}' is no cell with its number: {reason}."
    remedy = "Write a cell of the release and what is known of it, for example origin=XM01,destination=_T,reason=flood=12."


class KnownContradicts(Problem):
    code = "ANON-071"
    says = "What is said to be known contradicts the published numbers."
    remedy = "Attack without it. If that goes through, a number that is said to be known is not so."


class HistoryUnfit(Problem):
    code = "ANON-072"
    says = "{given} does not fit with --time, --over and --history: {reason}."
    remedy = "Name the dimension of time, its innermost codes that are over, and the folder of the release before."
