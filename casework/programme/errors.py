"""What a programme of casework is refused for."""

from core.errors import Problem

__all__ = ["ProgrammeNotRewritable", "ProgrammeUnreadable"]


class ProgrammeUnreadable(Problem):
    code = "CASE-180"
    says = "The programme of casework cannot be used: {where}: {reason}."
    remedy = "Correct that place of the text; `casework/programme/programme.toml` shows what each section may hold."


class ProgrammeNotRewritable(Problem):
    code = "CASE-240"
    says = "Section {section} of the programme is written in a way that the page cannot change line by line."
    remedy = 'Change it on the page of the whole text: one code a line, as `medical = { en = "Medical care" }`.'
