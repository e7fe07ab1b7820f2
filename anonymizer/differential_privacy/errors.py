"""What differential privacy refuses. Nothing is spent by a refusal."""

from core.errors import Problem

__all__ = [
    "BudgetMissing",
    "BudgetSpent",
    "BudgetStands",
    "LevelUnfit",
    "MeasuredBefore",
    "PeriodsUnfit",
    "ReportedSince",
    "RhoUnfit",
]


class BudgetMissing(Problem):
    code = "ANON-120"
    says = "The register {path} states no privacy budget for {data_set}."
    remedy = "State it once, before anything is spent: `anonymizer dp budget`."


class BudgetStands(Problem):
    code = "ANON-121"
    says = "{data_set} has a privacy budget already (line {line} of the register)."
    remedy = (
        "Stay within it. A budget that can be raised promises nothing; the next year is another data set, with one of its own."
    )


class BudgetSpent(Problem):
    code = "ANON-122"
    says = "This would spend {data_set} up to rho = {after}, and the budget is rho = {budget}; {spent} is spent already."
    remedy = (
        "Ask for coarser levels with a smaller rho, or for nothing more of these periods. What was released can be used again."
    )


class MeasuredBefore(Problem):
    code = "ANON-123"
    says = "{level} of {data_set} was released before for {periods} (line {line} of the register)."
    remedy = (
        "Use what was released, or ask for the other periods only. Of the same number with new noise its readers would take "
        "the mean."
    )


class ReportedSince(Problem):
    code = "ANON-124"
    says = "What was released of {data_set} for {period} is not what the file holds for it now."
    remedy = (
        "Give the same columns always, and the records of released periods as they were then: how many of a person count in "
        "other periods follows from them. Late reports and corrections of a released period stay inside."
    )


class LevelUnfit(Problem):
    code = "ANON-125"
    says = "'{text}' is no level of this table: {reason}."
    remedy = (
        "Write the dimensions that are told apart, with a depth where not to the innermost codes: origin:1,reason; or total."
    )


class PeriodsUnfit(Problem):
    code = "ANON-126"
    says = "{given} does not fit with --time and --over: {reason}."
    remedy = "Name the column of time and innermost codes of its hierarchy that are over."


class RhoUnfit(Problem):
    code = "ANON-127"
    says = "The privacy loss cannot be used: {reason}."
    remedy = (
        "Give a positive rho, or an epsilon at a delta. A data set of a year with epsilon = 1 at delta = 1e-6 has about 0.02."
    )
