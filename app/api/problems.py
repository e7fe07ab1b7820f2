"""The problems that only the interface for programs can have."""

from core.errors import Problem

__all__ = ["BodyUnfit", "ConditionMissing", "NothingHere"]


class BodyUnfit(Problem):
    code = "APP-182"
    says = "What was sent is not as the interface asks for it: {fields}."
    remedy = "Nothing was changed. Compare with docs/api.md or /api/v1/openapi.json, which say what each request holds."


class ConditionMissing(Problem):
    code = "APP-183"
    says = "An answer has to say which state of the referral it answers."
    remedy = "Send the header If-Match with the ETag that came with the referral when it was read. Nothing was changed."


class NothingHere(Problem):
    code = "APP-184"
    says = "The interface has nothing at this address, or nothing that is asked for in this way."
    remedy = "Compare with docs/api.md or /api/v1/openapi.json, which list the addresses."
