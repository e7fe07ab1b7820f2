"""What a programme of casework is refused for."""

from core.errors import Problem

__all__ = ["ProgrammeUnreadable"]


class ProgrammeUnreadable(Problem):
    code = "CASE-180"
    says = "The programme of casework cannot be used: {where}: {reason}."
    remedy = "Correct that place of the text; `casework/programme/programme.toml` shows what each section may hold."
