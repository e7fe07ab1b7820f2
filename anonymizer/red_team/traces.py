"""Attack 12: look at what nobody meant to say.

Marks that differ, rows that are missing or stand in an order of their numbers, files that are there in some weeks only,
moments at which something was written, remarks in the source, bytes behind the end of a file: whatever differs between
two cells that are not shown, or between two releases, and does not follow from published numbers. How releases are served
is tried where they are.
"""

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, Final

from lxml import etree
from pypdf import PdfReader

from anonymizer.red_team.finding import Finding, Findings
from anonymizer.red_team.open_release import Published, Sheet
from anonymizer.red_team.read_report import page_of
from anonymizer.red_team.read_sentences import XML

__all__ = ["attack"]

NAME: Final = "traces"
WRITTEN: Final = 60.0  # seconds in which the files of a release are written or copied
NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
XMP_MOMENT: Final = re.compile(rb"<xmp:(?:CreateDate|ModifyDate)>([^<]+)<")
REMARK: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def attack(releases: Sequence[Published]) -> Findings:
    """Every trace of a release that does not follow from its published numbers."""
    for release in releases:
        for sheet in release.sheets:
            for tells in (*_marks(sheet), *_rows(sheet), *_order(release, sheet), *_spelling(release, sheet)):
                yield Finding(NAME, release.name, sheet.path, tells)
        for place, tells in (*_moments(release), *_remarks(release)):
            yield Finding(NAME, release.name, place, tells)
    yield from _between(releases)


def _marks(sheet: Sheet) -> Iterator[str]:
    """Whatever stands beside the codes is alike in all rows that are not shown, and in all that are but for the number."""
    codes = {dimension.name for dimension in sheet.dimensions}
    looks: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
    for row in sheet.rows:
        shown = row[sheet.measure].isdigit()
        looks[shown].add(
            tuple("" if shown and name == sheet.measure else text for name, text in row.items() if name not in codes)
        )
    for shown, found in looks.items():
        if len(found) > 1:
            yield f"rows that are {'' if shown else 'not '}shown have different marks"


def _rows(sheet: Sheet) -> Iterator[str]:
    there, wanted = Counter(map(sheet.key, sheet.rows)), set(sheet.every_key())
    if missing := len(wanted - there.keys()):
        yield f"{missing} rows are missing: what they would say is why"
    if more := sum(there.values()) - len(wanted & there.keys()):
        yield f"{more} rows stand there twice, or for codes that there are not"


def _order(release: Published, sheet: Sheet) -> Iterator[str]:
    """Rows stand in order of their codes, as the files of hierarchies have them."""
    orders = {dimension.name: _codes(release, dimension.name) for dimension in sheet.dimensions}
    places = [tuple(orders[name].get(row.get(name, ""), -1) for name in orders) for row in sheet.rows]
    if places != sorted(places):
        yield "rows do not stand in order of their codes"


def _codes(release: Published, dimension: str) -> dict[str, int]:
    content = release.files.get(f"hierarchies/{dimension}.csv", b"").decode("utf-8-sig")
    return {row.get("code", ""): at for at, row in enumerate(csv.DictReader(StringIO(content, newline="")))}


def _spelling(release: Published, sheet: Sheet) -> Iterator[str]:
    """A file is as long as what it says: no blanks, no quotes and no line ends of its own."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(sheet.rows[0] if sheet.rows else ())
    writer.writerows(row.values() for row in sheet.rows)
    if sheet.rows and text.getvalue().encode() != release.files[sheet.path]:
        yield "its bytes are not those that its rows give"


def _moments(release: Published) -> Iterator[tuple[str, str]]:
    """Every moment that a release states is the one at which it was made."""
    times = sorted(release.times.items(), key=lambda item: item[1])
    if times and times[-1][1] - times[0][1] > WRITTEN:
        yield times[0][0], "it was written at another time than other files"
    if "created" not in release.package:
        return
    made = datetime.fromisoformat(str(release.package["created"])).astimezone(UTC).replace(microsecond=0)
    for path, content in release.files.items():
        if any(moment != made for moment in _stated(path, content)):
            yield path, "it states a moment that is not the one at which the release was made"


def _stated(path: str, content: bytes) -> Iterator[datetime]:
    if path.endswith(".pdf"):
        stated = PdfReader(BytesIO(content)).metadata
        yield from (moment for moment in (stated and stated.creation_date, stated and stated.modification_date) if moment)
        for found in XMP_MOMENT.findall(content):
            yield datetime.fromisoformat(found.decode()).astimezone(UTC)
    elif path.endswith(".xlsx") and zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            core = etree.fromstring(archive.read("docProps/core.xml"), XML)
            for element in core.iter("{*}created", "{*}modified", "{*}lastPrinted"):
                yield datetime.fromisoformat(str(element.text)).astimezone(UTC)
            for entry in archive.infolist():
                if entry.date_time != NO_DATE:
                    yield datetime(*entry.date_time, tzinfo=UTC)


def _remarks(release: Published) -> Iterator[tuple[str, str]]:
    """What lies in a file and nobody sees: remarks in its source, and bytes behind its end."""
    for path, content in release.files.items():
        if path.endswith((".html", ".kml", ".svg", ".xml")) and REMARK.search(release.text(path)):
            yield path, "its source has a remark"
        elif path.endswith(".pdf") and content.rpartition(b"%%EOF")[2].strip():
            yield path, "it has bytes behind its end"
        elif path.endswith(".pdf") and content.count(b"%%EOF") > 1:
            yield path, "it was changed after it was made, and still holds what stood there before"
        elif path.endswith(".xlsx") and zipfile.is_zipfile(BytesIO(content)):
            with zipfile.ZipFile(BytesIO(content)) as archive:
                size = (
                    len(content)
                    - archive.start_dir
                    - sum(46 + len(entry.filename.encode()) for entry in archive.infolist())
                    - 22
                )
                if archive.comment or size or any(entry.extra or entry.comment for entry in archive.infolist()):
                    yield path, "it has a remark, or bytes that belong to no part of it"


def _between(releases: Sequence[Published]) -> Findings:
    """What differs between releases with the same tables and codes."""
    alike: dict[Any, list[Published]] = {}
    for release in releases:
        shape = (
            tuple(sorted((name, frozenset(each.parents.items())) for name, each in release.dimensions.items()))
            if release.period
            else release.name
        )
        alike.setdefault(shape, []).append(release)
    for group in alike.values():
        for look, tells in (
            (_paths, "files"),
            (_keys, "fields of its package"),
            (_headings, "rows or order of rows in its pages"),
            (_codes_in_order, "order of its codes"),
        ):
            looks = [look(release) for release in group]
            usual = Counter(map(repr, looks)).most_common(1)[0][0]
            for release, own in zip(group, looks, strict=True):
                if repr(own) != usual:
                    yield Finding(
                        NAME, release.name, "all files", f"it has other {tells} than other releases of the same codes"
                    )


def _paths(release: Published) -> list[str]:
    return sorted(release.files)


def _keys(release: Published) -> list[Any]:
    def keys(document: Any) -> list[Any]:
        if isinstance(document, Mapping):
            return [(key, keys(each)) for key, each in document.items() if key not in {"dimensions", "bytes"}]
        return [keys(each) for each in document] if isinstance(document, list) else []

    return keys(release.package)


def _headings(release: Published) -> list[list[str]]:
    return [
        [(row[0].text_content() if len(row) else "") for row in table.iter("tr")]
        for path in release.paths(".html")
        for table in page_of(release.files[path]).iter("table")
    ]


def _codes_in_order(release: Published) -> list[list[str]]:
    return [list(_codes(release, name)) for name in sorted(release.dimensions)]
