"""What is refused of a file in the shape of the standard."""

from core.errors import Problem

__all__ = ["HtcdsUnreadable"]


class HtcdsUnreadable(Problem):
    code = "CASE-260"
    says = "The file {file} cannot be read as HTCDS: {reason}."
    remedy = (
        "Nothing of it was taken in. It is a table (.csv, .xlsx) with the standard's names as headers, or JSON with a list of "
        "objects whose names are these. See docs/htcds.md."
    )
