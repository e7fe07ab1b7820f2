"""One notation for the answers to a form's questions, in which equal answers are equal bytes.

A phone's XML and the JSON that a server makes of it are written differently; what was answered is the same.
"""

import json
from typing import Any

from ingest.read_answers import Answers

__all__ = ["same_answers"]


def same_answers(answers: Answers) -> bytes:
    """The answers in an order of their own, without anything that is not an answer to a question of the form."""
    return json.dumps(_plain(answers), sort_keys=True, separators=(",", ":")).encode()


def _plain(answers: Answers) -> list[Any]:
    repeats = {path: [_plain(entry) for entry in entries] for path, entries in answers.repeats.items()}
    return [answers.values, repeats]
