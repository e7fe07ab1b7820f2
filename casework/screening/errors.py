"""What a decision of a screening is refused for. A message names rows of the programme and fields, never what was told."""

from core.errors import Problem

__all__ = ["DecisionWaits", "OutcomeUnfit", "ProposalChanged", "SecondOpinionNeeded"]


class SecondOpinionNeeded(Problem):
    code = "CASE-210"
    says = "This decision does not hold before somebody else has looked at it: the programme's rules ask for it (row {rule})."
    remedy = "Submit it for a second opinion; whoever may decide screenings, but not you, confirms it or sends it back."


class OutcomeUnfit(Problem):
    code = "CASE-211"
    says = "The outcome does not fit the decision: a case is opened for who is eligible and wants it, and for nobody else."
    remedy = "Choose to assist, or to refer or close where the person is not eligible or does not want assistance."


class ProposalChanged(Problem):
    code = "CASE-212"
    says = "The rules propose something else than the page showed (row {rule} now): answers or rules were changed meanwhile."
    remedy = "Look at what they propose now, and decide again. Nothing was stored; what you wrote is shown again."


class DecisionWaits(Problem):
    code = "CASE-213"
    says = "Another decision on this screening waits for a second opinion."
    remedy = "Ask somebody else to confirm it or to send it back; then it can be decided anew."
