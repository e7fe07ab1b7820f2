"""The gazetteer as the media file `places.csv`, from which phones offer regions and their districts."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from core.languages import LANGUAGES
from core.places import Place

__all__ = ["places_media"]

COLUMNS: Final = ("name", "label", "parent", "level")
LEVELS: Final = ("country", "region", "district")  # by these words the questionnaires filter


def places_media(places: Iterable[Place]) -> bytes:
    """UTF-8 CSV with a header: `name` (P-code), `label` (its different names joined by ' / '), `parent`, `level`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place in sorted(places, key=lambda place: (place.level, place.code)):
        writer.writerow((place.code, _label(place), place.parent or "", LEVELS[place.level]))
    return text.getvalue().encode()


def _label(place: Place) -> str:
    names = dict.fromkeys(place.names[language] for language in LANGUAGES if place.names.get(language))
    return " / ".join(names) or place.name("en")
