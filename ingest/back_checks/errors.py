"""What is refused of back-checks."""

from core.errors import Problem

__all__ = ["BackCheckUnknown", "BackCheckUnusable"]


class BackCheckUnknown(Problem):
    code = "INGEST-175"
    says = "There is no back-check with the code {code} within your reach."
    remedy = "The page of back-checks lists those that were drawn. Codes have six letters and digits."


class BackCheckUnusable(Problem):
    code = "INGEST-176"
    says = "Submission {again} cannot be the second interview of back-check {code}."
    remedy = "It must be another answer to the same form, received later and within your reach, and of one back-check only."
