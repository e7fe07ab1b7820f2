"""A part of a draft: a heading, sentences, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from casework.narrative.report_texts import Spoken

__all__ = ["Section"]


@dataclass(frozen=True)
class Section:
    """`heading` names a text; `sources` are in words, in the language of the draft."""

    heading: str
    sentences: Sequence[str] = field(repr=False)
    sources: Sequence[str] = ()

    def written(self, spoken: Spoken) -> str:
        """As plain text; empty where there is nothing to say."""
        said = [one for one in self.sentences if one]
        if not said:
            return ""
        sources = spoken.say("sources", sources="; ".join(dict.fromkeys(self.sources)))
        return "\n".join(filter(None, [spoken.say(self.heading).upper(), *said, sources]))
