"""What can go wrong on the way out."""

from core.errors import Problem

__all__ = ["AlreadyReleased", "FolderTaken", "HistoryUnfit", "LetterMissing", "PlaceUnknown", "ReleaseNotWritten"]


class FolderTaken(Problem):
    code = "EXPORT-001"
    says = "Another release already stands in {folder}; its file {file} differs."
    remedy = "Name another folder. A release is never changed under its name; move the old one away if it was only a trial."


class ReleaseNotWritten(Problem):
    code = "EXPORT-002"
    says = "The release could not be written to {folder}: {reason}."
    remedy = (
        "Free space on that disk, or name a folder that may be written, and build the release again. Nothing was left there."
    )


class HistoryUnfit(Problem):
    code = "EXPORT-003"
    says = "{given} cannot stand before {period} of {operation} in one report."
    remedy = "Hand over earlier weeks of the same operation, or months before a month, each of them once."


class PlaceUnknown(Problem):
    code = "EXPORT-004"
    says = "The protected tables name the place {place}, which the gazetteer does not hold."
    remedy = "Build the release with the gazetteer that the period was counted with."


class AlreadyReleased(Problem):
    code = "EXPORT-005"
    says = "{period} of {operation} was released before, with other files (checksum {released} there, {given} here)."
    remedy = "Keep the release that stands. A correction needs a release of its own with a notice of what changed."


class LetterMissing(Problem):
    code = "EXPORT-006"
    says = "The report in language '{language}' cannot be set on paper: {reason}."
    remedy = "Where a letter cannot be displayed, give that name in another script, or add a font that has it to exports/fonts."
