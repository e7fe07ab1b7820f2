"""Attack 11: unpack the spreadsheet.

A workbook is a folder of XML. What a screen does not show may still lie in it: hidden sheets, rows and columns, cached values
of formulas, pivot caches, comments, texts that no cell uses any more, names, properties, links to other files, and cells that
show what the tables do not.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

from lxml import etree

from anonymizer.attacker import Interval
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.open_release import Published
from anonymizer.red_team.read_report import sayings_of_workbook
from anonymizer.red_team.read_sentences import XML

__all__ = ["attack"]

NAME: Final = "workbooks"
PARTS: Final = re.compile(r"comment|pivot|quer|custom|vba|external|embed|connection|media|drawing|printer", re.IGNORECASE)
FILTER: Final = "_xlnm._FilterDatabase"


def attack(releases: Sequence[Published]) -> Findings:
    """What lies in workbooks that no cell of the published tables says."""
    for release in releases:
        for path in release.paths(".xlsx", ".xlsm", ".ods"):
            try:
                with zipfile.ZipFile(BytesIO(release.files[path])) as archive:
                    parts = {name: archive.read(name) for name in archive.namelist()}
            except (zipfile.BadZipFile, NotImplementedError):
                yield Finding(NAME, release.name, path, "it cannot be unpacked, so nobody can see what lies in it")
                continue
            yield from (Finding(NAME, release.name, path, tells) for tells in _lying_in(parts))
        yield from _cells(release)


def _lying_in(parts: dict[str, bytes]) -> Iterator[str]:
    yield from (f"it has a part {name}" for name in parts if PARTS.search(name))
    roots = {name: etree.fromstring(content, XML) for name, content in parts.items() if name.endswith(".xml")}
    sheets = {name: root for name, root in roots.items() if name.startswith("xl/worksheets/")}
    for sheet in roots["xl/workbook.xml"].iter("{*}sheet"):
        if sheet.get("state", "visible") != "visible":
            yield f"sheet {sheet.get('name')} is hidden"
    for name in roots["xl/workbook.xml"].iter("{*}definedName"):
        if name.get("name") != FILTER:
            yield f"it defines a name {name.get('name')}"
    for name, root in sheets.items():
        if any(element.get("hidden") in {"1", "true"} for element in root.iter("{*}row", "{*}col")):
            yield f"{name} has hidden rows or columns"
        if next(root.iter("{*}f"), None) is not None:
            yield f"{name} has formulas with their cached values"
    if (shared := roots.get("xl/sharedStrings.xml")) is not None:
        cells = [cell for root in sheets.values() for cell in root.iter("{*}c") if cell.get("t") == "s"]
        used = {int(cell.findtext("{*}v") or 0) for cell in cells}
        if orphans := len(shared) - len(used):
            yield f"{orphans} texts are used by no cell"


def _cells(release: Published) -> Iterator[Finding]:
    for saying in sayings_of_workbook(release):
        published = release.figures.get(saying.cell)
        if saying.period == release.period and saying.figure is not None and saying.figure != published:
            tells = f"it shows {cell_text(saying.cell)}, which the tables {'do not' if published is None else 'show otherwise'}"
            yield Finding(NAME, release.name, saying.place, tells, saying.cell, Interval(saying.figure, saying.figure))
