"""Why answers that name a case as an entity are kept aside."""

from core.errors import Problem

__all__ = ["CaseElsewhere", "CaseErased", "CaseIdTaken", "EntityUnusable"]


class CaseErased(Problem):
    code = "CASE-014"
    says = "The case that the answers name as an entity was erased, so nothing is made of them."
    remedy = (
        "Nobody is created again by what a phone still holds. Erase the submission: it stays encrypted in quarantine until "
        "then. If the person has come back and agrees, screen them anew."
    )


class CaseElsewhere(Problem):
    code = "CASE-015"
    # Without the case's id, and without whose it is: see ReferenceTaken.
    says = "The case that the answers name as an entity does not lie in the custody that they were sent for."
    remedy = (
        "It was given to others after the phone had fetched its list, or never was theirs. Ask who it lies with; if the "
        "answers belong to it, give the case to the phone's team, admit the interview again, and give it back."
    )


class EntityUnusable(Problem):
    code = "CASE-016"
    says = "The answers name a case in a way that cannot be used: {reason}."
    remedy = "Correct the form's sheet `entities`, publish a new version, and have the interview entered again."


class CaseIdTaken(Problem):
    code = "CASE-017"
    says = "The id that the phone gave to the new case is that of another case."
    remedy = "Ask which program wrote the answers: a phone draws such ids. Have the interview entered again with a new form."
