"""What was done to the person, from the notes of their history, the oldest first."""

from collections.abc import Sequence
from typing import Final

from casework.narrative.report_texts import Spoken
from casework.narrative.section import Section
from casework.trafficking import NoteView

__all__ = ["section_of_history"]

KINDS: Final = "history_"
WORDS: Final = ("means", "note")


def section_of_history(notes: Sequence[NoteView], spoken: Spoken, *, in_words: bool) -> Section:
    """A sentence for each event; how it was done and what else was noted only `in_words`, for it may name others."""
    sentences = []
    for note in notes:
        said = note.said or {}
        asked = {name: said.get(name, "") for name in ("place", "country", "began", "ended")}
        sentences.append(spoken.say(KINDS + said.get("kind", ""), **asked))
        sentences += [spoken.say("words", words=said.get(name, "")) for name in WORDS if in_words]
    return Section("history", sentences, [spoken.say("from_note", day=spoken.day(one.noted_at.date())) for one in notes])
