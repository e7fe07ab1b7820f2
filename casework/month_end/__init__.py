"""The caseload at a month's end: whose case was open, and who came and went since it was told last.

`caseload_facts` counts it by the coarse facts of `casework.counting`, for the program itself, in zone casework: the anonymizer
has no key of any person.
"""

from casework.month_end.caseload_facts import CASELOAD_VARIABLES, CaseloadFact, CaseloadFacts, Change, caseload_facts

__all__ = ["CASELOAD_VARIABLES", "CaseloadFact", "CaseloadFacts", "Change", "caseload_facts"]
