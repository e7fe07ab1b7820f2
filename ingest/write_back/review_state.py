"""What a review here says of a submission, which the server that it came from can be told."""

from enum import StrEnum

__all__ = ["ReviewState"]


class ReviewState(StrEnum):
    """What a review says. Each server has words of its own for these."""

    RECEIVED = "received"  # nobody has looked at it yet, or what was said was taken back
    ON_HOLD = "on_hold"
    APPROVED = "approved"
    REJECTED = "rejected"
