"""The guides of `docs/guides`, one for each kind of work, read from their Markdown and made into HTML of ours.

Raw HTML in them is text. A link to another guide leads to its page here; one that leads elsewhere in the documentation is
words alone, for only the guides are served. A picture opens when it is asked for, so that a guide is read on a slow line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.languages import DEFAULT_LANGUAGE
from core.permissions import Role

__all__ = ["GUIDES", "GUIDE_OF", "PICTURES", "Guide", "read_guide"]

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PICTURES: Final = DOCS / "pictures"
HERE: Final = "/help"

# By the text that names it.
GUIDES: Final[Mapping[str, str]] = {
    "enumerator": "guide_enumerator",
    "caseworker": "role_caseworker",
    "supervisor": "role_supervisor",
    "protection-officer": "role_protection_officer",
    "data-protection-officer": "role_data_protection_officer",
    "auditor": "role_auditor",
    "administrator": "role_administrator",
    "partner": "role_partner",
}
GUIDE_OF: Final[Mapping[Role, str]] = {role: role.value.replace("_", "-") for role in Role}


@dataclass(frozen=True)
class Guide:
    """A guide to show: its HTML, and the language that it is written in."""

    title: str
    html: str
    language: str


@cache
def read_guide(name: str, language: str) -> Guide:
    """A guide of `GUIDES` in the reader's language, in English where it is not translated."""
    path = DOCS / "guides" / f"{name}.{language}.md"
    if not path.is_file():
        path, language = DOCS / "guides" / f"{name}.md", DEFAULT_LANGUAGE
    read = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = read.parse(path.read_text(encoding="utf-8"))
    title = next(inline.content for heading, inline in pairwise(tokens) if heading.tag == "h1")
    for token in tokens:
        token.children = list(_linked(token.children or []))
    return Guide(title, read.renderer.render(list(_pictured(tokens)), read.options, {}), language)


def _linked(words: Sequence[Token]) -> Iterator[Token]:
    """Links to guides, by their pages here; what else is linked is left as words."""
    leads: list[bool] = []
    for token in words:
        if token.type == "link_open":
            name = str(token.attrs["href"]).split("#")[0].removesuffix(".md")
            leads.append(name in GUIDES)
            token.attrs["href"] = f"{HERE}/{name}"
        if token.type not in {"link_open", "link_close"} or (leads[-1] if token.type == "link_open" else leads.pop()):
            yield token


def _pictured(tokens: Sequence[Token]) -> Iterator[Token]:
    """A paragraph that is a picture becomes one that opens."""
    place = 0
    while place < len(tokens):
        children = tokens[place + 1].children if tokens[place].type == "paragraph_open" else None
        if children and [it.type for it in children] == ["image"]:
            source, told = Path(str(children[0].attrs["src"])).name, escape(children[0].content)
            picture = f'<img src="{HERE}/pictures/{escape(source)}" alt="{told}" loading="lazy">'
            shown = Token("html_block", "", 0)
            shown.content = f'<details class="picture"><summary>{told}</summary>{picture}</details>\n'
            yield shown
            place += 3
        else:
            yield tokens[place]
            place += 1
