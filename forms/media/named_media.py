"""Which files a form refers to (ODK XForms specification, `jr://` addresses; `search()` of ODK Collect).

Lists from files, what `pulldata` looks up, pictures, sounds and films of labels, and files that the appearance `search()`
names. A name that the phone puts together from an answer is not known before, and is left out.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from forms.errors import MediaMissing
from forms.read_definition import parse_xform, read_form_definition

__all__ = ["media_named", "refuse_missing_media"]

ADDRESS: Final = re.compile(r"^jr://(?:file|file-csv|images|audio|video)/([^/]+)$")
SEARCHED: Final = re.compile(r"\bsearch\(\s*['\"]([^'\"]+)['\"]")
PULLED: Final = re.compile(r"\bpulldata\(\s*['\"]([^'\"]+)['\"]")


def media_named(xform: bytes) -> frozenset[str]:
    """The names of the files; raises `XFormUnreadable`."""
    return frozenset(_named(xform))


def refuse_missing_media(xform: bytes, given: Collection[str]) -> None:
    """Raises `MediaMissing` with the name of every file that the form refers to and that is not given."""
    missing = sorted(media_named(xform) - set(given))
    if missing:
        raise MediaMissing(form_id=read_form_definition(xform).form_id, listed=", ".join(missing))


def _named(xform: bytes) -> Iterator[str]:
    for element in parse_xform(xform).iter():
        said = (
            [*map(str, element.attrib.values()), element.text or ""] if not len(element) else map(str, element.attrib.values())
        )
        for text in said:
            address = ADDRESS.match(text.strip())
            if address:
                yield address[1]
            for name in (*SEARCHED.findall(text), *PULLED.findall(text)):
                yield name if name.endswith(".csv") else f"{name}.csv"
