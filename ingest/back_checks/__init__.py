"""Back-checks, as a post-enumeration survey does: a sample is interviewed again, and the two interviews are compared.

`draw_sample` takes some of every collector's submissions, `tell_outcome` says what came of a second visit: coverage error is
who was never interviewed. `content_errors` tells how often the answers differ, question by question.
"""

from ingest.back_checks.content_error import ContentError, content_errors
from ingest.back_checks.draw_sample import Drawn, Outcome, draw_sample, list_drawn
from ingest.back_checks.errors import BackCheckUnknown, BackCheckUnusable
from ingest.back_checks.tell_outcome import pairs_of, tell_outcome

__all__ = [
    "BackCheckUnknown",
    "BackCheckUnusable",
    "ContentError",
    "Drawn",
    "Outcome",
    "content_errors",
    "draw_sample",
    "list_drawn",
    "pairs_of",
    "tell_outcome",
]
