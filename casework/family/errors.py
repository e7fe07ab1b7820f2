"""What the room of families refuses. No message says how two persons belong together."""

from core.errors import Problem

__all__ = [
    "CaseBeyondReach",
    "HouseholdUnknown",
    "InHouseholdAlready",
    "NameMissing",
    "NotInHousehold",
    "RelatedAlready",
    "RelatedToThemselves",
    "RelationshipUnknown",
    "StepUnknown",
]


class RelatedToThemselves(Problem):
    code = "CASE-200"
    says = "Person {person} and person {other} are one human being, who is no relative of themselves."
    remedy = "Nothing was noted. Name somebody else; where the two records are of two people, undo their link first."


class RelatedAlready(Problem):
    code = "CASE-201"
    says = "This is noted of person {person} and person {other} already."
    remedy = "Nothing was changed. Show the line to read it; end it first where something else is true now."


class RelationshipUnknown(Problem):
    code = "CASE-202"
    says = "There is no relationship {relationship} in your reach that stands."
    remedy = "Open the person again: a colleague may have ended it, or taken it back."


class HouseholdUnknown(Problem):
    code = "CASE-203"
    says = "There is no household {household} in your reach."
    remedy = "Open the person again and take the household from their page."


class InHouseholdAlready(Problem):
    code = "CASE-204"
    says = "Person {person} belongs to household {household} already."
    remedy = "Nothing was changed. Who had left it comes back by the button beside them."


class NotInHousehold(Problem):
    code = "CASE-205"
    says = "Person {person} is not in household {household}, or has left it."
    remedy = "Open the person again: a colleague may have changed the household meanwhile."


class CaseBeyondReach(Problem):
    code = "CASE-206"
    says = "Household {household} belongs to a case, or has a head, beyond your reach."
    remedy = "Ask the team in whose hands that case is to change the household, or ask for both records in one custody."


class NameMissing(Problem):
    code = "CASE-207"
    says = "A new member of a household needs a name."
    remedy = "Write the name that the person goes by; a single one is enough."


class StepUnknown(Problem):
    code = "CASE-208"
    says = "There is no step {step} in your reach that waits to be done."
    remedy = "Open the child again: a colleague may have noted it as done."
