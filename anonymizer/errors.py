"""What the anonymizer refuses. It fails closed: without a proof there is no table.

A message may name a table, a level and the codes of its hierarchy, never a count that is not published.
"""

from core.errors import Problem

__all__ = [
    "CellUnknown",
    "CertificateUnfit",
    "ChoiceUnfit",
    "CoarseningUnfit",
    "CoarserUnreadable",
    "CodeNotInHierarchy",
    "CodeUnknown",
    "CodesNotDeclared",
    "CodesNotWritten",
    "ContributorMissing",
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
    "NotProven",
    "OutsideDiffers",
    "OutsideUnfit",
    "PartsUnfit",
    "PeriodAlreadyProtected",
    "PeriodNotProtected",
    "PeriodsChanged",
    "PolicyUnfit",
    "PolicyUnreadable",
    "ProtectedPeriodChanged",
    "ProtectionImpossible",
    "ReleaseUnfit",
    "ReleaseUnreadable",
    "ReleasedOtherwise",
    "ResumeUnfit",
    "RoundedBefore",
    "RoundingUnfit",
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
    """Beside its text, which counts them, it names the cells: `unprotected`, for the screen of whoever protects."""

    code = "ANON-010"
    says = "Table {table} cannot be protected under this policy: of its cells, {cells} cannot be hidden well enough."
    remedy = "One of these may help: {help}; count a longer period. Try it first with `anonymizer what-if`."

    def __init__(self, *, unprotected: tuple[tuple[tuple[tuple[str, str], ...], str], ...] = (), **where: object) -> None:
        self.unprotected = unprotected
        super().__init__(**where)


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


class PolicyUnfit(Problem):
    code = "ANON-006"
    says = "The policy does not fit the tables: {reason}."
    remedy = "Correct it, or state under [table.NAME] what is for one table only. A rule that fits nothing protects nobody."


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


class CoarseningUnfit(Problem):
    code = "ANON-017"
    says = "{dimension} cannot be made coarser so: {reason}."
    remedy = "Merge two or more codes that have the same parent under a new name, or leave out a level below the first."


class RoundingUnfit(Problem):
    code = "ANON-018"
    says = "Table {table} cannot be protected by rounding: {reason}."
    remedy = (
        "Take a base that is at least the policy's threshold, and a secret of 16 random bytes or more; or protect the table by "
        "suppression, which keeps every rule of the policy."
    )


class RoundedBefore(Problem):
    code = "ANON-019"
    says = "{variables} of {data_set} left rounded before (line {line} of the register), and this is another rounding."
    remedy = (
        "Hand out what left then. Two roundings of one number bound it from both sides; round all that is needed of the same "
        "people in one table, and corrections stay inside."
    )


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
    remedy = "A month or year needs those of all its weeks. Release the one after, whose weeks were all protected since."


class PartsUnfit(Problem):
    code = "ANON-024"
    says = "{whole} cannot be protected: {part} was counted with other places or codes than what lies before it."
    remedy = "Change the gazetteer between two months, best between two years. Release its parts; {whole} stays unreleased."


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
    says = "'{text}' names no cell: {reason}."
    remedy = (
        "Write a cell by its codes, for example origin=XM01,destination=_T,reason=flood, and where its number is asked for, "
        "that after another =: origin=XM01,destination=_T,reason=flood=12."
    )


class KnownContradicts(Problem):
    code = "ANON-071"
    says = "What is said to be known contradicts the published numbers."
    remedy = "Attack without it. If that goes through, a number that is said to be known is not so."


class HistoryUnfit(Problem):
    code = "ANON-072"
    says = "{given} does not fit with --time, --over and --history: {reason}."
    remedy = "Name the dimension of time, its innermost codes that are over, and the folder of the release before."


class ChoiceUnfit(Problem):
    code = "ANON-080"
    says = "'{text}' is no choice of columns for a table: {reason}."
    remedy = "Write a name and columns, for example --table places=origin,destination --table reasons=origin:1,reason."


class CodesNotDeclared(Problem):
    code = "ANON-090"
    says = "{file}: the codes of column {dimension} are not declared."
    remedy = (
        "Give it a hierarchy file with every code that there can be. Where codes are taken from the rows, a rare one in the "
        "release tells already that somebody has it."
    )


class CoarserUnreadable(Problem):
    code = "ANON-073"
    says = "'{text}' does not say what is to become coarser: {reason}."
    remedy = "Write --drop-level origin=2 to leave out level 2 and what is below it, or --merge reason=flood+drought:natural."


class CodesNotWritten(Problem):
    code = "ANON-075"
    says = "What codes become could not be written to {path}: {reason}."
    remedy = "Name a file that is not there yet, in a folder that may be written. What was chosen before is never overwritten."


class ContributorMissing(Problem):
    code = "ANON-074"
    says = "{file}, line {line}, column {column}: the row names no contributor."
    remedy = "Name the contributor of every row, in whatever way: the column is counted, and neither published nor written."


class OutsideUnfit(Problem):
    code = "ANON-081"
    says = "{file}{at}: this is no total that can be known of the release: {reason}."
    remedy = (
        "Give dimensions of the release, their codes (several joined by +) and the column total. Where no table has all these "
        "dimensions, release such a table too, so that it is protected with the others."
    )


class OutsideDiffers(Problem):
    code = "ANON-082"
    says = "{file}, line {line}: the total published elsewhere is not what the table counts."
    remedy = (
        "Find out why. If it was counted otherwise (other people, other dates, other definitions), write otherwise into its "
        "column counted: then it tells nothing of this table, and is not used."
    )


class ResumeUnfit(Problem):
    code = "ANON-089"
    says = "The search cannot go on from {path}: {reason}."
    remedy = "Give the key that it was begun with, in a file for its owner alone; or remove what was kept, and search anew."
